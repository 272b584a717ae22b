/**
 * The meeting after a snapshot or after events; pure.
 *
 * Called by `reduce.ts` only. One line in `afterEvent` for each event of the wire, or each subject.
 */
import type { OpenedEvent, OpenedSnapshot } from './facts';
import { withDeeds } from './deeds';
import type { MeetingView, NoticeCode, ParticipantId } from './model';
import { named } from './reduce_chat';
import { came, looks, parted } from './reduce_people';
import { afterRoomEvent } from './reduce_rooms';
import { afterSessionEvent } from './reduce_session';
import { afterTurnEvent, withNudge } from './reduce_turns';
import { isFacilitator, LOBBY, me } from './selectors';
import { changed, told } from './telling';

/** What a meeting that has just begun knows; the debrief begins with the same. */
const NOTHING_SAID = {
  locked: false,
  messages: [],
  barred: [],
  round: null,
  hands: { raised: [], fair: false, called: null },
  floor: 'open',
  betweenShares: false,
  chatMode: 'open',
  slowMs: 0,
  heldByHand: false,
  breakouts: null,
  quiet: [],
  needs: [],
  runSheet: null,
  pulse: null,
  resources: [],
  contacts: null,
} as const satisfies Partial<MeetingView>;

const NOTHING: MeetingView = {
  ...NOTHING_SAID,
  you: '',
  role: 'member',
  status: 'waiting',
  lead: null,
  group: null,
  present: 0,
  people: [],
  outgoing: [],
  graceMs: 0,
  speaking: [],
  seats: [],
  decrypting: [],
  happenings: [],
  captions: [],
  pulseResult: null,
  contactsMade: [],
  receptions: null,
};

/** Replaces all that the server told before; what only this page knows stays. */
export function afterSnapshot(before: MeetingView | null, snapshot: OpenedSnapshot): MeetingView {
  const same = before?.you === snapshot.you ? before : NOTHING;
  const mine = snapshot.people.find(({ id }) => id === snapshot.you);
  const role = mine?.role ?? same.role;
  // Who was audible, and what was written of it, was so in the room I was in.
  const stayed = mine?.room === me(same)?.room;
  const speaking = stayed ? same.speaking : [];
  const captions = stayed ? same.captions : [];
  const round = withNudge(snapshot.round);
  const view: MeetingView = { ...same, ...snapshot, round, role, speaking, captions, messages: [] };
  return { ...view, messages: snapshot.messages.map((message) => named(view, same, message)) };
}

/** by: the facilitator who ordered it, as far as I may know. */
export function afterEvents(
  before: MeetingView,
  events: readonly OpenedEvent[],
  by: ParticipantId | null = null,
): MeetingView {
  const after = withDeeds(before, events.reduce(afterEvent, before), by);
  return seesAll(after) ? { ...after, present: headCount(after) } : after;
}

function headCount({ people }: MeetingView): number {
  return people.filter(({ place }) => place !== LOBBY).length;
}

/** In the lobby, and while others are in rooms I do not see, only a snapshot tells how many we are. */
function seesAll(meeting: MeetingView): boolean {
  return me(meeting)?.place !== LOBBY && (isFacilitator(meeting) || meeting.breakouts?.open !== true);
}

function afterEvent(meeting: MeetingView, event: OpenedEvent): MeetingView {
  switch (event.t) {
    case 'person_came':
      return came(meeting, event.person);
    case 'person_changed':
      return looks(meeting, event.person);
    case 'person_parted':
      return parted(meeting, event.who, event.how);
    case 'connection_lost':
      return told(changed(meeting, event.who, { connected: false }), 'connection_lost', event.who);
    case 'connection_restored':
      return told(changed(meeting, event.who, { connected: true }), 'connection_restored', event.who);
    case 'media_set':
      return changed(meeting, event.who, { mic: event.mic, camera: event.camera });
    case 'media_allowed':
      return changed(meeting, event.who, { micAllowed: event.mic, cameraAllowed: event.camera });
    case 'lock_changed':
      return told({ ...meeting, locked: event.locked }, event.locked ? 'locked' : 'unlocked', null);
    case 'lead_changed':
      return told({ ...meeting, lead: event.lead }, 'lead', event.lead);
    case 'status_changed':
      return statusChanged(meeting, event.status);
    case 'person_barred':
      return {
        ...meeting,
        barred: [...meeting.barred.filter(({ id }) => id !== event.person.id), event.person],
      };
    case 'bar_undone':
      return { ...meeting, barred: meeting.barred.filter(({ id }) => id !== event.who) };
    case 'round_changed':
    case 'share_nudged':
    case 'hands_changed':
    case 'floor_changed':
    case 'admission_changed':
      return afterTurnEvent(meeting, event);
    case 'needs_changed':
    case 'quiet_rooms_changed':
    case 'breakouts_changed':
      return afterRoomEvent(meeting, event);
    default:
      return afterSessionEvent(meeting, event);
  }
}

function statusChanged(meeting: MeetingView, status: MeetingView['status']): MeetingView {
  const after = { ...meeting, status };
  switch (status) {
    case 'paused':
      return told({ ...after, speaking: [] }, 'paused', null);
    case 'debrief':
      // What was said in the group is erased everywhere, here too.
      return told({ ...after, ...NOTHING_SAID }, 'debrief', null);
    case 'open':
      return meeting.status === 'paused' ? told(after, 'resumed', null) : after;
    case 'waiting':
    case 'ended':
      return after;
  }
}

/** What a facilitator did with my microphone and camera between two views. */
export function noticesBetween(before: MeetingView, after: MeetingView): readonly NoticeCode[] {
  const [was, now] = [me(before), me(after)];
  if (was === null || now?.id !== was.id) return [];
  const codes: NoticeCode[] = [];
  if (was.micAllowed !== now.micAllowed) codes.push({ kind: now.micAllowed ? 'mic_allowed' : 'mic_held' });
  if (was.cameraAllowed !== now.cameraAllowed) {
    codes.push({ kind: now.cameraAllowed ? 'camera_allowed' : 'camera_held' });
  }
  return codes;
}
