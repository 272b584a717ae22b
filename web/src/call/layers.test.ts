import { describe, expect, test } from 'vitest';
import { layersFor, offeredEncodings, RIDS, SentLayers, type LayeredSender } from './layers';
import { DESK, PHONE } from './video_quality';

const NONE = new Set<string>();

/** rid, active, lines, bits. */
function shown(width: number, height: number, maxBps = 900_000, paused: ReadonlySet<string> = NONE) {
  return layersFor(width, height, maxBps, paused).map(({ rid, active, scaleResolutionDownBy, maxBitrate }) =>
    active ? `${rid} ${Math.min(width, height) / scaleResolutionDownBy} ${maxBitrate / 1000}` : `${rid} -`,
  );
}

describe('the last layer is always the whole picture', () => {
  test.each([
    [1280, 720, ['q 180 150', 'h 360 500', 'f 720 900']],
    [960, 540, ['q 135 100', 'h 270 250', 'f 540 900']],
    [540, 960, ['q 135 100', 'h 270 250', 'f 540 900']],
    [959, 540, ['q 270 250', 'h 540 900', 'f -']],
    [640, 480, ['q 240 250', 'h 480 900', 'f -']],
    [640, 360, ['q 180 150', 'h 360 500', 'f -']],
    [480, 270, ['q 135 100', 'h 270 250', 'f -']],
    [479, 270, ['q 270 250', 'h -', 'f -']],
    [320, 180, ['q 180 150', 'h -', 'f -']],
    [0, 0, ['q 0 100', 'h -', 'f -']],
  ])('%i × %i', (width, height, layers) => {
    expect(shown(width, height)).toEqual(layers);
  });
});

test('no layer takes more than the quality allows', () => {
  expect(shown(1280, 720, 200_000)).toEqual(['q 180 150', 'h 360 200', 'f 720 200']);
});

test('a paused layer is not sent, and the others stay as they are', () => {
  expect(shown(960, 540, 900_000, new Set(['h', 'f', 'x']))).toEqual(['q 135 100', 'h -', 'f -']);
  expect(shown(960, 540, 900_000, new Set(['h']))).toEqual(['q 135 100', 'h -', 'f 540 900']);
});

test('three encodings are offered by desks and phones, smallest first', () => {
  for (const quality of [DESK, PHONE]) {
    const encodings = offeredEncodings(quality);
    expect(encodings.map(({ rid }) => rid)).toEqual([...RIDS]);
    expect(new Set(encodings.map(({ maxFramerate }) => maxFramerate))).toEqual(
      new Set([quality.framesPerSecond]),
    );
    expect(encodings[0]?.active).toBe(true);
  }
  expect(offeredEncodings(DESK).filter(({ active }) => active)).toHaveLength(3);
  expect(offeredEncodings(PHONE).filter(({ active }) => active)).toHaveLength(2);
});

/** As browsers do: parameters are valid for one change, and changes must not overlap. */
class FakeSender implements LayeredSender {
  encodings: RTCRtpEncodingParameters[];
  readonly set: string[] = [];
  overlapped = false;
  refuses = false;
  #transaction = 0;
  #pending = false;

  constructor(rids: readonly string[] = RIDS) {
    this.encodings = rids.map((rid) => ({ rid, active: true }));
  }

  getParameters(): RTCRtpSendParameters {
    this.#transaction += 1;
    return {
      transactionId: String(this.#transaction),
      encodings: this.encodings.map((one) => ({ ...one })),
      codecs: [],
      headerExtensions: [],
      rtcp: {},
    };
  }

  async setParameters(parameters: RTCRtpSendParameters): Promise<void> {
    this.overlapped ||= this.#pending || parameters.transactionId !== String(this.#transaction);
    this.#pending = true;
    await Promise.resolve();
    this.#pending = false;
    if (this.refuses) throw new Error('not now');
    this.encodings = parameters.encodings;
    this.set.push(this.active());
  }

  active(): string {
    return this.encodings.map(({ rid, active }) => (active === true ? rid : '-')).join('');
  }
}

const CAMERA = { width: 960, height: 540, maxBps: 900_000, framesPerSecond: 24 };

describe('the layers of a camera', () => {
  test('are paused and resumed as told', async () => {
    const sender = new FakeSender();
    const layers = new SentLayers(sender, CAMERA);
    await layers.pause(['f']);
    expect(sender.active()).toBe('qh-');
    await layers.pause(['h', 'f']);
    expect(sender.active()).toBe('q--');
    await layers.pause([]);
    expect(sender.active()).toBe('qhf');
  });

  test('fit the camera that is used, and stay paused', async () => {
    const sender = new FakeSender();
    const layers = new SentLayers(sender, CAMERA);
    await layers.pause(['h']);
    await layers.fit({ width: 640, height: 360 });
    expect(sender.active()).toBe('q--');
    await layers.pause([]);
    expect(sender.active()).toBe('qh-');
    expect(sender.encodings.map(({ scaleResolutionDownBy }) => scaleResolutionDownBy)).toEqual([2, 1, 1]);
    expect(sender.encodings.map(({ maxFramerate }) => maxFramerate)).toEqual([24, 24, 24]);
  });

  test('rest while the camera is closed, and come back as they were', async () => {
    const sender = new FakeSender();
    const layers = new SentLayers(sender, CAMERA);
    await layers.pause(['h']);
    await layers.rest();
    expect(sender.active()).toBe('---');
    await layers.pause(['f']);
    expect(sender.active()).toBe('---');
    await layers.fit({});
    expect(sender.active()).toBe('qh-');
  });

  test('stay as they are where a camera does not tell its size', async () => {
    const sender = new FakeSender();
    await new SentLayers(sender, CAMERA).fit({});
    expect(sender.encodings.map(({ scaleResolutionDownBy }) => scaleResolutionDownBy)).toEqual([4, 2, 1]);
    expect(sender.active()).toBe('qhf');
  });

  test('are not set again where nothing changes', async () => {
    const sender = new FakeSender();
    const layers = new SentLayers(sender, CAMERA);
    await layers.pause(['f']);
    await layers.pause(['f']);
    await layers.fit({ width: 960, height: 540 });
    expect(sender.set).toEqual(['qh-']);
  });

  test('are changed one change at a time, and the last wish wins', async () => {
    const sender = new FakeSender();
    const layers = new SentLayers(sender, CAMERA);
    await Promise.all([
      layers.pause(['f']),
      layers.pause(['h', 'f']),
      layers.fit(CAMERA),
      layers.pause(['h']),
    ]);
    expect(sender.overlapped).toBe(false);
    expect(sender.active()).toBe('q-f');
  });

  test('survive a browser that refuses a change', async () => {
    const sender = new FakeSender();
    const layers = new SentLayers(sender, CAMERA);
    sender.refuses = true;
    await layers.pause(['f']);
    sender.refuses = false;
    await layers.pause(['f']);
    expect(sender.active()).toBe('qh-');
  });

  test('that have other names are left alone', async () => {
    const sender = new FakeSender(['']);
    await new SentLayers(sender, CAMERA).pause(['q', 'h', 'f']);
    expect(sender.set).toEqual([]);
  });
});
