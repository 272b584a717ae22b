/**
 * Questions the screens ask about the chat: what is for whom, what waits, may I write now; pure.
 *
 * Called by the screens. Imports the model and the general selectors. The server decides in the end.
 */
import type { ChatMessage, MeetingView, ParticipantId, Profile } from './model';
import { goesOn, isFacilitator, isQuiet, LOBBY, me, personOf } from './selectors';
import { amSharing } from './turns';

/** What my room reads, and what of mine waits. */
export function roomChat(meeting: MeetingView): readonly ChatMessage[] {
  return meeting.messages.filter(({ line, held, mine }) => line === null && (held === null || mine));
}

/** Facilitators only: what waits to be approved or declined, or for the end of a share; the oldest first. */
export function heldMessages(meeting: MeetingView): readonly ChatMessage[] {
  if (!isFacilitator(meeting)) return [];
  return meeting.messages.filter(({ held }) => held !== null);
}

/** Somebody's private line to the facilitators. */
export interface Line {
  readonly who: ParticipantId;
  /** null: she left before I could know her name. */
  readonly profile: Profile | null;
  readonly messages: readonly ChatMessage[];
  /** Nobody has answered her newest message. */
  readonly waits: boolean;
}

/** Facilitators only: those who wait for an answer first, then whoever wrote last. */
export function lines(meeting: MeetingView): readonly Line[] {
  if (!isFacilitator(meeting)) return [];
  const byPerson = new Map<ParticipantId, ChatMessage[]>();
  for (const message of meeting.messages) {
    if (message.line !== null) byPerson.set(message.line, [...(byPerson.get(message.line) ?? []), message]);
  }
  return [...byPerson].map(([who, messages]) => line(meeting, who, messages)).toSorted(byUrgency);
}

/** Mine, or for a facilitator that of somebody; empty until something was written. */
export function lineOf(meeting: MeetingView, who: ParticipantId): readonly ChatMessage[] {
  return meeting.messages.filter((message) => message.line === who);
}

function line(meeting: MeetingView, who: ParticipantId, messages: readonly ChatMessage[]): Line {
  const hers = messages.find(({ author }) => author === who)?.authorProfile ?? null;
  const profile = personOf(meeting, who)?.profile ?? hers;
  return { who, profile, messages, waits: messages.at(-1)?.author === who };
}

function byUrgency(a: Line, b: Line): number {
  const newest = ({ messages }: Line) => messages.at(-1)?.number ?? 0;
  return Number(b.waits) - Number(a.waits) || newest(b) - newest(a);
}

// ── may I write now ──────────────────────────────────────────────────────────────────────────────

export type Writing =
  | { readonly kind: 'now' }
  /** It may be written, and is shown when a facilitator approves it or when the share has ended. */
  | { readonly kind: 'held'; readonly until: 'approval' | 'share' }
  /** Slow mode; wall clock, ms since 1970. */
  | { readonly kind: 'soon'; readonly atMs: number }
  | { readonly kind: 'not'; readonly why: 'lobby' | 'paused' | 'facilitators' | 'closed' };

/** To my room. The line to the facilitators knows no modes: `mayWriteOnLine`. */
export function writing(meeting: MeetingView, nowMs: number): Writing {
  const mine = me(meeting);
  if (mine === null || mine.room === LOBBY) return { kind: 'not', why: 'lobby' };
  if (!goesOn(meeting)) return { kind: 'not', why: 'paused' };
  if (isFacilitator(meeting) || isQuiet(mine)) return { kind: 'now' };
  const { chatMode } = meeting;
  if (chatMode === 'facilitators' || chatMode === 'closed') return { kind: 'not', why: chatMode };
  const fromMs = (lastSaidMs(meeting) ?? -Infinity) + meeting.slowMs;
  if (nowMs < fromMs) return { kind: 'soon', atMs: fromMs };
  if (chatMode === 'approved') return { kind: 'held', until: 'approval' };
  const somebodyShares = meeting.round?.phase === 'sharing' && !amSharing(meeting);
  return somebodyShares ? { kind: 'held', until: 'share' } : { kind: 'now' };
}

function lastSaidMs(meeting: MeetingView): number | null {
  const last = meeting.messages.findLast(
    ({ mine, line: on, everywhere }) => mine && on === null && !everywhere,
  );
  return last?.atMs ?? null;
}

/** Members and guests on their own, facilitators on anybody's who is in. */
export function mayWriteOnLine(meeting: MeetingView, who: ParticipantId): boolean {
  if (meeting.status !== 'open' || me(meeting)?.place === LOBBY) return false;
  if (!isFacilitator(meeting)) return who === meeting.you;
  const person = personOf(meeting, who);
  return person !== null && person.place !== LOBBY && person.role !== 'facilitator';
}
