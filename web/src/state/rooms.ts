/**
 * Questions the screens ask about rooms: where I am, breakouts, quiet rooms, who waits for somebody; pure.
 *
 * Called by the screens. Imports the model and the general selectors. The server decides in the end.
 */
import type { MeetingView, ParticipantId, Person, RoomId } from './model';
import type { Breakout, Breakouts, QuietRoom } from './model_rooms';
import { inside, isFacilitator, isQuiet, LOBBY, MAIN, me, personOf, seemsAway } from './selectors';
import { leftMsAt } from './turns';

// ── where I am ───────────────────────────────────────────────────────────────────────────────────

export type MyRoom =
  | { readonly kind: 'lobby' | 'main' }
  /** `room` null: nothing is known of it (yet). */
  | { readonly kind: 'breakout'; readonly room: Breakout | null }
  /** `other`: with whom I am. */
  | { readonly kind: 'quiet'; readonly quiet: QuietRoom | null; readonly other: Person | null };

export function myRoom(meeting: MeetingView): MyRoom {
  const mine = me(meeting);
  if (mine === null || mine.room === LOBBY) return { kind: 'lobby' };
  if (isQuiet(mine)) {
    const other = meeting.people.find(({ id, room }) => id !== mine.id && room === mine.room) ?? null;
    return { kind: 'quiet', quiet: meeting.quiet.find(({ id }) => id === mine.room) ?? null, other };
  }
  return mine.room === MAIN ? { kind: 'main' } : { kind: 'breakout', room: roomOf(meeting, mine.room) };
}

/** One breakout of the plan. */
export function roomOf(meeting: MeetingView, room: RoomId | null): Breakout | null {
  return meeting.breakouts?.rooms.find(({ id }) => id === room) ?? null;
}

/** Who belongs to a room and whom I may know of; facilitators know all. */
export function peopleOf(meeting: MeetingView, room: RoomId): readonly Person[] {
  return inside(meeting).filter(({ place }) => place === room);
}

/** For whom a breakout is meant, as far as I may know. */
export function meantFor(meeting: MeetingView, room: Breakout): readonly Person[] {
  return room.people.map((who) => personOf(meeting, who)).filter((person) => person !== null);
}

export function isInBreakout(person: Person): boolean {
  return person.place !== MAIN && person.place !== LOBBY;
}

// ── breakouts for me ─────────────────────────────────────────────────────────────────────────────

/** Until everybody is called back; null: no limit, or none are open. */
export function breakoutsLeftMs({ breakouts }: MeetingView, nowMs: number): number | null {
  return breakouts?.open === true ? leftMsAt(breakouts, nowMs) : null;
}

/**
 * asked: an answer is awaited. going: she goes when they open. staying: in the main room, may still go.
 * inside: she is in a breakout and may come back. none: this is not about her.
 */
export type MyPart = 'none' | 'asked' | 'going' | 'staying' | 'inside';

export function myPart(meeting: MeetingView): MyPart {
  const { breakouts } = meeting;
  const mine = me(meeting);
  if (breakouts === null || mine === null || mine.place === LOBBY) return 'none';
  if (isInBreakout(mine)) return 'inside';
  switch (breakouts.answer) {
    case null:
      return 'none';
    case 'asked':
      return 'asked';
    case 'go':
      return 'going';
    case 'stay':
      return 'staying';
  }
}

/** Among which rooms I may choose; one where it was chosen for me, none where I am not asked or cannot answer now. */
export function myChoices(meeting: MeetingView): readonly Breakout[] {
  const { breakouts } = meeting;
  const mine = me(meeting);
  if (breakouts === null || mine === null || isQuiet(mine) || mine.away) return [];
  if (myPart(meeting) === 'none') return [];
  const mayChoose = breakouts.kind === 'topic' ? () => true : ({ id }: Breakout) => id === breakouts.yours;
  return breakouts.rooms.filter((room) => mayChoose(room) && room.id !== mine.place);
}

/** To stay in the main room, or to come back to it, is always a choice. */
export function mayStay(meeting: MeetingView): boolean {
  const mine = me(meeting);
  const part = myPart(meeting);
  return mine !== null && !isQuiet(mine) && part !== 'none' && part !== 'staying';
}

/** One open call for each room, and none while a facilitator is there. */
export function mayCallFacilitator(meeting: MeetingView): boolean {
  const mine = me(meeting);
  if (mine === null || meeting.breakouts?.open !== true || !isInBreakout(mine) || isQuiet(mine)) return false;
  const attended = peopleOf(meeting, mine.place).some((person) => isThere(meeting, person));
  return !attended && roomOf(meeting, mine.place)?.calling !== true;
}

/** A facilitator who is away cannot hear the call. */
function isThere(meeting: MeetingView, person: Person): boolean {
  return person.role === 'facilitator' && person.connected && !seemsAway(meeting, person);
}

// ── breakouts for facilitators ───────────────────────────────────────────────────────────────────

export function mayEnter(meeting: MeetingView, room: RoomId): boolean {
  const mine = me(meeting);
  if (mine === null || !isFacilitator(meeting) || isQuiet(mine) || mine.away) return false;
  return meeting.breakouts?.open === true && mine.place !== room;
}

export interface Answers {
  readonly asked: readonly Person[];
  readonly go: readonly Person[];
  readonly stay: readonly Person[];
}

export function answers(meeting: MeetingView): Answers {
  const consents = meeting.breakouts?.consents ?? {};
  const who = (consent: string) => inside(meeting).filter(({ id }) => consents[id] === consent);
  return { asked: who('asked'), go: who('go'), stay: who('stay') };
}

/** For whom no room is meant: to be assigned by hand, or staying anyway. */
export function withoutRoom(meeting: MeetingView): readonly Person[] {
  const { breakouts } = meeting;
  if (breakouts === null) return [];
  const meant = new Set(breakouts.rooms.flatMap(({ people, host }) => [...people, host]));
  return inside(meeting).filter(({ id, role }) => role === 'member' && !meant.has(id));
}

export function callingRooms({ breakouts }: MeetingView): readonly Breakout[] {
  return openRooms(breakouts).filter(({ calling }) => calling);
}

export function aloneRooms({ breakouts }: MeetingView): readonly Breakout[] {
  return openRooms(breakouts).filter(({ alone }) => alone);
}

function openRooms(breakouts: Breakouts | null): readonly Breakout[] {
  return breakouts?.open === true ? breakouts.rooms : [];
}

// ── quiet rooms ──────────────────────────────────────────────────────────────────────────────────

/** I asked for someone and wait. */
export function amWaiting(meeting: MeetingView): boolean {
  return meeting.needs.includes(meeting.you);
}

/** Also while away, in a breakout, or while the meeting is paused: a need waits for no mode. */
export function mayAskForSomeone(meeting: MeetingView): boolean {
  const mine = me(meeting);
  if (mine === null || isFacilitator(meeting) || meeting.status === 'debrief') return false;
  return mine.place !== LOBBY && !isQuiet(mine) && !amWaiting(meeting);
}

/** Who asked for someone, the longest first; facilitators only. */
export function needs(meeting: MeetingView): readonly Person[] {
  if (!isFacilitator(meeting)) return [];
  return meeting.needs.map((who) => personOf(meeting, who)).filter((person) => person !== null);
}

export type QuietAct = 'acceptNeed' | 'greet' | 'takeAside';

/** Whether a button for this makes sense now. */
export function mayMeet(meeting: MeetingView, act: QuietAct, person: Person): boolean {
  const mine = me(meeting);
  if (mine === null || !isFacilitator(meeting) || isQuiet(mine) || meeting.status === 'debrief') return false;
  if (person.id === meeting.you || !person.connected || isQuiet(person)) return false;
  switch (act) {
    case 'acceptNeed':
      return meeting.needs.includes(person.id);
    case 'greet':
      return person.place === LOBBY;
    case 'takeAside':
      return person.place !== LOBBY && person.role !== 'facilitator';
  }
}

/** The facilitator always; the other one where she asked for it. */
export function mayEndQuiet(meeting: MeetingView): boolean {
  const room = myRoom(meeting);
  if (room.kind !== 'quiet' || room.quiet === null) return false;
  return room.quiet.facilitator === meeting.you || room.quiet.kind === 'need';
}

/** With whom somebody is in a quiet room; facilitators and the two know. */
export function quietWith(meeting: MeetingView, who: ParticipantId): Person | null {
  const quiet = meeting.quiet.find((one) => one.who === who || one.facilitator === who);
  if (quiet === undefined) return null;
  return personOf(meeting, quiet.who === who ? quiet.facilitator : quiet.who);
}
