/**
 * How long a meeting of a new group takes, and a plan cut to that; pure.
 *
 * Called by `group_draft.ts` and by the fields of `StartPage.svelte`.
 */
import type { PartDraft } from '../session/templates';

export const LENGTHS_MIN: readonly number[] = [45, 60, 75, 90, 120];
/** Where no plan says otherwise: what a session typically takes. */
export const USUAL_LENGTH_MIN = 75;
/** Every part of the longest plan keeps its `SHORTEST_PART_MIN`. */
export const SHORTEST_LENGTH_MIN = 20;
export const LONGEST_LENGTH_MIN = 240;
export const SHORTEST_PART_MIN = 2;

/** Whole, and within the bounds; of what is no number: the usual. */
export function wholeLength(typed: number): number {
  if (!Number.isFinite(typed)) return USUAL_LENGTH_MIN;
  return Math.min(LONGEST_LENGTH_MIN, Math.max(SHORTEST_LENGTH_MIN, Math.round(typed)));
}

export function minutesOf(parts: readonly PartDraft[]): number {
  return parts.reduce((sum, part) => sum + part.minutes, 0);
}

/** The same parts in whole minutes that sum up to so many, in proportion; none is shorter than `SHORTEST_PART_MIN`. */
export function fitted(parts: readonly PartDraft[], minutes: number): readonly PartDraft[] {
  if (parts.length === 0) return parts;
  const exact = parts.map((part) => (part.minutes * minutes) / minutesOf(parts));
  const whole = exact.map((length) => Math.max(SHORTEST_PART_MIN, Math.floor(length)));
  for (let missing = minutes - sum(whole); missing > 0; missing -= 1) change(whole, exact, 1);
  for (let over = sum(whole) - minutes; over > 0; over -= 1) change(whole, exact, -1);
  return parts.map((part, n) => ({ ...part, minutes: whole[n] ?? part.minutes }));
}

/** One minute more or less, where it comes nearest to the exact share. */
function change(whole: number[], exact: readonly number[], by: 1 | -1): void {
  const wish = whole.map((length, n) =>
    length + by < SHORTEST_PART_MIN ? -Infinity : by * ((exact[n] ?? 0) - length),
  );
  const chosen = wish.indexOf(Math.max(...wish));
  whole[chosen] = (whole[chosen] ?? 0) + by;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
