/**
 * The conversations of one person and what in them she has not seen yet; pure.
 *
 * Called by the meeting's page and the chat panel.
 */
import { lineOf } from '../../state/chat';
import type {
  ChatMessage,
  Destination,
  MeetingView,
  OutgoingMessage,
  ParticipantId,
} from '../../state/model';
import { isFacilitator } from '../../state/selectors';

export type Thread =
  | { readonly kind: 'room' }
  /** Facilitators: the list of all private lines. */
  | { readonly kind: 'lines' }
  | { readonly kind: 'line'; readonly who: ParticipantId };

/** Under which what is half typed is kept: words for one thread never appear in another. */
export function keyOf(thread: Thread): string {
  return thread.kind === 'line' ? thread.who : thread.kind;
}

export function messagesOf(meeting: MeetingView, thread: Thread): readonly ChatMessage[] {
  switch (thread.kind) {
    case 'room':
      return meeting.messages.filter(({ line }) => line === null);
    case 'line':
      return lineOf(meeting, thread.who);
    case 'lines':
      return [];
  }
}

/** A broadcast and a written share are read in the room. */
export function outgoingOf(meeting: MeetingView, thread: Thread): readonly OutgoingMessage[] {
  return meeting.outgoing.filter(({ to }) => isFor(to, thread));
}

function isFor(to: Destination, thread: Thread): boolean {
  return to.kind === 'line' ? thread.kind === 'line' && to.who === thread.who : thread.kind === 'room';
}

export type Seen = ReadonlySet<number>;

/** What was there when the page was drawn is not news. */
export function seenAtFirst(meeting: MeetingView): Seen {
  return new Set(meeting.messages.map(({ number }) => number));
}

export function withSeen(seen: Seen, messages: readonly ChatMessage[]): Seen {
  const news = messages.filter(({ number }) => !seen.has(number));
  return news.length === 0 ? seen : new Set([...seen, ...news.map(({ number }) => number)]);
}

export interface Unread {
  readonly room: number;
  /** My line, or for facilitators all of them. */
  readonly line: number;
}

/** How many of mine were refused and wait to be sent again or given up. */
export function notSent({ outgoing }: MeetingView): number {
  return outgoing.filter(({ refused }) => refused !== null).length;
}

/** One that was held for a share is news when it appears, and not before. */
export function unread(meeting: MeetingView, seen: Seen): Unread {
  const leads = isFacilitator(meeting);
  const news = meeting.messages.filter(
    ({ number, mine, held }) => !mine && !seen.has(number) && (leads || held === null),
  );
  const line = news.filter((message) => message.line !== null).length;
  return { room: news.length - line, line };
}
