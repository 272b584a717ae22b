/**
 * Whom calm mode shows, and the small window: one person at a time, and seldom another; pure.
 *
 * Called by the tiles and by `small_window.ts`. Imports the model and selectors.
 */
import type { MeetingView, ParticipantId, Person } from './model';
import { here, seemsAway } from './selectors';
import { now } from './turns';

/**
 * Whoever has the turn or was called on. Without turns whoever speaks, and she stays while nobody else does.
 *
 * before: who was shown last. null: I am alone, or nobody can be seen.
 */
export function onStage(meeting: MeetingView, before: ParticipantId | null): ParticipantId | null {
  const others = here(meeting).filter((person) => person.id !== meeting.you && !seemsAway(meeting, person));
  const known = (who: ParticipantId | null): Person | null => others.find(({ id }) => id === who) ?? null;
  const turn = meeting.status === 'open' ? (now(meeting)?.id ?? meeting.hands.called) : null;
  if (known(turn) !== null) return turn;
  // While I have the turn nobody is to appear and vanish before me.
  const speaking = turn === meeting.you ? [] : meeting.speaking.filter((who) => known(who) !== null);
  if (before !== null && known(before) !== null && (speaking.length === 0 || speaking.includes(before)))
    return before;
  return speaking[0] ?? known(meeting.lead)?.id ?? others[0]?.id ?? null;
}
