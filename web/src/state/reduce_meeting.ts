/**
 * The meeting after a snapshot or after events; pure.
 *
 * Called by `reduce.ts` only. One line in `afterEvent` for each event of the wire.
 */
import type { OpenedEvent, OpenedMessage, OpenedSnapshot, ToldRound } from './facts';
import type {
  ChatMessage,
  Happening,
  HappeningKind,
  MeetingView,
  NoticeCode,
  ParticipantId,
  Person,
  Profile,
  Room,
  Round,
} from './model';
import { me, personOf } from './selectors';

/** As the server keeps (protocol §4). */
const MAX_MESSAGES = 500;
/** For live regions: more than this nobody catches up with. */
const MAX_HAPPENINGS = 20;

const NOTHING: MeetingView = {
  you: '',
  role: 'member',
  status: 'waiting',
  locked: false,
  lead: null,
  present: 0,
  people: [],
  messages: [],
  outgoing: [],
  barred: [],
  graceMs: 0,
  speaking: [],
  seats: [],
  decrypting: [],
  happenings: [],
  round: null,
  hands: { raised: [], fair: false, called: null },
  floor: 'open',
  betweenShares: false,
};

/** Replaces all that the server told before; what only this page knows stays. */
export function afterSnapshot(before: MeetingView | null, snapshot: OpenedSnapshot): MeetingView {
  const same = before?.you === snapshot.you ? before : NOTHING;
  const mine = snapshot.people.find(({ id }) => id === snapshot.you);
  const round = afterRound(same.round, snapshot.round);
  const view: MeetingView = { ...same, ...snapshot, round, role: mine?.role ?? same.role, messages: [] };
  return { ...view, messages: snapshot.messages.map((message) => chat(view, same, message)) };
}

function chat(view: MeetingView, before: MeetingView, message: OpenedMessage): ChatMessage {
  const author =
    personOf(view, message.author)?.profile ??
    before.messages.find((one) => one.author === message.author)?.authorProfile ??
    personOf(before, message.author)?.profile ??
    null;
  return { ...message, authorProfile: author, mine: message.author === view.you };
}

export function afterEvents(before: MeetingView, events: readonly OpenedEvent[]): MeetingView {
  const after = events.reduce(afterEvent, before);
  if (me(after)?.room === 'lobby') return after;
  return { ...after, present: after.people.filter(({ room }) => room !== 'lobby').length };
}

function afterEvent(meeting: MeetingView, event: OpenedEvent): MeetingView {
  switch (event.t) {
    case 'person_came':
      return came(meeting, event.person);
    case 'person_moved':
      return moved(meeting, event.who, event.room);
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
    case 'said':
      return said(meeting, event.message);
    case 'message_deleted':
      return { ...meeting, messages: meeting.messages.filter(({ number }) => number !== event.number) };
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
    case 'away_changed':
      return told(changed(meeting, event.who, { away: event.away }), event.away ? 'away' : 'back', event.who);
    case 'round_changed':
      return { ...meeting, round: afterRound(meeting.round, event.round) };
    case 'share_nudged':
      if (meeting.round?.turn !== event.turn) return meeting;
      return { ...meeting, round: { ...meeting.round, nudged: true } };
    case 'hands_changed':
      return { ...meeting, hands: event.hands };
    case 'floor_changed':
      return { ...meeting, floor: event.floor };
    case 'admission_changed':
      return { ...meeting, betweenShares: event.betweenShares };
    case 'admission_held':
      return changed(meeting, event.who, { admitted: true });
  }
}

/** Whose offer was put off is told as offered; only the round before says that it was. */
function afterRound(before: Round | null, round: ToldRound | null): Round | null {
  if (round === null) return null;
  const wasLater = before?.places.some(({ who, standing }) => who === round.who && standing === 'later');
  const secondOffer = before?.turn === round.turn ? before.secondOffer : (wasLater ?? false);
  return { ...round, nudged: round.phase === 'sharing' && round.leftMs === 0, secondOffer };
}

function came(meeting: MeetingView, person: Person): MeetingView {
  const people = [...meeting.people.filter(({ id }) => id !== person.id), person];
  return told({ ...meeting, people }, person.room === 'lobby' ? 'knocked' : 'came', person.id);
}

function moved(meeting: MeetingView, who: ParticipantId, room: Room): MeetingView {
  return told(
    changed(meeting, who, { room, admitted: false }),
    room === 'lobby' ? 'sent_to_lobby' : 'came',
    who,
  );
}

const PARTINGS: Readonly<Record<string, HappeningKind>> = {
  left: 'left',
  lost: 'lost',
  removed: 'removed',
  denied: 'denied',
  lobby: 'sent_to_lobby',
};

/** A way of parting that a later version adds is told as nothing: she is gone, that is all we know. */
function parted(meeting: MeetingView, who: ParticipantId, how: string): MeetingView {
  const kind = Object.hasOwn(PARTINGS, how) ? PARTINGS[how] : undefined;
  const after = kind === undefined ? meeting : told(meeting, kind, who);
  return {
    ...after,
    people: after.people.filter(({ id }) => id !== who),
    speaking: after.speaking.filter((id) => id !== who),
    decrypting: after.decrypting.filter((id) => id !== who),
  };
}

function said(meeting: MeetingView, message: OpenedMessage): MeetingView {
  const others = meeting.messages.filter(({ number }) => number !== message.number);
  const messages = [...others, chat(meeting, meeting, message)].slice(-MAX_MESSAGES);
  return told({ ...meeting, messages }, 'said', message.author);
}

function statusChanged(meeting: MeetingView, status: MeetingView['status']): MeetingView {
  const after = { ...meeting, status };
  if (status === 'paused') return told({ ...after, speaking: [] }, 'paused', null);
  return meeting.status === 'paused' && status === 'open' ? told(after, 'resumed', null) : after;
}

function changed(meeting: MeetingView, who: ParticipantId, patch: Partial<Person>): MeetingView {
  const people = meeting.people.map((person) => (person.id === who ? { ...person, ...patch } : person));
  return { ...meeting, people };
}

/** For a live region; my own doings need no telling. */
function told(meeting: MeetingView, kind: HappeningKind, who: ParticipantId | null): MeetingView {
  if (who === meeting.you) return meeting;
  const profile: Profile | null = who === null ? null : (personOf(meeting, who)?.profile ?? null);
  const number = (meeting.happenings.at(-1)?.number ?? 0) + 1;
  const next: Happening = { number, kind, who, profile };
  return { ...meeting, happenings: [...meeting.happenings, next].slice(-MAX_HAPPENINGS) };
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
