/**
 * Questions the screens ask about the session: its parts and their time, the pulse, keep in touch; pure.
 *
 * Called by the screens. Imports the model and the general selectors. The server decides in the end.
 */
import type { MeetingView, Person } from './model';
import type { PulseResult, RunSheet, SealedSegment, Segment } from './model_session';
import { inside, isFacilitator, me } from './selectors';
import { countedOn } from './turns';

/** To so many people at most one may offer to keep in touch (protocol §4.6). */
export const MAX_OFFERS = 16;

// ── the run-sheet ────────────────────────────────────────────────────────────────────────────────

export function segmentNow({ runSheet }: MeetingView): Segment | null {
  return runSheet?.current == null ? null : (runSheet.segments[runSheet.current] ?? null);
}

export function segmentNext({ runSheet }: MeetingView): Segment | null {
  return runSheet === null ? null : (runSheet.segments[(runSheet.current ?? -1) + 1] ?? null);
}

/** Of the part that is going on; below 0: so long over. null: none is. */
export function segmentLeftMs(meeting: MeetingView, nowMs: number): number | null {
  const { runSheet } = meeting;
  return runSheet === null || segmentNow(meeting) === null ? null : countedOn(runSheet, nowMs);
}

/** Until the end of the last part, if all take their time from now on; null: none is going on. */
export function sessionLeftMs(meeting: MeetingView, nowMs: number): number | null {
  const left = segmentLeftMs(meeting, nowMs);
  const { runSheet } = meeting;
  if (left === null || runSheet?.current == null) return null;
  const toCome = runSheet.segments.slice(runSheet.current + 1);
  return toCome.reduce((sum, { lengthMs }) => sum + lengthMs, Math.max(0, left));
}

/** Is her time running? In a pause it stands, and what is left is told anew after it. */
export function guestTimeRuns({ status }: MeetingView, { guestUntilMs }: Person): boolean {
  return status === 'open' && guestUntilMs !== null;
}

/** null: she is no guest inside, or it is not for me to know. */
export function guestLeftMs({ guestUntilMs }: Person, nowMs: number): number | null {
  return guestUntilMs === null ? null : Math.max(0, guestUntilMs - nowMs);
}

// ── the pulse ────────────────────────────────────────────────────────────────────────────────────

export function mayAnswerPulse(meeting: MeetingView): boolean {
  const { pulse } = meeting;
  return pulse !== null && !pulse.answered && pulse.question.kind === 'open' && !isFacilitator(meeting);
}

export interface Count {
  readonly answer: string;
  readonly count: number;
}

/** Each answer with its number; null: too few answered, or the words cannot be read. */
export function countsOf({ question, counts }: PulseResult): readonly Count[] | null {
  if (question.kind !== 'open' || counts?.length !== question.answers.length) return null;
  return question.answers.map((answer, index) => ({ answer, count: counts[index] ?? 0 }));
}

// ── keep in touch ────────────────────────────────────────────────────────────────────────────────

export interface Choice {
  readonly person: Person;
  readonly offered: boolean;
}

/** The members I may choose; empty while it is closed, and for guests and facilitators. */
export function contactChoices(meeting: MeetingView): readonly Choice[] {
  const { contacts } = meeting;
  if (contacts === null || me(meeting)?.role !== 'member') return [];
  return inside(meeting)
    .filter(({ id, role }) => role === 'member' && id !== meeting.you)
    .map((person) => ({ person, offered: contacts.includes(person.id) }));
}

export function mayOfferMore({ contacts }: MeetingView): boolean {
  return contacts !== null && contacts.length < MAX_OFFERS;
}

/** The same boxes in the same order: how far the session has come is no change of the plan. */
export function isSamePlan(one: RunSheet | null, other: RunSheet | null): boolean {
  const [first, second] = [one?.sealed ?? [], other?.sealed ?? []];
  return first.length === second.length && first.every((part, n) => isSamePart(part, second[n]));
}

function isSamePart(one: SealedSegment, other: SealedSegment | undefined): boolean {
  if (one.title.length !== other?.title.length) return false;
  const same = one.kind === other.kind && one.lengthMs === other.lengthMs;
  const modes = one.floor === other.floor && one.chat === other.chat;
  return same && modes && one.title.every((byte, n) => byte === other.title[n]);
}
