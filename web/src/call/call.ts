/**
 * My part in the call: devices, transport, sealing and seats, held together.
 *
 * Loaded when somebody prepares to join; called by `client.ts` only. Nothing of mine leaves before `send` says so.
 */
import type { IceServer } from '../protocol/messages';
import type {
  DeviceChoice,
  DeviceKind,
  Devices,
  NoticeCode,
  ParticipantId,
  SeatState,
  Traffic,
  Transport,
} from '../state/model';
import type { Timers } from '../timers';
import { LocalDevices } from './devices';
import { meter } from './mic_meter';
import { Peer } from './peer';
import { canSealMedia, Sealing } from './sealing';
import { audioElementFor, SeatBoard } from './seats';
import { playSoftTone, TONE_MS } from './soft_tone';
import { EVERY_MS, TrafficWatch } from './traffic';
import { TransportWatch } from './transport_watch';
import { qualityHere, type VideoQuality } from './video_quality';

export interface CallListener {
  devices(patch: Partial<Devices>): void;
  transport(transport: Transport): void;
  /** The network of my media stopped, or flows again. */
  network(flows: boolean): void;
  sight(decrypting: readonly ParticipantId[], sealing: boolean): void;
  soundBlocked(blocked: boolean): void;
  traffic(traffic: Traffic): void;
  notice(code: NoticeCode): void;
  /** Send this offer as a command; answer with `offerAnswered` or `offerRefused`, naming its number. */
  offer(sdp: string, number: number): void;
}

/** What may leave now. */
export interface Sending {
  readonly mic: boolean;
  readonly camera: boolean;
}

export class Call {
  readonly #listener: CallListener;
  readonly #timers: Timers;
  readonly #quality: VideoQuality = qualityHere();
  readonly #devices: LocalDevices;
  readonly #board: SeatBoard;
  readonly #watch: TransportWatch;
  readonly #sealing: Sealing | null;
  readonly #traffic = new TrafficWatch();
  readonly #tracks: Record<DeviceKind, MediaStreamTrack | null> = { mic: null, camera: null };
  #sending: Sending = { mic: false, camera: false };
  #peer: Peer | null = null;
  #iceServers: readonly IceServer[] = [];
  /** Of the newest offer: an answer to an older one is out of date. */
  #offers = 0;
  #seats: readonly SeatState[] = [];
  /** Whose pictures this page draws. */
  #drawn: ReadonlySet<ParticipantId> = new Set();
  #stopTone: (() => void) | null = null;
  #cancelCount: () => void;
  #ended = false;

  constructor(timers: Timers, listener: CallListener) {
    this.#timers = timers;
    this.#listener = listener;
    this.#devices = this.#makeDevices();
    this.#board = new SeatBoard(audioElementFor, (blocked) => {
      listener.soundBlocked(blocked);
    });
    this.#watch = new TransportWatch(timers, {
      restart: () => void this.#reoffer(true),
      renew: () => void this.#reoffer(false),
      state: (state) => {
        listener.transport(state);
      },
      network: (flows) => {
        listener.network(flows);
      },
    });
    this.#sealing = canSealMedia() ? this.#makeSealing() : null;
    if (this.#sealing === null) listener.transport('unsupported');
    this.#cancelCount = timers.after(EVERY_MS, this.#count);
  }

  #makeDevices(): LocalDevices {
    const media = 'mediaDevices' in navigator ? navigator.mediaDevices : undefined;
    return new LocalDevices(media, this.#quality, (track, tell) => meter(track, this.#timers, tell), {
      changed: (patch) => {
        this.#listener.devices(patch);
        if (patch.speakers !== undefined) this.#hearOn(patch.speakers);
      },
      track: (kind, track) => {
        this.#tracks[kind] = track;
        this.#apply();
      },
      notUsable: (device) => {
        this.#listener.notice({ kind: 'device_not_usable', device });
      },
    });
  }

  #makeSealing(): Sealing {
    return new Sealing(this.#timers, {
      sight: ({ decrypting, sealing }) => {
        this.#listener.sight(decrypting, sealing);
      },
      refused: (who) => {
        this.#listener.notice({ kind: 'plaintext_refused', who });
      },
    });
  }

  // ── devices ────────────────────────────────────────────────────────────────────────────────────

  open(kind: DeviceKind): Promise<void> {
    return this.#devices.open(kind);
  }

  shut(kind: DeviceKind): void {
    this.#devices.close(kind);
  }

  async choose(kind: DeviceKind | 'speaker', id: string): Promise<void> {
    if (kind !== 'speaker') {
      await this.#devices.choose(kind, id);
      return;
    }
    const changed = await this.#board.direct(id).then(
      () => true,
      () => false,
    );
    if (changed) this.#listener.devices({ speakerId: id });
    else this.#listener.notice({ kind: 'device_not_usable', device: 'speaker' });
  }

  #hearOn(speakers: readonly DeviceChoice[]): void {
    if (this.#board.moveIfGone(speakers.map(({ id }) => id))) this.#listener.devices({ speakerId: null });
  }

  /** After a tap: a soft tone where the others will be heard. */
  testSpeaker(): void {
    this.#stopTone?.();
    const stop = playSoftTone(audioElementFor, this.#board.speakerId, () => {
      this.#listener.soundBlocked(true);
    });
    const cancel = this.#timers.after(TONE_MS, stop);
    this.#stopTone = () => {
      cancel();
      stop();
    };
  }

  /** The page is in sight again. */
  wake(): void {
    this.#board.wake();
  }

  get preview(): MediaStream | null {
    return this.#devices.preview;
  }

  // ── transport ──────────────────────────────────────────────────────────────────────────────────

  /** The offer of a new transport, for `join`; null where this browser cannot seal media or cannot offer. */
  async firstOffer(): Promise<string | null> {
    const peer = this.#newPeer();
    if (peer === null) return null;
    this.#offers += 1;
    return peer.offer().catch(() => null);
  }

  /** I am this participant from now on; iceServers and answer as `joined` told them. */
  async joined(
    secret: Uint8Array<ArrayBuffer>,
    meeting: string,
    you: ParticipantId,
    iceServers: readonly IceServer[],
    answer: string | null,
  ): Promise<void> {
    this.#sealing?.hold(secret, meeting, you);
    this.#iceServers = iceServers;
    if (answer === null || this.#peer === null) return;
    this.#watch.begin();
    await this.#accept(answer);
  }

  async offerAnswered(number: number, answer: string): Promise<void> {
    if (number !== this.#offers) return;
    this.#watch.answered();
    await this.#accept(answer);
  }

  offerRefused(number: number): void {
    if (number === this.#offers) this.#watch.refused();
  }

  /** The signaling line came up or went down. */
  line(up: boolean): void {
    this.#watch.line(up);
  }

  /** Nobody shows these layers of my camera: they are not sent until somebody does. */
  layersUnwanted(rids: readonly string[]): void {
    void this.#peer?.pauseLayers(rids);
  }

  /** The server has our transport no more. */
  transportLost(): void {
    this.#watch.lost();
  }

  networkChanged(): void {
    this.#watch.networkChanged();
  }

  #newPeer(): Peer | null {
    const sealing = this.#sealing;
    if (sealing === null || this.#ended) return null;
    this.#peer?.close();
    const peer: Peer = new Peer(this.#quality, sealing.transform, (state) => {
      if (this.#peer === peer) this.#watch.changed(state);
    });
    this.#peer = peer;
    this.#board.useTracks(peer.seats);
    this.#apply();
    return peer;
  }

  async #accept(answer: string): Promise<void> {
    const peer = this.#peer;
    try {
      await peer?.accept(answer, this.#iceServers);
    } catch {
      // What becomes of a transport that was replaced meanwhile is no news of the one in its place.
      if (peer === this.#peer) this.#watch.refused();
    }
  }

  async #reoffer(restart: boolean): Promise<void> {
    const peer = restart ? this.#peer : this.#newPeer();
    if (peer === null) return;
    const number = (this.#offers += 1);
    const sdp = await peer.offer(restart).catch(() => null);
    if (sdp === null) this.#watch.refused();
    else if (number === this.#offers) this.#listener.offer(sdp, number);
  }

  // ── what leaves and what comes ─────────────────────────────────────────────────────────────────

  send(sending: Sending): void {
    this.#sending = sending;
    this.#apply();
  }

  #apply(): void {
    for (const kind of ['mic', 'camera'] as const) {
      const track = this.#sending[kind] ? this.#tracks[kind] : null;
      this.#peer?.send(kind, track).catch(() => {
        this.#listener.notice({ kind: 'device_not_usable', device: kind });
      });
    }
  }

  /** Of these people the page draws pictures. */
  draw(people: ReadonlySet<ParticipantId>): void {
    this.#drawn = people;
  }

  readonly #count = (): void => {
    this.#cancelCount = this.#timers.after(EVERY_MS, this.#count);
    const counted = this.#peer?.count();
    counted?.then(
      (count) => {
        const expected = this.#seats.map(({ who, video }) =>
          video && who !== null && this.#drawn.has(who) ? who : null,
        );
        if (!this.#ended) this.#listener.traffic(this.#traffic.count(count, expected, this.#timers.nowMs()));
      },
      // A transport that was just closed counts no more.
      () => undefined,
    );
  };

  seats(seats: readonly SeatState[]): void {
    this.#seats = seats;
    this.#sealing?.seats(seats.map(({ who }) => who));
    this.#board.seat(seats);
  }

  pictureOf(who: ParticipantId): MediaStream | null {
    return this.#board.pictureOf(who);
  }

  allowSound(): void {
    this.#board.allow();
  }

  /** Cameras and microphones off, transport closed, keys forgotten; at once. */
  end(): void {
    this.#ended = true;
    this.#offers += 1;
    this.#cancelCount();
    this.#stopTone?.();
    this.#devices.end();
    this.#watch.end();
    this.#board.end();
    this.#peer?.close();
    this.#peer = null;
    this.#sealing?.end();
  }
}
