import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { DeviceKind, Devices } from '../state/model';
import { LocalDevices, stateAfter } from './devices';
import { levelOf } from './mic_meter';
import { DESK } from './video_quality';

/** As much of a track as the code touches. */
class FakeTrack {
  enabled = true;
  muted = false;
  readyState = 'live';
  onended: (() => void) | null = null;
  onmute: (() => void) | null = null;
  onunmute: (() => void) | null = null;
  readonly id: string;

  constructor(id: string) {
    this.id = id;
  }

  stop(): void {
    this.readyState = 'ended';
  }

  getSettings(): MediaTrackSettings {
    return { deviceId: this.id };
  }
}

interface Listed {
  readonly kind: MediaDeviceKind;
  readonly deviceId: string;
  readonly label: string;
}

class FakeMedia extends EventTarget {
  readonly asked: MediaStreamConstraints[] = [];
  readonly tracks: FakeTrack[] = [];
  failure: string | null = null;
  devices: readonly Listed[] = [
    { kind: 'audioinput', deviceId: 'built-in', label: 'Built-in' },
    { kind: 'videoinput', deviceId: 'front', label: 'Front' },
    { kind: 'audiooutput', deviceId: '', label: '' },
  ];
  hold: Promise<void> = Promise.resolve();

  async getUserMedia(constraints: MediaStreamConstraints): Promise<{ getTracks: () => FakeTrack[] }> {
    this.asked.push(constraints);
    await this.hold;
    if (this.failure !== null) throw new DOMException('', this.failure);
    const track = new FakeTrack(constraints.audio === undefined ? 'front' : 'built-in');
    this.tracks.push(track);
    return { getTracks: () => [track] };
  }

  enumerateDevices(): Promise<readonly Listed[]> {
    return Promise.resolve(this.devices);
  }
}

let media: FakeMedia;
let state: Partial<Devices>;
let sent: Partial<Record<DeviceKind, unknown>>;
let notUsable: DeviceKind[];
let metered: number;
let devices: LocalDevices;

beforeEach(() => {
  vi.stubGlobal(
    'MediaStream',
    class {
      readonly #tracks: readonly unknown[];
      constructor(tracks: readonly unknown[]) {
        this.#tracks = tracks;
      }
      getVideoTracks(): readonly unknown[] {
        return this.#tracks;
      }
    },
  );
  media = new FakeMedia();
  state = {};
  sent = {};
  notUsable = [];
  metered = 0;
  devices = make(media);
  return () => {
    vi.unstubAllGlobals();
  };
});

function make(from: FakeMedia | undefined): LocalDevices {
  const meter = (): (() => void) => {
    metered += 1;
    return () => {
      metered -= 1;
    };
  };
  return new LocalDevices(from as unknown as MediaDevices | undefined, DESK, meter, {
    changed: (patch) => (state = { ...state, ...patch }),
    track: (kind, track) => (sent[kind] = track),
    notUsable: (kind) => notUsable.push(kind),
  });
}

/** Everything that is only waiting for a promise has happened. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

test.each([
  ['NotAllowedError', 'denied'],
  ['SecurityError', 'denied'],
  ['NotReadableError', 'taken'],
  ['AbortError', 'taken'],
  ['NotFoundError', 'missing'],
  ['OverconstrainedError', 'missing'],
])('%s is %s', (name, expected) => {
  expect(stateAfter(new DOMException('', name))).toBe(expected);
});

describe('each device by itself', () => {
  test('is asked for alone, so that one denied keeps the other', async () => {
    await devices.open('mic');
    media.failure = 'NotAllowedError';
    await devices.open('camera');
    expect(media.asked.map((one) => Object.keys(one))).toEqual([['audio'], ['video']]);
    expect(state).toMatchObject({ mic: 'on', camera: 'denied' });
    expect(sent).toMatchObject({ mic: media.tracks[0], camera: null });
  });

  test('is asked for once while it is being asked for', async () => {
    await Promise.all([devices.open('mic'), devices.open('mic')]);
    expect(media.asked).toHaveLength(1);
  });

  test('that came after she changed her mind is let go', async () => {
    const opening = devices.open('camera');
    devices.close('camera');
    await opening;
    expect(state.camera).toBe('off');
    expect(media.tracks[0]?.readyState).toBe('ended');
    expect(sent.camera).toBeNull();
  });

  test('may be asked for again after it was denied', async () => {
    media.failure = 'NotAllowedError';
    await devices.open('mic');
    media.failure = null;
    await devices.open('mic');
    expect(state.mic).toBe('on');
  });

  test('is missing where the page has none at all', async () => {
    devices = make(undefined);
    await devices.open('mic');
    expect(state.mic).toBe('missing');
  });
});

describe('turning off', () => {
  test('puts the camera light out', async () => {
    await devices.open('camera');
    expect(devices.preview).not.toBeNull();
    devices.close('camera');
    expect(media.tracks[0]?.readyState).toBe('ended');
    expect(devices.preview).toBeNull();
  });

  test('keeps the microphone, silent and not sent, and gives it back without asking', async () => {
    await devices.open('mic');
    expect(metered).toBe(1);
    devices.close('mic');
    const [track] = media.tracks;
    expect(track).toMatchObject({ enabled: false, readyState: 'live' });
    expect(sent.mic).toBeNull();
    expect(metered).toBe(0);
    await devices.open('mic');
    expect(media.asked).toHaveLength(1);
    expect(track?.enabled).toBe(true);
    expect(sent.mic).toBe(track);
  });

  test('for good stops everything', async () => {
    await devices.open('mic');
    await devices.open('camera');
    devices.end();
    expect(media.tracks.map(({ readyState }) => readyState)).toEqual(['ended', 'ended']);
    expect(state).toMatchObject({ mic: 'off', camera: 'off' });
  });

  test('for good cannot be taken back', async () => {
    devices.end();
    await devices.open('mic');
    expect(media.asked).toEqual([]);
  });

  test('the preview changes its number with each stream', async () => {
    await devices.open('camera');
    const first = state.previewVersion;
    devices.close('camera');
    await devices.open('camera');
    expect(state.previewVersion).toBe((first ?? 0) + 2);
  });
});

describe('choosing', () => {
  test('another microphone replaces the one in use', async () => {
    await devices.open('mic');
    await devices.choose('mic', 'headset');
    expect(media.asked[1]).toMatchObject({ audio: { deviceId: { exact: 'headset' } } });
    expect(media.tracks.map(({ readyState }) => readyState)).toEqual(['ended', 'live']);
    expect(sent.mic).toBe(media.tracks[1]);
  });

  test('one that cannot be used leaves the one in use', async () => {
    await devices.open('mic');
    media.failure = 'OverconstrainedError';
    await devices.choose('mic', 'gone');
    expect(notUsable).toEqual(['mic']);
    expect(state.mic).toBe('on');
    expect(media.tracks[0]?.readyState).toBe('live');
  });

  test('a camera in use is let go before another is asked for: many phones open one at a time', async () => {
    await devices.open('camera');
    const ask = media.getUserMedia.bind(media);
    media.getUserMedia = (constraints) => {
      expect(media.tracks[0]?.readyState).toBe('ended');
      return ask(constraints);
    };
    await devices.choose('camera', 'back');
    expect(sent.camera).toBe(media.tracks[1]);
    expect(state.camera).toBe('on');
  });

  test('a camera that cannot be used gives the former one back, also later', async () => {
    await devices.open('camera');
    const ask = media.getUserMedia.bind(media);
    media.getUserMedia = (constraints) => {
      const isBack = JSON.stringify(constraints).includes('back');
      return isBack ? Promise.reject(new DOMException('', 'NotReadableError')) : ask(constraints);
    };
    await devices.choose('camera', 'back');
    await settled();
    expect(notUsable).toEqual(['camera']);
    expect(state).toMatchObject({ camera: 'on', cameraId: 'front' });
    expect(media.tracks.map(({ readyState }) => readyState)).toEqual(['ended', 'live']);
    expect(sent.camera).toBe(media.tracks[1]);
    devices.close('camera');
    await devices.open('camera');
    expect(media.asked.at(-1)).toMatchObject({ video: { deviceId: { exact: 'front' } } });
  });

  test('while it is off takes effect when it is turned on', async () => {
    await devices.open('mic');
    devices.close('mic');
    await devices.choose('mic', 'headset');
    expect(media.asked).toHaveLength(1);
    await devices.open('mic');
    expect(media.asked[1]).toMatchObject({ audio: { deviceId: { exact: 'headset' } } });
  });
});

describe('what devices do by themselves', () => {
  test('a headset that is pulled out gives way to another microphone', async () => {
    await devices.open('mic');
    media.tracks[0]?.onended?.();
    await settled();
    expect(media.asked).toHaveLength(2);
    expect(state.mic).toBe('on');
    expect(sent.mic).toBe(media.tracks[1]);
  });

  test('a microphone that ended without another one stays ended', async () => {
    await devices.open('mic');
    media.devices = [];
    media.tracks[0]?.onended?.();
    await settled();
    expect(state.mic).toBe('ended');
    expect(sent.mic).toBeNull();
  });

  test('a camera that ended is not replaced by another view', async () => {
    await devices.open('camera');
    media.tracks[0]?.onended?.();
    await settled();
    expect(media.asked).toHaveLength(1);
    expect(state.camera).toBe('ended');
  });

  test('a phone call takes the microphone and gives it back', async () => {
    await devices.open('mic');
    media.tracks[0]?.onmute?.();
    expect(state.mic).toBe('taken');
    media.tracks[0]?.onunmute?.();
    expect(state.mic).toBe('on');
  });

  test('a new device is in the list; one without an id is no choice', async () => {
    await devices.open('mic');
    media.devices = [...media.devices, { kind: 'audioinput', deviceId: 'headset', label: 'Headset' }];
    media.dispatchEvent(new Event('devicechange'));
    await settled();
    expect(state.mics?.map(({ id }) => id)).toEqual(['built-in', 'headset']);
    expect(state.speakers).toEqual([]);
    expect(state.micId).toBe('built-in');
  });
});

test.each([
  [0, 0],
  [0.0001, 0],
  [0.02, 5],
  [0.2, 10],
  [1, 10],
])('a sound of amplitude %f is level %i of the meter', (amplitude, level) => {
  const samples = Float32Array.from({ length: 64 }, (_, index) => (index % 2 === 0 ? amplitude : -amplitude));
  expect(levelOf(samples)).toBe(level);
});

describe('a phone call that took the microphone', () => {
  test('and did not give it back is answered by asking again', async () => {
    await devices.open('mic');
    const [track] = media.tracks;
    if (track === undefined) throw new Error('no track');
    track.muted = true;
    track.onmute?.();
    expect(state.mic).toBe('taken');
    await devices.open('mic');
    expect(media.asked).toHaveLength(2);
    expect(track.readyState).toBe('ended');
    expect(state.mic).toBe('on');
    expect(sent.mic).toBe(media.tracks[1]);
  });
});
