/**
 * What a facilitator wants to know at a glance: time and people left, who is quiet, who needs something; pure.
 *
 * Called by the screens. Nothing of this is told to members.
 */
import { heldMessages, type Line, lines } from './chat';
import type { ChatMessage, MeetingView, Person } from './model';
import type { Breakout } from './model_rooms';
import { aloneRooms, callingRooms, needs } from './rooms';
import { inside, seemsAway } from './selectors';
import { segmentLeftMs } from './session';
import { holder, notYetHeard, passed } from './turns';

export interface Silence {
  readonly person: Person;
  /** Since she held the turn, wrote, or came. */
  readonly ms: number;
}

/** Whatever waits for a facilitator. */
export interface OpenCalls {
  /** Who asked for someone. */
  readonly needs: readonly Person[];
  /** Breakouts that called for a facilitator, and those nobody looks after. */
  readonly calling: readonly Breakout[];
  readonly alone: readonly Breakout[];
  /** Messages that wait for approval. */
  readonly held: readonly ChatMessage[];
  /** Private lines whose newest message nobody answered. */
  readonly lines: readonly Line[];
  readonly count: number;
}

export interface Overview {
  /** Of the current part; below 0: so long over. null: no part is going on. */
  readonly leftMs: number | null;
  /** Time left for each who was not heard yet; null: no time is set, none is left, or everybody was heard. */
  readonly eachMs: number | null;
  readonly notYetHeard: readonly Person[];
  readonly passed: readonly Person[];
  /** Members by how long they have been silent, the longest first. */
  readonly silent: readonly Silence[];
  readonly calls: OpenCalls;
}

export function overview(meeting: MeetingView, nowMs: number): Overview {
  const waiting = notYetHeard(meeting);
  const leftMs = segmentLeftMs(meeting, nowMs);
  const eachMs = leftMs === null || leftMs <= 0 || waiting.length === 0 ? null : leftMs / waiting.length;
  const calls = openCalls(meeting);
  return {
    leftMs,
    eachMs,
    notYetHeard: waiting,
    passed: passed(meeting),
    silent: silent(meeting, nowMs),
    calls,
  };
}

/** Who speaks now is not silent, who is away cannot be asked, and guests and facilitators are not counted. */
export function silent(meeting: MeetingView, nowMs: number): readonly Silence[] {
  const speaks = holder(meeting);
  return inside(meeting)
    .filter(({ id, role, connected }) => role === 'member' && connected && id !== speaks)
    .filter((person) => !seemsAway(meeting, person))
    .flatMap((person) =>
      person.silentSinceMs === null ? [] : [{ person, ms: Math.max(0, nowMs - person.silentSinceMs) }],
    )
    .toSorted((a, b) => b.ms - a.ms);
}

export function openCalls(meeting: MeetingView): OpenCalls {
  const calls = {
    needs: needs(meeting),
    calling: callingRooms(meeting),
    alone: aloneRooms(meeting),
    held: heldMessages(meeting).filter(({ held }) => held === 'approval'),
    lines: lines(meeting).filter(({ waits }) => waits),
  };
  return { ...calls, count: Object.values(calls).reduce((sum, { length }) => sum + length, 0) };
}
