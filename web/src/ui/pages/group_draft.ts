/**
 * What somebody who starts a group writes about it, and the texts that become of it; pure.
 *
 * Called by `StartPage.svelte`. Bounds are those of `crypto/group_seal.ts`.
 */
import { MAX_POINT_CHARACTERS, MAX_POINTS } from '../../crypto/group_bounds';
import { isLength } from '../../crypto/lengths';
import type { GroupTexts } from '../../state/model_session';
import { type PartDraft, plansOf, template, type TemplateName } from '../session/templates';
import { fitted, minutesOf, USUAL_LENGTH_MIN, wholeLength } from './meeting_length';

export interface GroupDraft {
  readonly title: string;
  /** One point on each line. */
  readonly agreement: string;
  readonly plan: TemplateName | null;
  /** Of a meeting, as typed; null: not chosen, so as long as the plan is meant to be. */
  readonly minutes: number | null;
}

export const NOTHING_WRITTEN: GroupDraft = { title: '', agreement: '', plan: null, minutes: null };

/** Of a meeting, in minutes. */
export function lengthOf({ plan, minutes }: GroupDraft): number {
  if (minutes !== null) return wholeLength(minutes);
  return plan === null ? USUAL_LENGTH_MIN : minutesOf(template(plan));
}

/** The plan, cut to the length of a meeting. */
export function partsOf(draft: GroupDraft): readonly PartDraft[] {
  return draft.plan === null ? [] : fitted(template(draft.plan), lengthOf(draft));
}

/** null: nothing was written. */
export function textsOf(draft: GroupDraft): GroupTexts | null {
  const points = pointsOf(draft.agreement);
  const parts = plansOf(partsOf(draft));
  const name = draft.title.trim();
  return name === '' && points.length === 0 && parts.length === 0
    ? null
    : { title: name, agreement: points, plan: parts };
}

export function isTooLong({ agreement }: GroupDraft): boolean {
  const points = pointsOf(agreement);
  return points.length > MAX_POINTS || !points.every((point) => isLength(point, 1, MAX_POINT_CHARACTERS));
}

/** Marks that people put before the points of a list are no part of them. */
function pointsOf(agreement: string): readonly string[] {
  return agreement
    .split('\n')
    .map((line) => line.replace(/^\s*(?:[-*•·–]|\d{1,2}[.)])\s+/, '').trim())
    .filter((line) => line !== '');
}
