/**
 * Two things every reducer does: change one person, and add something to tell in a live region; pure.
 *
 * Called by the reducers of the meeting only.
 */
import type { Happening, HappeningKind, MeetingView, ParticipantId, Person, Profile } from './model';
import { personOf } from './selectors';

/** For live regions: more than this nobody catches up with. */
const MAX_HAPPENINGS = 20;

export function changed(meeting: MeetingView, who: ParticipantId, patch: Partial<Person>): MeetingView {
  const people = meeting.people.map((person) => (person.id === who ? { ...person, ...patch } : person));
  return { ...meeting, people };
}

/** My own doings need no telling. */
export function told(meeting: MeetingView, kind: HappeningKind, who: ParticipantId | null): MeetingView {
  if (who === meeting.you) return meeting;
  const profile: Profile | null = who === null ? null : (personOf(meeting, who)?.profile ?? null);
  const number = (meeting.happenings.at(-1)?.number ?? 0) + 1;
  const next: Happening = { number, kind, who, profile, by: null };
  return { ...meeting, happenings: [...meeting.happenings, next].slice(-MAX_HAPPENINGS) };
}

/** Nothing is told where `kind` is null. */
export function toldIf(
  meeting: MeetingView,
  kind: HappeningKind | null,
  who: ParticipantId | null,
): MeetingView {
  return kind === null ? meeting : told(meeting, kind, who);
}

/** She was heard or wrote: she is silent since then. Facilitators only; for others nobody's silence is known. */
export function heard(meeting: MeetingView, who: ParticipantId, atMs: number): MeetingView {
  const before = personOf(meeting, who)?.silentSinceMs ?? null;
  return before === null || before >= atMs ? meeting : changed(meeting, who, { silentSinceMs: atMs });
}
