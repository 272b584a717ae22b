/**
 * The meeting after somebody came, changed or parted; pure.
 *
 * Called by `reduce_meeting.ts` only.
 */
import type { HappeningKind, MeetingView, ParticipantId, Person } from './model';
import { LOBBY, me, personOf, seemsAway } from './selectors';
import { told, toldIf } from './telling';

export function came(meeting: MeetingView, person: Person): MeetingView {
  const people = [...meeting.people.filter(({ id }) => id !== person.id), person];
  return told({ ...meeting, people }, person.place === LOBBY ? 'knocked' : 'came', person.id);
}

/** Everything about her as it is now. Who was not known is known from now on. */
export function looks(meeting: MeetingView, person: Person): MeetingView {
  const before = personOf(meeting, person.id);
  if (before === null) return came(meeting, person);
  const people = meeting.people.map((one) => (one.id === person.id ? person : one));
  return toldIf({ ...meeting, people }, difference(meeting, before, person), person.id);
}

function difference(meeting: MeetingView, before: Person, now: Person): HappeningKind | null {
  if (before.place !== now.place) return movement(me(meeting)?.place, before, now);
  const [was, is] = [seemsAway(meeting, before), seemsAway(meeting, now)];
  if (was === is) return null;
  return is ? 'away' : 'back';
}

function movement(mine: string | undefined, before: Person, now: Person): HappeningKind | null {
  if (now.place === LOBBY) return 'sent_to_lobby';
  if (before.place === LOBBY || now.place === mine) return 'came';
  return before.place === mine ? 'went' : null;
}

const PARTINGS: Readonly<Record<string, HappeningKind>> = {
  left: 'left',
  lost: 'lost',
  removed: 'removed',
  denied: 'denied',
  over: 'left',
  lobby: 'sent_to_lobby',
  room: 'went',
};

/** A way of parting that a later version adds is told as nothing: she is gone, that is all we know. */
export function parted(meeting: MeetingView, who: ParticipantId, how: string): MeetingView {
  const kind = Object.hasOwn(PARTINGS, how) ? (PARTINGS[how] ?? null) : null;
  const after = toldIf(meeting, kind, who);
  return {
    ...after,
    people: after.people.filter(({ id }) => id !== who),
    speaking: after.speaking.filter((id) => id !== who),
    decrypting: after.decrypting.filter((id) => id !== who),
  };
}
