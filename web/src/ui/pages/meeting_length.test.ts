import { describe, expect, it } from 'vitest';
import { newPart, template, TEMPLATES } from '../session/templates';
import {
  fitted,
  LENGTHS_MIN,
  LONGEST_LENGTH_MIN,
  minutesOf,
  SHORTEST_LENGTH_MIN,
  SHORTEST_PART_MIN,
  USUAL_LENGTH_MIN,
  wholeLength,
} from './meeting_length';

/** Every whole length that can be asked for. */
const ALL = Array.from(
  { length: LONGEST_LENGTH_MIN - SHORTEST_LENGTH_MIN + 1 },
  (_, n) => SHORTEST_LENGTH_MIN + n,
);

describe.each(TEMPLATES)('the plan %s', (name) => {
  const parts = template(name);

  it('takes exactly the minutes it is cut to, and no part is too short for anything', () => {
    for (const minutes of ALL) {
      const cut = fitted(parts, minutes);
      expect(minutesOf(cut)).toBe(minutes);
      expect(Math.min(...cut.map((part) => part.minutes))).toBeGreaterThanOrEqual(SHORTEST_PART_MIN);
      expect(cut.every((part) => Number.isInteger(part.minutes))).toBe(true);
    }
  });

  it('stays as it is at its own length', () => {
    expect(fitted(parts, minutesOf(parts))).toEqual(parts);
  });

  it('keeps its proportions to a minute where there is room', () => {
    const cut = fitted(parts, 2 * minutesOf(parts));
    expect(cut.map((part) => part.minutes)).toEqual(parts.map((part) => 2 * part.minutes));
  });

  it('begins with a length that is offered', () => {
    expect(LENGTHS_MIN).toContain(minutesOf(parts));
  });
});

it.each([
  [[5, 20, 5], 31, [5, 21, 5]],
  [[10, 10, 10], 32, [11, 11, 10]],
  [[1, 97, 2], 50, [2, 46, 2]],
])('parts of %j minutes become, in %i, %j', (lengths, minutes, expected) => {
  const parts = lengths.map((one) => ({ ...newPart(), minutes: one }));
  expect(fitted(parts, minutes).map((part) => part.minutes)).toEqual(expected);
});

it('no plan is no plan at any length', () => {
  expect(fitted([], 60)).toEqual([]);
});

it.each([
  [Number.NaN, USUAL_LENGTH_MIN],
  [SHORTEST_LENGTH_MIN - 1, SHORTEST_LENGTH_MIN],
  [50.4, 50],
  [LONGEST_LENGTH_MIN, LONGEST_LENGTH_MIN],
  [LONGEST_LENGTH_MIN + 1, LONGEST_LENGTH_MIN],
])('%d minutes are taken as %i', (typed, taken) => {
  expect(wholeLength(typed)).toBe(taken);
});
