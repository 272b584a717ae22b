/**
 * Breakouts, quiet rooms and open needs after an event, and what is worth telling of them; pure.
 *
 * Called by `reduce_meeting.ts` only. Who is moved gets a new snapshot: nothing here moves anybody.
 */
import type { OpenedRoomEvent } from './facts';
import type { HappeningKind, MeetingView } from './model';
import type { Breakout, Breakouts } from './model_rooms';
import { isFacilitator } from './selectors';
import { told } from './telling';

export function afterRoomEvent(meeting: MeetingView, event: OpenedRoomEvent): MeetingView {
  switch (event.t) {
    case 'quiet_rooms_changed':
      return { ...meeting, quiet: event.quiet };
    case 'needs_changed':
      return afterNeeds(meeting, event.needs);
    case 'breakouts_changed': {
      const news = newsOf(meeting.breakouts, event.breakouts, isFacilitator(meeting));
      const after = { ...meeting, breakouts: event.breakouts };
      return news.reduce((one, kind) => told(one, kind, null), after);
    }
  }
}

function afterNeeds(meeting: MeetingView, needs: MeetingView['needs']): MeetingView {
  const news = isFacilitator(meeting) ? needs.filter((who) => !meeting.needs.includes(who)) : [];
  return news.reduce<MeetingView>((one, who) => told(one, 'needs_someone', who), { ...meeting, needs });
}

function newsOf(
  before: Breakouts | null,
  now: Breakouts | null,
  facilitates: boolean,
): readonly HappeningKind[] {
  if (now === null) return before?.open === true ? ['breakouts_closed'] : [];
  const news: HappeningKind[] = [];
  if (now.open && before?.open !== true) news.push('breakouts_opened');
  if (!now.open && before === null) news.push('breakouts_planned');
  if (now.noticed && before?.noticed !== true) news.push('breakouts_noticed');
  if (facilitates && begins(before, now, 'calling')) news.push('room_calling');
  if (facilitates && begins(before, now, 'alone')) news.push('room_alone');
  return news;
}

function begins(
  before: Breakouts | null,
  now: Breakouts,
  what: keyof Pick<Breakout, 'calling' | 'alone'>,
): boolean {
  return now.rooms.some((room) => {
    const was = before?.rooms.find(({ id }) => id === room.id);
    return room[what] && was?.[what] !== true;
  });
}
