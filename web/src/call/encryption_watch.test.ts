import { beforeEach, expect, test } from 'vitest';
import type { FrameCounts } from '../crypto/worker_messages';
import { EncryptionWatch, FRESH_MS, SUSPICIOUS_FRAMES } from './encryption_watch';

let watch: EncryptionWatch;

beforeEach(() => {
  watch = new EncryptionWatch();
});

function counts(
  opened: Record<string, number>,
  notSealed: Record<string, number> = {},
  sealed = 0,
): FrameCounts {
  return {
    sealed,
    opened: new Map(Object.entries(opened)),
    notSealed: new Map(Object.entries(notSealed)),
    replayed: 0,
  };
}

test('nobody is encrypted before a frame was counted', () => {
  expect(watch.at(0)).toEqual({ decrypting: [], sealing: false });
});

test('only while frames rise', () => {
  watch.count(counts({ ana: 10 }, {}, 5), 1_000);
  expect(watch.at(1_000 + FRESH_MS)).toEqual({ decrypting: ['ana'], sealing: true });
  expect(watch.at(1_001 + FRESH_MS)).toEqual({ decrypting: [], sealing: false });
});

test('the same count told again is no new frame', () => {
  watch.count(counts({ ana: 10 }), 0);
  watch.count(counts({ ana: 10, bea: 1 }), FRESH_MS + 1);
  expect(watch.at(FRESH_MS + 1).decrypting).toEqual(['bea']);
});

test('many unsealed frames in a row are told once', () => {
  expect(watch.count(counts({}, { ana: SUSPICIOUS_FRAMES - 1 }), 0)).toEqual([]);
  expect(watch.count(counts({}, { ana: SUSPICIOUS_FRAMES }), 1)).toEqual(['ana']);
  expect(watch.count(counts({}, { ana: 9 * SUSPICIOUS_FRAMES }), 2)).toEqual([]);
});

test('some between good frames are the accident of a changing seat', () => {
  for (let round = 1; round <= 10; round += 1) {
    const some = round * (SUSPICIOUS_FRAMES - 1);
    expect(watch.count(counts({ ana: round }, { ana: some }), round)).toEqual([]);
  }
});
