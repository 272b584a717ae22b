/**
 * The chat after a message came, came again or was deleted; pure.
 *
 * Called by `reduce_meeting.ts` only.
 */
import type { OpenedMessage } from './facts';
import type { ChatMessage, HappeningKind, MeetingView } from './model';
import { isFacilitator, personOf } from './selectors';
import { heard, toldIf } from './telling';

/** As the server keeps (protocol §4). */
const MAX_MESSAGES = 500;

/** With the name of its author, as far as it was ever known here. */
export function named(view: MeetingView, before: MeetingView, message: OpenedMessage): ChatMessage {
  const author =
    personOf(view, message.author)?.profile ??
    before.messages.find((one) => one.author === message.author)?.authorProfile ??
    personOf(before, message.author)?.profile ??
    null;
  return { ...message, authorProfile: author, mine: message.author === view.you };
}

/** In the order of their numbers: one that was held comes late and belongs earlier. */
export function said(meeting: MeetingView, message: OpenedMessage): MeetingView {
  const known = meeting.messages.find(({ number }) => number === message.number) ?? null;
  const others = meeting.messages.filter((one) => one !== known);
  const messages = [...others, named(meeting, meeting, message)]
    .toSorted((a, b) => a.number - b.number)
    .slice(-MAX_MESSAGES);
  const after = heard({ ...meeting, messages }, message.author, message.atMs);
  return toldIf(after, newsOf(meeting, known, message), message.author);
}

/** What was held for a share is told when it is released; what a facilitator approved she has seen. */
function newsOf(
  meeting: MeetingView,
  known: ChatMessage | null,
  message: OpenedMessage,
): HappeningKind | null {
  if (known !== null) return known.held === 'share' && message.held === null ? 'said' : null;
  if (message.line !== null) return 'said_on_line';
  if (message.everywhere) return 'said_everywhere';
  if (message.held === null) return 'said';
  return message.held === 'approval' && isFacilitator(meeting) ? 'said_held' : null;
}

export function deleted(meeting: MeetingView, number: number): MeetingView {
  return { ...meeting, messages: meeting.messages.filter((message) => message.number !== number) };
}
