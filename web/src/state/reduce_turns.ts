/**
 * Rounds, hands and the floor after an event; pure.
 *
 * Called by `reduce_meeting.ts` only.
 */
import type { OpenedTurnEvent, ToldRound } from './facts';
import type { MeetingView, ParticipantId, Round } from './model';
import { heard } from './telling';
import { holder } from './turns';

export function afterTurnEvent(meeting: MeetingView, event: OpenedTurnEvent): MeetingView {
  switch (event.t) {
    case 'round_changed':
      return whoSpoke(meeting, { ...meeting, round: withNudge(event.round) }, event.atMs);
    case 'share_nudged':
      if (meeting.round?.turn !== event.turn) return meeting;
      return { ...meeting, round: { ...meeting.round, nudged: true } };
    case 'hands_changed':
      return whoSpoke(meeting, { ...meeting, hands: event.hands }, event.atMs);
    case 'floor_changed':
      return { ...meeting, floor: event.floor };
    case 'admission_changed':
      return { ...meeting, betweenShares: event.betweenShares };
  }
}

/** A share whose time was over when it was told has been nudged before. */
export function withNudge(round: ToldRound | null): Round | null {
  return round === null ? null : { ...round, nudged: round.phase === 'sharing' && round.leftMs === 0 };
}

/** Whoever had the turn until now was heard until now. */
function whoSpoke(before: MeetingView, after: MeetingView, atMs: number): MeetingView {
  const spoke: ParticipantId | null = holder(before);
  return spoke === null || spoke === holder(after) ? after : heard(after, spoke, atMs);
}
