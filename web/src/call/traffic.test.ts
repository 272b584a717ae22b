import { beforeEach, describe, expect, test } from 'vitest';
import { countOf, EVERY_MS, RESTS_AFTER_MS, TrafficWatch, WINDOW_MS } from './traffic';

let watch: TrafficWatch;

beforeEach(() => {
  watch = new TrafficWatch();
});

const NOBODY: readonly string[] = [];

describe('what the browser counted', () => {
  const video = { type: 'inbound-rtp', kind: 'video' };

  test('is read by transport and by seat', () => {
    const entries = [
      { type: 'transport', bytesSent: 100, bytesReceived: 20 },
      { type: 'candidate-pair', nominated: true, bytesSent: 5, bytesReceived: 5 },
      { ...video, mid: '4', framesReceived: 7 },
      { type: 'inbound-rtp', kind: 'audio', mid: '3' },
    ];
    expect(countOf(entries, ['4', '6', null])).toEqual({ bytes: 120, frames: [7, 0, 0] });
  });

  test('is read from the pair in use where transports are not counted', () => {
    const entries = [
      { type: 'candidate-pair', nominated: false, bytesSent: 900 },
      { type: 'candidate-pair', nominated: true, bytesSent: 30, bytesReceived: 12 },
      { ...video, mid: '4', framesDecoded: 3 },
    ];
    expect(countOf(entries, ['4'])).toEqual({ bytes: 42, frames: [3] });
  });
});

describe('the data of an hour', () => {
  const at = (bytes: number, nowMs: number) => watch.count({ bytes, frames: [] }, NOBODY, nowMs).mbPerHour;

  test('is known after two counts', () => {
    expect(at(0, 0)).toBeNull();
    expect(at(1_000_000, 36_000 / 2)).toBe(200);
  });

  test('follows what was switched off', () => {
    at(0, 0);
    expect(at(1_000_000, EVERY_MS)).toBe(720);
    for (let ms = EVERY_MS; ms <= EVERY_MS + WINDOW_MS; ms += EVERY_MS) at(1_000_000, ms);
    expect(at(1_000_000, 2 * EVERY_MS + WINDOW_MS)).toBe(0);
  });

  test('is not confused by a new transport', () => {
    at(5_000_000, 0);
    expect(at(1_000, EVERY_MS)).toBeNull();
    expect(at(2_000, 2 * EVERY_MS)).toBeCloseTo(0.72);
  });
});

describe('a picture', () => {
  const seen = (frames: readonly number[], nowMs: number, expected: readonly (string | null)[] = ['ana']) =>
    watch.count({ bytes: 0, frames }, expected, nowMs).resting;

  test('rests when nothing of it came for long enough', () => {
    seen([5], 0);
    expect(seen([5], RESTS_AFTER_MS - 1)).toEqual([]);
    expect(seen([5], RESTS_AFTER_MS)).toEqual(['ana']);
    expect(seen([6], RESTS_AFTER_MS + 1)).toEqual([]);
  });

  test('is waited for from when it is drawn', () => {
    seen([5], 0, [null]);
    expect(seen([5], 60_000)).toEqual([]);
    expect(seen([5], 60_000 + RESTS_AFTER_MS - 1)).toEqual([]);
  });

  test('that is not drawn does not rest', () => {
    seen([5], 0);
    expect(seen([5], RESTS_AFTER_MS, [null])).toEqual([]);
    expect(seen([5], RESTS_AFTER_MS + 1)).toEqual([]);
  });
});
