/**
 * What the other facilitator has just done, so that neither undoes the other unawares; pure.
 *
 * Called by `reduce_meeting.ts` after each step that one ordered. Members are led by all of them and told no names.
 */
import type { Deed, MeetingView, ParticipantId, Person, Profile, Round } from './model';
import type { Breakouts } from './model_rooms';
import { personOf } from './selectors';
import { isSamePlan } from './session';
import { told } from './telling';
import { notYetHeard } from './turns';

/** `after` with the name of who ordered it on everything it tells, and what else she changed. My own doings need no telling. */
export function withDeeds(before: MeetingView, after: MeetingView, by: ParticipantId | null): MeetingView {
  if (by === null || by === after.you) return after;
  const profile = personOf(after, by)?.profile ?? personOf(before, by)?.profile ?? null;
  if (profile === null) return after;
  const last = before.happenings.at(-1)?.number ?? 0;
  const all = deeds(before, after, by).reduce((view, [deed, who]) => told(view, deed, who), after);
  const happenings = all.happenings.map((one) =>
    one.number > last ? { ...one, by: profile, profile: one.profile ?? barredProfile(before, one.who) } : one,
  );
  return { ...all, happenings };
}

/** Who was sent away is not among the people. */
function barredProfile({ barred }: MeetingView, who: ParticipantId | null): Profile | null {
  return barred.find(({ id }) => id === who)?.profile ?? null;
}

/** More than what is on the way may be late; a guest is given minutes. */
const UNEVEN_MS = 10_000;

type Done = readonly [deed: Deed, who: ParticipantId | null];

function deeds(before: MeetingView, after: MeetingView, by: ParticipantId): readonly Done[] {
  // With the debrief everything is erased, and that says itself.
  if (before.status !== after.status && after.status === 'debrief') return [];
  return [
    ...deedsInTheRound(before, after),
    ...deedsOnHands(before, after),
    ...deedsOnSettings(before, after),
    ...deedsOnRooms(before, after, by),
    ...deedsOnTheSession(before, after),
    ...deedsOnPeople(before, after),
  ];
}

function deedsInTheRound(before: MeetingView, after: MeetingView): readonly Done[] {
  const [was, now] = [before.round, after.round];
  if (was === null) return now === null ? [] : [['did_begin_round', null]];
  // A round whose last share is over closes by itself.
  if (now === null)
    return notYetHeard(before).some(({ id }) => id !== was.who) ? [['did_close_round', null]] : [];
  if (was.turn !== now.turn || was.phase !== now.phase) return [['did_move_on', was.who]];
  if (!sameOrder(was, now)) return [['did_order', null]];
  if (was.named !== now.named) return [['did_name_next', now.named]];
  if (was.invitePassed !== now.invitePassed) return [['did_invite', null]];
  return (now.leftMs ?? 0) > (was.leftMs ?? 0) ? [['did_extend', now.who]] : [];
}

function sameOrder(was: Round, now: Round): boolean {
  return (
    was.places.length === now.places.length && was.places.every(({ who }, n) => who === now.places[n]?.who)
  );
}

function deedsOnHands(before: MeetingView, after: MeetingView): readonly Done[] {
  const [was, now] = [before.hands, after.hands];
  if (was.called !== now.called && now.called !== null) return [['did_call_on', now.called]];
  return was.fair === now.fair ? [] : [['did_hands', null]];
}

function deedsOnSettings(before: MeetingView, after: MeetingView): readonly Done[] {
  const done: Done[] = [];
  const isSamePart = before.runSheet?.current === after.runSheet?.current;
  // A part that begins switches both, and says so itself.
  if (isSamePart) {
    if (before.floor !== after.floor) done.push(['did_floor', null]);
    if (before.chatMode !== after.chatMode || before.slowMs !== after.slowMs) done.push(['did_chat', null]);
  }
  if (!isSamePlan(before.runSheet, after.runSheet)) done.push(['did_sheet', null]);
  if (before.betweenShares !== after.betweenShares) done.push(['did_between', null]);
  return done;
}

function deedsOnRooms(before: MeetingView, after: MeetingView, by: ParticipantId): readonly Done[] {
  const [was, now] = [before.breakouts, after.breakouts];
  if (was?.open === false && now === null) return [['did_drop_plan', null]];
  if (was === null || now?.open !== was.open) return [];
  // Who comes, leaves or chooses her own room changes nothing that was arranged.
  const stayed = after.people.filter(({ id }) => id !== by && personOf(before, id) !== null);
  return arrangement(was, stayed) === arrangement(now, stayed) ? [] : [['did_rooms', null]];
}

function arrangement({ rooms }: Breakouts, people: readonly Person[]): string {
  const isMeant = (who: ParticipantId): boolean => people.some(({ id }) => id === who);
  return JSON.stringify(rooms.map((room) => [room.id, room.host, room.people.filter(isMeant)]));
}

function deedsOnTheSession(before: MeetingView, after: MeetingView): readonly Done[] {
  const done: Done[] = [];
  const left = new Set(after.resources.map(({ number }) => number));
  if (before.resources.some(({ number }) => !left.has(number))) done.push(['did_take_back', null]);
  if (before.contacts !== null && after.contacts === null) done.push(['did_contacts', null]);
  // Who brings the first ones, from her link, writes over nobody's.
  const isOver = before.group !== null && JSON.stringify(before.group) !== JSON.stringify(after.group);
  if (isOver) done.push(['did_texts', null]);
  return done;
}

function deedsOnPeople(before: MeetingView, after: MeetingView): readonly Done[] {
  const done: Done[] = [];
  for (const { id } of before.barred)
    if (!after.barred.some((one) => one.id === id)) done.push(['did_undo_bar', id]);
  const pairs = after.people.flatMap((now) => {
    const was = personOf(before, now.id);
    return was === null ? [] : [[was, now] as const];
  });
  if (pairs.some(([was, now]) => wasNamed(was, now))) done.push(['did_aides', null]);
  for (const [was, now] of pairs) {
    if (now.id === after.you) continue;
    if (was.micAllowed !== now.micAllowed) done.push(['did_mute', now.id]);
    if (was.cameraAllowed !== now.cameraAllowed) done.push(['did_camera', now.id]);
    if (hasOtherTime(was, now)) done.push(['did_guest_time', now.id]);
  }
  return done;
}

/** Or is it no longer; who is sent to the lobby loses it with her place. */
function wasNamed(was: Person, now: Person): boolean {
  if (was.place !== now.place) return false;
  return was.captions !== now.captions || was.interprets !== now.interprets;
}

/** The time that is left is told anew with everything about her, and comes a little earlier or later. */
function hasOtherTime({ guestUntilMs: was, place }: Person, now: Person): boolean {
  if (was === null || now.guestUntilMs === null || place !== now.place) return false;
  return Math.abs(was - now.guestUntilMs) > UNEVEN_MS;
}
