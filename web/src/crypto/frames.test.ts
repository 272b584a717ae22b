import { beforeEach, describe, expect, test } from 'vitest';
import { fromHex, readVectors, toHex } from '../../tests/vectors';
import {
  clearBytes,
  FrameOpener,
  FrameSealer,
  KnownSenders,
  openFrame,
  parseFrame,
  REPLAY_WINDOW,
  ReplayWindow,
  sealFrame,
} from './frames';
import { LinkSecretKeySource, type MediaKind } from './keys';

interface FrameVector {
  readonly name: string;
  readonly secret: string;
  readonly meeting: string;
  readonly sender: string;
  readonly kind: MediaKind;
  readonly generation: number;
  readonly counter: number;
  readonly plaintext: string;
  readonly sealed: string;
}

const vectors = (readVectors('sealing.json') as { readonly frames: readonly FrameVector[] }).frames;

const ANA = 'AAAAAAAAAAA';
const BEA = 'BBBBBBBBBBB';
const OPUS = new Uint8Array([0x78, 1, 2, 3, 4, 5]);
const keys = new LinkSecretKeySource(new Uint8Array(32), 'AAAAAAAAAAAAAAAAAAAAAA');

let senders: KnownSenders;
let opener: FrameOpener;
let ana: FrameSealer;

beforeEach(() => {
  senders = new KnownSenders(keys);
  opener = new FrameOpener(senders, 'mic');
  ana = new FrameSealer(keys, ANA, 'mic');
});

describe('known answers', () => {
  test('there is one for every kind', () => {
    expect(new Set(vectors.map(({ kind }) => kind))).toEqual(new Set(['mic', 'camera', 'screen']));
  });

  test.each(vectors)('$name is sealed so and opened again', async (vector) => {
    const { kind, generation, counter } = vector;
    const source = new LinkSecretKeySource(
      fromHex(vector.secret),
      new TextDecoder().decode(fromHex(vector.meeting)),
    );
    const key = await source.mediaKey(vector.sender, kind, generation);
    const sealed = await sealFrame(key, kind, fromHex(vector.plaintext), generation, counter);
    expect(toHex(sealed)).toBe(vector.sealed);
    const frame = parseFrame(kind, fromHex(vector.sealed));
    expect(frame).toMatchObject({ generation, counter });
    const plain = frame === null ? null : await openFrame(key, frame);
    expect(plain === null ? null : toHex(plain)).toBe(vector.plaintext);
  });
});

test.each([
  ['mic', [0x10], 1],
  ['camera', [0x10], 10],
  ['camera', [0x11], 3],
  ['screen', [0x10], 10],
  ['camera', [], 3],
] as const)('%s frames that begin with %j keep %i clear bytes', (kind, first, count) => {
  expect(clearBytes(kind, new Uint8Array([...first, ...first.map(() => 0)]))).toBe(count);
});

describe('a seat', () => {
  test('opens what its occupant sealed', async () => {
    opener.seat(ANA);
    expect(await opener.open(await ana.seal(OPUS))).toEqual({ kind: 'opened', who: ANA, frame: OPUS });
  });

  test('does not open what somebody else sealed', async () => {
    opener.seat(BEA);
    expect(await opener.open(await ana.seal(OPUS))).toEqual({ kind: 'not_sealed' });
  });

  test('does not show frames that are not sealed', async () => {
    opener.seat(ANA);
    expect(await opener.open(OPUS)).toEqual({ kind: 'not_sealed' });
    expect(await opener.open(new Uint8Array(200))).toEqual({ kind: 'not_sealed' });
  });

  test('opens nothing before somebody sits there', async () => {
    expect(await opener.open(await ana.seal(OPUS))).toEqual({ kind: 'nobody' });
  });

  test('still opens frames of the one who sat there just before', async () => {
    opener.seat(ANA);
    const late = await ana.seal(OPUS);
    opener.seat(BEA);
    expect(await opener.open(late)).toMatchObject({ kind: 'opened', who: ANA });
    opener.seat('CCCCCCCCCCC');
    expect(await opener.open(await ana.seal(OPUS))).toEqual({ kind: 'not_sealed' });
  });

  test('does not take sound for picture', async () => {
    const camera = new FrameOpener(senders, 'camera');
    camera.seat(ANA);
    expect(await camera.open(await ana.seal(OPUS))).toEqual({ kind: 'not_sealed' });
  });

  test('notices every changed byte, the clear ones and the counter too', async () => {
    opener.seat(ANA);
    const sealed = await ana.seal(OPUS);
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = Uint8Array.from(sealed);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(await opener.open(changed)).toEqual({ kind: 'not_sealed' });
    }
    expect((await opener.open(sealed)).kind).toBe('opened');
  });
});

describe('replay', () => {
  test('a frame opens once, in whatever seat it comes', async () => {
    const other = new FrameOpener(senders, 'mic');
    opener.seat(ANA);
    other.seat(ANA);
    const sealed = await ana.seal(OPUS);
    expect((await opener.open(sealed)).kind).toBe('opened');
    expect(await opener.open(sealed)).toEqual({ kind: 'replayed' });
    expect(await other.open(sealed)).toEqual({ kind: 'replayed' });
  });

  test('two seats at the same moment open it once', async () => {
    const other = new FrameOpener(senders, 'mic');
    opener.seat(ANA);
    other.seat(ANA);
    const sealed = await ana.seal(OPUS);
    const results = await Promise.all([opener.open(sealed), other.open(sealed)]);
    expect(results.map(({ kind }) => kind).toSorted()).toEqual(['opened', 'replayed']);
  });

  test('a forged counter does not shut out the true frames', async () => {
    opener.seat(ANA);
    const first = await ana.seal(OPUS);
    expect((await opener.open(first)).kind).toBe('opened');
    const forged = Uint8Array.from(first);
    forged.set([0x7f, 0xff, 0xff, 0xff], forged.length - 4);
    expect(await opener.open(forged)).toEqual({ kind: 'not_sealed' });
    expect((await opener.open(await ana.seal(OPUS))).kind).toBe('opened');
  });

  test('forged generations do not push out what is known of the true one', async () => {
    opener.seat(ANA);
    const first = await ana.seal(OPUS);
    await opener.open(first);
    for (let generation = 0; generation < 20; generation += 1) {
      const forged = Uint8Array.from(first);
      forged.set([9, 9, 9, generation], forged.length - 8);
      await opener.open(forged);
    }
    expect(await opener.open(first)).toEqual({ kind: 'replayed' });
  });

  test.each([
    ['the newest again', [5], 5, false],
    ['an older one', [5], 4, true],
    ['the first of all', [], 0, true],
    ['the oldest of the window', [REPLAY_WINDOW + 5], 6, true],
    ['one older than the window', [REPLAY_WINDOW + 5], 5, false],
    ['one that was skipped by a leap', [1, 5_000], 4_999, true],
    ['one before the leap', [1, 5_000], 1, false],
    ['the same place in the window, a round later', [3], 3 + REPLAY_WINDOW, true],
    ['the last there is', [0xffff_fffe], 0xffff_ffff, true],
  ] as const)('%s', (_, seen, counter, fresh) => {
    const window = new ReplayWindow();
    for (const one of seen) window.mark(one);
    expect(window.isFresh(counter)).toBe(fresh);
  });
});

describe('generations', () => {
  const trailer = (sealed: Uint8Array) => {
    const frame = parseFrame('mic', Uint8Array.from(sealed));
    if (frame === null) throw new Error('not sealed');
    return frame;
  };

  test('counters rise by one within one', async () => {
    const frames = [trailer(await ana.seal(OPUS)), trailer(await ana.seal(OPUS))];
    expect(frames.map(({ counter }) => counter)).toEqual([0, 1]);
    expect(frames[0]?.generation).toBe(frames[1]?.generation);
  });

  test('a new one begins where the counter ends', async () => {
    const last = new FrameSealer(keys, ANA, 'mic', 0xffff_fffe);
    const before = trailer(await last.seal(OPUS));
    const sealed = await last.seal(OPUS);
    expect(trailer(sealed).generation).not.toBe(before.generation);
    expect(trailer(sealed).counter).toBe(0);
    opener.seat(ANA);
    expect((await opener.open(sealed)).kind).toBe('opened');
  });

  test('a sender who came back with another one is understood at once', async () => {
    opener.seat(ANA);
    await opener.open(await ana.seal(OPUS));
    const again = new FrameSealer(keys, ANA, 'mic');
    expect((await opener.open(await again.seal(OPUS))).kind).toBe('opened');
  });
});
