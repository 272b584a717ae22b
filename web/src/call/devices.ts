/**
 * My microphone and camera: each asked for by itself, so that one denied keeps the other.
 *
 * Called by `call.ts`. Sends nothing; tells state, lists and tracks. Every failure is a normal state.
 */
import type { DeviceChoice, DeviceKind, Devices, DeviceState } from '../state/model';
import type { VideoQuality } from './video_quality';

export interface DevicesListener {
  changed(patch: Partial<Devices>): void;
  /** The track to send when sending is wanted; null: none. */
  track(kind: DeviceKind, track: MediaStreamTrack | null): void;
  /** The chosen device could not be used; the one in use goes on. */
  notUsable(kind: DeviceKind): void;
}

/** What measures the microphone while it is on; returns the way to stop. */
export type Meter = (track: MediaStreamTrack, tell: (level: number) => void) => () => void;

/** What getUserMedia's rejections mean to a person (W3C Media Capture §10.2). */
export function stateAfter(error: unknown): DeviceState {
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  if (name === 'NotReadableError' || name === 'AbortError') return 'taken';
  return 'missing';
}

interface Slot {
  track: MediaStreamTrack | null;
  /** Rises with every wish, so that a late answer to an older one is thrown away. */
  wish: number;
  chosen: string | null;
  state: DeviceState;
}

function emptySlot(): Slot {
  return { track: null, wish: 0, chosen: null, state: 'off' };
}

export class LocalDevices {
  readonly #media: MediaDevices | undefined;
  readonly #listener: DevicesListener;
  readonly #quality: VideoQuality;
  readonly #meter: Meter;
  readonly #slots: Readonly<Record<DeviceKind, Slot>> = { mic: emptySlot(), camera: emptySlot() };
  #stopMeter: (() => void) | null = null;
  #ended = false;
  #preview: MediaStream | null = null;
  #previewVersion = 0;

  /** media: undefined where the page has none (not a secure context). */
  constructor(
    media: MediaDevices | undefined,
    quality: VideoQuality,
    meter: Meter,
    listener: DevicesListener,
  ) {
    this.#media = media;
    this.#quality = quality;
    this.#meter = meter;
    this.#listener = listener;
    this.#media?.addEventListener('devicechange', this.#refreshLists);
  }

  get preview(): MediaStream | null {
    return this.#preview;
  }

  /** Turn on; asks the browser's permission where needed. */
  async open(kind: DeviceKind): Promise<void> {
    const slot = this.#slots[kind];
    if (this.#ended || slot.state === 'on' || slot.state === 'asking') return;
    // What a phone call took and did not give back stays silent: only asking again brings it.
    if (slot.track?.readyState === 'live' && !slot.track.muted) {
      this.#use(kind, slot.track);
      return;
    }
    await this.#acquire(kind, slot.chosen);
  }

  /** The camera's light goes out; the microphone is kept, silent, because phones lose it when it is given back. */
  close(kind: DeviceKind): void {
    const slot = this.#slots[kind];
    slot.wish += 1;
    if (kind === 'camera') this.#release(kind);
    else if (slot.track !== null) slot.track.enabled = false;
    this.#listener.track(kind, null);
    this.#become(kind, 'off');
  }

  async choose(kind: DeviceKind, id: string): Promise<void> {
    const slot = this.#slots[kind];
    const former = slot.chosen ?? slot.track?.getSettings().deviceId ?? null;
    this.#noteChosen(kind, id);
    if (slot.state === 'on') await this.#change(kind, id, former);
    else this.#release(kind);
  }

  #noteChosen(kind: DeviceKind, id: string | null): void {
    this.#slots[kind].chosen = id;
    this.#listener.changed(kind === 'mic' ? { micId: id } : { cameraId: id });
  }

  /** Everything off at once; the object is not used again. */
  end(): void {
    this.#ended = true;
    this.#media?.removeEventListener('devicechange', this.#refreshLists);
    for (const kind of ['mic', 'camera'] as const) {
      this.close(kind);
      this.#release(kind);
    }
  }

  // ── asking the browser ─────────────────────────────────────────────────────────────────────────

  async #acquire(kind: DeviceKind, id: string | null): Promise<void> {
    const slot = this.#slots[kind];
    const wish = (slot.wish += 1);
    this.#become(kind, 'asking');
    try {
      const track = await this.#ask(kind, id);
      if (slot.wish !== wish) {
        track.stop();
        return;
      }
      this.#release(kind);
      this.#use(kind, track);
      this.#refreshLists();
    } catch (error) {
      if (slot.wish === wish) this.#failed(kind, stateAfter(error));
    }
  }

  /** Another one in place of the one in use; where it cannot be had, that one goes on. */
  async #change(kind: DeviceKind, id: string, former: string | null): Promise<void> {
    const slot = this.#slots[kind];
    const wish = (slot.wish += 1);
    if (kind === 'camera') this.#release(kind); // many phones open one camera at a time
    const track = await this.#ask(kind, id).catch(() => null);
    if (slot.wish !== wish) {
      track?.stop();
    } else if (track === null) {
      this.#noteChosen(kind, former);
      this.#listener.notUsable(kind);
      if (slot.track === null) await this.#acquire(kind, former);
    } else {
      this.#release(kind);
      this.#use(kind, track);
      this.#refreshLists();
    }
  }

  async #ask(kind: DeviceKind, id: string | null): Promise<MediaStreamTrack> {
    if (this.#media === undefined) throw new DOMException('no devices here', 'NotFoundError');
    const which = id === null ? {} : { deviceId: { exact: id } };
    const constraints =
      kind === 'mic'
        ? { audio: { ...this.#micWish(), ...which } }
        : { video: { ...this.#cameraWish(), ...which } };
    const [track] = (await this.#media.getUserMedia(constraints)).getTracks();
    if (track === undefined) throw new DOMException('no track came', 'NotFoundError');
    return track;
  }

  #micWish(): MediaTrackConstraints {
    return { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  }

  #cameraWish(): MediaTrackConstraints {
    const { width, height, framesPerSecond } = this.#quality;
    return {
      width: { ideal: width },
      height: { ideal: height },
      frameRate: { ideal: framesPerSecond, max: framesPerSecond },
      facingMode: 'user',
    };
  }

  // ── what a device does by itself ───────────────────────────────────────────────────────────────

  #use(kind: DeviceKind, track: MediaStreamTrack): void {
    const slot = this.#slots[kind];
    slot.track = track;
    track.enabled = true;
    track.onended = () => {
      void this.#lost(kind, track);
    };
    // A phone call takes the microphone away and gives it back.
    track.onmute = () => {
      if (slot.track === track && slot.state === 'on') this.#become(kind, 'taken');
    };
    track.onunmute = () => {
      if (slot.track === track && slot.state === 'taken') this.#become(kind, 'on');
    };
    this.#become(kind, 'on');
    this.#listener.track(kind, track);
  }

  async #lost(kind: DeviceKind, track: MediaStreamTrack): Promise<void> {
    const slot = this.#slots[kind];
    if (slot.track !== track) return;
    const wasOn = slot.state === 'on';
    this.#release(kind);
    slot.chosen = null;
    this.#listener.track(kind, null);
    this.#become(kind, wasOn ? 'ended' : slot.state);
    // A headset was pulled out: the built-in microphone goes on. Another camera would show another view: she decides.
    if (wasOn && kind === 'mic' && (await this.#hasAnother('audioinput'))) await this.open('mic');
  }

  async #hasAnother(kind: MediaDeviceKind): Promise<boolean> {
    const all = await this.#list();
    return all.some((device) => device.kind === kind);
  }

  #failed(kind: DeviceKind, state: DeviceState): void {
    this.#release(kind);
    this.#slots[kind].chosen = null;
    this.#listener.track(kind, null);
    this.#become(kind, state);
  }

  #release(kind: DeviceKind): void {
    const slot = this.#slots[kind];
    if (slot.track === null) return;
    slot.track.onended = slot.track.onmute = slot.track.onunmute = null;
    slot.track.stop();
    slot.track = null;
  }

  // ── telling ────────────────────────────────────────────────────────────────────────────────────

  #become(kind: DeviceKind, state: DeviceState): void {
    const slot = this.#slots[kind];
    slot.state = state;
    if (kind === 'mic') {
      this.#listener.changed({ mic: state });
      this.#measure();
    } else {
      this.#listener.changed({ camera: state, ...this.#renewPreview() });
    }
  }

  #measure(): void {
    this.#stopMeter?.();
    this.#stopMeter = null;
    const { track, state } = this.#slots.mic;
    if (track === null || state !== 'on') return;
    this.#stopMeter = this.#meter(track, (micLevel) => {
      this.#listener.changed({ micLevel });
    });
  }

  #renewPreview(): Partial<Devices> {
    const { track, state } = this.#slots.camera;
    const shown = state === 'on' ? track : null;
    if ((this.#preview?.getVideoTracks()[0] ?? null) === shown) return {};
    this.#preview = shown === null ? null : new MediaStream([shown]);
    this.#previewVersion += 1;
    return { previewVersion: this.#previewVersion };
  }

  async #list(): Promise<readonly MediaDeviceInfo[]> {
    return (await this.#media?.enumerateDevices().catch(() => [])) ?? [];
  }

  readonly #refreshLists = (): void => {
    void this.#tellLists();
  };

  async #tellLists(): Promise<void> {
    const all = await this.#list();
    this.#listener.changed({
      mics: choices(all, 'audioinput'),
      cameras: choices(all, 'videoinput'),
      speakers: choices(all, 'audiooutput'),
      micId: this.#idInUse('mic'),
      cameraId: this.#idInUse('camera'),
    });
  }

  #idInUse(kind: DeviceKind): string | null {
    const { track, chosen } = this.#slots[kind];
    return track?.getSettings().deviceId ?? chosen;
  }
}

/** Before permission browsers give devices without an id: those are no choice. */
function choices(all: readonly MediaDeviceInfo[], kind: MediaDeviceKind): readonly DeviceChoice[] {
  return all
    .filter((device) => device.kind === kind && device.deviceId !== '')
    .map(({ deviceId, label }) => ({ id: deviceId, label }));
}
