/**
 * Questions the screens ask of the state; pure.
 *
 * Called by the screens and by `client.ts`. Imports only `model.ts`.
 */
import type { AppState, DeviceKind, DeviceState, MeetingView, ParticipantId, Person, RoomId } from './model';

/** Where people wait who are not in yet. */
export const LOBBY: RoomId = 'lobby';
export const MAIN: RoomId = 'main';

export interface Tile {
  readonly person: Person;
  readonly me: boolean;
  readonly speaking: boolean;
  /** Her camera may be shown now: she sends it and it flows in a seat (or it is my own preview). */
  readonly video: boolean;
  /** Her media is being decrypted right now. Never true for media nobody counted. */
  readonly encrypted: boolean;
}

/** The meeting as seen from the lobby or inside; null elsewhere. */
export function meetingOf(state: AppState): MeetingView | null {
  const { phase } = state;
  return phase.kind === 'lobby' || phase.kind === 'meeting' ? phase.meeting : null;
}

export function personOf(meeting: MeetingView, who: ParticipantId): Person | null {
  return meeting.people.find((person) => person.id === who) ?? null;
}

export function me(meeting: MeetingView): Person | null {
  return personOf(meeting, meeting.you);
}

export function isFacilitator(meeting: MeetingView): boolean {
  return meeting.role === 'facilitator';
}

/** Whoever interprets, facilitators, then by id: the same on every screen, whatever the order in which it was learned. */
function inOneOrder(a: Person, b: Person): number {
  const rank = rankOf(b) - rankOf(a);
  if (rank !== 0) return rank;
  return a.id < b.id ? -1 : Number(a.id > b.id);
}

function rankOf({ interprets, role }: Person): number {
  return interprets ? 2 : Number(role === 'facilitator');
}

/** Who is pinned on every screen of my room; null: nobody interprets here. */
export function interpreter(meeting: MeetingView): Person | null {
  return here(meeting).find((person) => person.interprets) ?? null;
}

/** Whoever writes captions that I get; null: nobody. */
export function captioner(meeting: MeetingView): Person | null {
  const mine = me(meeting);
  return meeting.people.find((person) => person.captions && person.room === mine?.room) ?? null;
}

/** Media and chat flow: in the meeting itself, and among the facilitators after it. */
export function goesOn(meeting: MeetingView): boolean {
  return meeting.status === 'open' || meeting.status === 'debrief';
}

/** Everybody who was let in and whom I may know of, me included, in one order for everybody; facilitators know all rooms. */
export function inside(meeting: MeetingView): readonly Person[] {
  return meeting.people.filter((person) => person.place !== LOBBY).toSorted(inOneOrder);
}

/** Everybody in my room, me included: in a quiet room us two, else who belongs where I belong. */
export function here(meeting: MeetingView): readonly Person[] {
  return meeting.people.filter((person) => isHere(meeting, person)).toSorted(inOneOrder);
}

export function isHere(meeting: MeetingView, person: Person): boolean {
  const mine = me(meeting);
  if (mine === null) return false;
  return isQuiet(mine) ? person.room === mine.room : person.place === mine.place;
}

/** She is in a quiet room. Others than facilitators never see this of anybody else. */
export function isQuiet(person: Person): boolean {
  return person.room !== person.place;
}

/** Back soon, or in a quiet room without me: I do not hear her and her place is kept. */
export function seemsAway(meeting: MeetingView, person: Person): boolean {
  return person.away || (isQuiet(person) && me(meeting)?.room !== person.room);
}

/** Who waits, in the order the server told it: the longest first. Also who is just being greeted (`isQuiet`). */
export function lobby(meeting: MeetingView): readonly Person[] {
  return meeting.people.filter((person) => person.place === LOBBY);
}

export function facilitators(meeting: MeetingView): readonly Person[] {
  return inside(meeting).filter((person) => person.role === 'facilitator');
}

export function tiles(state: AppState): readonly Tile[] {
  const meeting = meetingOf(state);
  if (meeting === null) return [];
  return here(meeting).map((person) => tile(state, meeting, person));
}

function tile(state: AppState, meeting: MeetingView, person: Person): Tile {
  const isMe = person.id === meeting.you;
  const seat = meeting.seats.find((one) => one.who === person.id);
  return {
    person,
    me: isMe,
    speaking: meeting.speaking.includes(person.id),
    video:
      person.camera &&
      !seemsAway(meeting, person) &&
      (isMe ? state.devices.camera === 'on' : seat?.video === true),
    encrypted: isMe ? state.sealing : meeting.decrypting.includes(person.id),
  };
}

/** The loudest now, me included; null when nobody is audible. */
export function speaker(meeting: MeetingView): Person | null {
  const loudest = meeting.speaking[0];
  return loudest === undefined ? null : personOf(meeting, loudest);
}

/** All media I receive now is being decrypted, and there is some. */
export function allEncrypted(meeting: MeetingView): boolean {
  const flowing = meeting.seats.filter((seat) => seat.who !== null && (seat.audio || seat.video));
  return flowing.length > 0 && flowing.every((seat) => meeting.decrypting.includes(seat.who ?? ''));
}

// ── can I … ──────────────────────────────────────────────────────────────────────────────────────

export type FacilitatorAct =
  'admit' | 'deny' | 'sendToLobby' | 'mute' | 'allowMic' | 'stopCamera' | 'allowCamera' | 'remove';

/** Whether a button for this act on this person makes sense; the server decides in the end. */
export function can(meeting: MeetingView, act: FacilitatorAct, person: Person): boolean {
  if (!isFacilitator(meeting) || person.id === meeting.you) return false;
  const waiting = person.place === LOBBY;
  if (act === 'admit' || act === 'deny') return waiting;
  if (waiting || person.role === 'facilitator') return false;
  switch (act) {
    case 'mute':
      return person.micAllowed;
    case 'allowMic':
      return !person.micAllowed;
    case 'stopCamera':
      return person.cameraAllowed;
    case 'allowCamera':
      return !person.cameraAllowed;
    case 'sendToLobby':
    case 'remove':
      return true;
  }
}

export function canDelete(meeting: MeetingView, author: ParticipantId): boolean {
  return isFacilitator(meeting) || author === meeting.you;
}

/** Chat stands still while paused and is not for the lobby. */
export function canSay(state: AppState): boolean {
  return state.phase.kind === 'meeting' && goesOn(state.phase.meeting);
}

/** I said that I am back soon. */
export function isAway(meeting: MeetingView | null): boolean {
  return meeting !== null && me(meeting)?.away === true;
}

const GONE: readonly DeviceState[] = ['taken', 'ended'];

/** Devices that I use and that something took from me (a call, another program, a cable): a tap may bring them back. */
export function interrupted({ phase, wanted, devices }: AppState): readonly DeviceKind[] {
  if (phase.kind !== 'meeting' && phase.kind !== 'lobby') return [];
  return (['mic', 'camera'] as const).filter((kind) => wanted[kind] && GONE.includes(devices[kind]));
}

/** Why I cannot open this device of mine; null when I can. */
export function whyHeld(meeting: MeetingView | null, kind: 'mic' | 'camera'): 'held' | null {
  const mine = meeting === null ? null : me(meeting);
  if (mine === null) return null;
  const allowed = kind === 'mic' ? mine.micAllowed : mine.cameraAllowed;
  return allowed ? null : 'held';
}
