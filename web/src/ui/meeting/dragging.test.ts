import { expect, test } from 'vitest';
import { placeAt } from './dragging';

/** Three entries of 40 px. */
const SPANS = [0, 40, 80].map((top) => ({ top, bottom: top + 40 }));

test.each([
  ['the first, held above all', 0, -50, 0],
  ['the first, over itself', 0, 30, 0],
  ['the first, past the middle of the second', 0, 61, 1],
  ['the first, past the middle of the third', 0, 101, 2],
  ['the first, held below all', 0, 500, 2],
  ['the last, over itself', 2, 90, 2],
  ['the last, before the middle of the second', 2, 59, 1],
  ['the last, held above all', 2, -50, 0],
  ['the second, over itself', 1, 60, 1],
])('%s', (_, from, y, to) => {
  expect(placeAt(SPANS, from, y)).toBe(to);
});
