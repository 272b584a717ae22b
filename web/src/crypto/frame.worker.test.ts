import { beforeAll, describe, expect, test, vi } from 'vitest';
import { freshGeneration, KnownSenders, FrameOpener, parseFrame } from './frames';
import { LinkSecretKeySource } from './keys';
import type { ToWorker, TransformOptions } from './worker_messages';

const ANA = 'AAAAAAAAAAA';
const MEETING = 'AAAAAAAAAAAAAAAAAAAAAA';
const SECRET = new Uint8Array(32);
const LAYERS = [0, 1, 2];

/** As browsers give them: the layers of one instant one after the other, in one stream. */
interface LayerFrame {
  data: ArrayBuffer;
  readonly layer: number;
}

interface Worker {
  onrtctransform(event: { readonly transformer: object }): void;
  onmessage(event: { readonly data: ToWorker }): void;
}

const worker = globalThis as unknown as Worker;

beforeAll(async () => {
  vi.useFakeTimers();
  await import('./frame.worker');
  vi.useRealTimers();
  worker.onmessage({ data: { kind: 'keys', secret: SECRET, meeting: MEETING, you: ANA } });
});

function vp8(layer: number, instant: number, bytes: number): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(bytes).fill(layer);
  frame[0] = instant % 8 === 0 ? 0x10 : 0x11;
  return frame;
}

/** The frames of one transform, sealed by the worker as it runs in a page. */
async function through(options: TransformOptions, frames: readonly LayerFrame[]): Promise<LayerFrame[]> {
  const input = new TransformStream<LayerFrame, LayerFrame>(undefined, { highWaterMark: 100 });
  const output = new TransformStream<LayerFrame, LayerFrame>();
  worker.onrtctransform({ transformer: { readable: input.readable, writable: output.writable, options } });
  const writer = input.writable.getWriter();
  for (const frame of frames) void writer.write(frame);
  void writer.close();
  const out: LayerFrame[] = [];
  const reader = output.readable.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) out.push(next.value);
  return out;
}

function simulcast(instants: number): LayerFrame[] {
  return Array.from({ length: instants }, (_, instant) =>
    LAYERS.map((layer) => ({ layer, data: vp8(layer, instant, 20 + 7 * layer).buffer })),
  ).flat();
}

function trailer(frame: LayerFrame): { readonly generation: number; readonly counter: number } {
  const parsed = parseFrame('camera', new Uint8Array(frame.data));
  if (parsed === null) throw new Error('not sealed');
  return parsed;
}

const CAMERA: TransformOptions = { side: 'send', kind: 'camera' };

describe('the layers of one camera', () => {
  test('never share a key and a nonce', async () => {
    const sealed = await through(CAMERA, simulcast(50));
    expect(sealed).toHaveLength(150);
    const used = sealed.map((frame) => {
      const { generation, counter } = trailer(frame);
      return `${String(generation)} ${String(counter)}`;
    });
    expect(new Set(used).size).toBe(150);
  });

  test('count together, in the order in which they leave', async () => {
    const sealed = (await through(CAMERA, simulcast(10))).map(trailer);
    expect(new Set(sealed.map(({ generation }) => generation)).size).toBe(1);
    expect(sealed.map(({ counter }) => counter)).toEqual(Array.from({ length: 30 }, (_, index) => index));
  });

  test('never share a nonce with those of another transport of the same camera', async () => {
    const [first, second] = await Promise.all([through(CAMERA, simulcast(5)), through(CAMERA, simulcast(5))]);
    const generations = [first, second].map(
      (sealed) => new Set(sealed.map((one) => trailer(one).generation)),
    );
    expect(generations.map((one) => one.size)).toEqual([1, 1]);
    expect(generations[0]).not.toEqual(generations[1]);
  });

  test('are opened in any one of them, and across a switch from one to another', async () => {
    const sealed = await through(CAMERA, simulcast(400));
    const switched = sealed.filter(({ layer }, index) => layer === Math.floor(index / 300) % 3);
    const opener = new FrameOpener(new KnownSenders(new LinkSecretKeySource(SECRET, MEETING)), 'camera');
    opener.seat(ANA);
    let shown = 0;
    for (const { data, layer } of switched) {
      const result = await opener.open(new Uint8Array(data));
      expect(result.kind).toBe('opened');
      if (result.kind === 'opened') expect(result.frame.at(-1)).toBe(layer);
      shown += 1;
    }
    expect(shown).toBe(400);
  });

  test('cannot be opened twice, whichever layer the copy is shown as', async () => {
    const sealed = await through(CAMERA, simulcast(2));
    const opener = new FrameOpener(new KnownSenders(new LinkSecretKeySource(SECRET, MEETING)), 'camera');
    opener.seat(ANA);
    for (const { data } of sealed) expect((await opener.open(new Uint8Array(data))).kind).toBe('opened');
    for (const { data } of sealed) expect((await opener.open(new Uint8Array(data))).kind).toBe('replayed');
  });

  test('do not leave while there is no key', async () => {
    worker.onmessage({ data: { kind: 'forget' } });
    expect(await through(CAMERA, simulcast(3))).toEqual([]);
    worker.onmessage({ data: { kind: 'keys', secret: SECRET, meeting: MEETING, you: ANA } });
    expect(await through(CAMERA, simulcast(3))).toHaveLength(9);
  });
});

test('a generation that was drawn before is drawn again', () => {
  const draws = [7, 7, 7, 9];
  const random = () => draws.shift() ?? 0;
  expect(freshGeneration(random)).toBe(7);
  expect(freshGeneration(random)).toBe(9);
});
