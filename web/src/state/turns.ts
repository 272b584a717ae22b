/**
 * Questions the screens ask about rounds, hands and the floor; pure.
 *
 * Called by the screens. Imports the model and the general selectors. The server decides in the end.
 */
import type { Clock, MeetingView, ParticipantId, Person, Place, Round, Standing } from './model';
import { here, isAway, isFacilitator, isQuiet, MAIN, me, personOf, seemsAway } from './selectors';

const TO_COME: readonly Standing[] = ['waiting', 'later'];
const NOT_HEARD: readonly Standing[] = ['waiting', 'later', 'offered'];

// ── whose turn ───────────────────────────────────────────────────────────────────────────────────

/** Who is offered or sharing now; null between turns. */
export function now(meeting: MeetingView): Person | null {
  const { round } = meeting;
  return round === null || !hasTurn(round) || round.who === null ? null : personOf(meeting, round.who);
}

function hasTurn({ phase }: Round): boolean {
  return phase === 'offered' || phase === 'sharing';
}

/** Who comes after the turn of now, in the order the server will ask; empty where nobody can know. */
export function toCome(meeting: MeetingView): readonly Person[] {
  const { round } = meeting;
  if (round === null || round.phase === 'open') return [];
  const named = round.named === null ? null : personOf(meeting, round.named);
  if (round.kind === 'nomination' || round.kind === 'facilitator') return named === null ? [] : [named];
  if (round.kind === 'volunteers' && round.stage === 'first') return [];
  const asked = TO_COME.flatMap((standing) => withStanding(meeting, round, [standing]));
  return asked.filter((person) => person.connected && !seemsAway(meeting, person));
}

export function next(meeting: MeetingView): Person | null {
  return toCome(meeting)[0] ?? null;
}

/** 1: it is my turn now; 2: I am next where somebody has the turn. null: not to come, or nobody can know. */
export function myPlace(meeting: MeetingView): number | null {
  const before = now(meeting) === null ? 0 : 1;
  if (before === 1 && meeting.round?.who === meeting.you) return 1;
  const index = toCome(meeting).findIndex(({ id }) => id === meeting.you);
  return index < 0 ? null : before + index + 1;
}

export function amNext(meeting: MeetingView): boolean {
  return next(meeting)?.id === meeting.you && meeting.round?.who !== meeting.you;
}

function withStanding(meeting: MeetingView, round: Round, standings: readonly Standing[]): readonly Person[] {
  return round.places
    .filter(({ standing }) => standings.includes(standing))
    .map(({ who }) => personOf(meeting, who))
    .filter((person) => person !== null);
}

export function notYetHeard(meeting: MeetingView): readonly Person[] {
  return meeting.round === null ? [] : withStanding(meeting, meeting.round, NOT_HEARD);
}

export function passed(meeting: MeetingView): readonly Person[] {
  return meeting.round === null ? [] : withStanding(meeting, meeting.round, ['passed']);
}

/** Counted on from what the server told; null: no limit, or not for me. Never below 0 (`countedOn` is). */
export function leftMsAt(clock: Clock, nowMs: number): number | null {
  const leftMs = countedOn(clock, nowMs);
  return leftMs === null ? null : Math.max(0, leftMs);
}

/** As `leftMsAt`; below 0: so long over. */
export function countedOn({ leftMs, runs, atMs }: Clock, nowMs: number): number | null {
  return leftMs === null || !runs ? leftMs : leftMs - Math.max(0, nowMs - atMs);
}

/** Minutes for each who was not heard yet; null when everybody was. */
export function minutesEach(meeting: MeetingView, minutesLeft: number): number | null {
  const people = notYetHeard(meeting).length;
  return people === 0 ? null : minutesLeft / people;
}

// ── may I … ──────────────────────────────────────────────────────────────────────────────────────

function myStanding(meeting: MeetingView): Standing | null {
  return meeting.round?.places.find(({ who }) => who === meeting.you)?.standing ?? null;
}

/** The round while it can be answered: not while the meeting is paused, nor from a quiet room. */
function going(meeting: MeetingView): Round | null {
  return meeting.status === 'open' && !standsStill(meeting) && isWhereIBelong(meeting) ? meeting.round : null;
}

/** The main round waits for those who are in breakouts. */
export function standsStill(meeting: MeetingView): boolean {
  return meeting.breakouts?.open === true && me(meeting)?.place === MAIN;
}

function isWhereIBelong(meeting: MeetingView): boolean {
  const mine = me(meeting);
  return mine !== null && !isQuiet(mine);
}

export function isOfferedToMe(meeting: MeetingView): boolean {
  const round = going(meeting);
  return round?.phase === 'offered' && round.who === meeting.you;
}

export function mayTake(meeting: MeetingView): boolean {
  if (isOfferedToMe(meeting)) return true;
  const round = going(meeting);
  if (round?.phase !== 'open' || isAway(meeting)) return false;
  const standing = myStanding(meeting);
  if (round.stage === 'invited') return standing === 'passed';
  return standing === 'waiting' || standing === 'later' || standing === 'passed';
}

/** Passing is always fine; in an open offer once. */
export function mayPass(meeting: MeetingView): boolean {
  return isOfferedToMe(meeting) || (mayTake(meeting) && myStanding(meeting) !== 'passed');
}

/** Once: the second offer is the last. */
export function mayComeLater(meeting: MeetingView): boolean {
  return isOfferedToMe(meeting) && meeting.round?.secondOffer === false;
}

export function amSharing(meeting: MeetingView): boolean {
  return meeting.round?.phase === 'sharing' && meeting.round.who === meeting.you;
}

export function mayEnd(meeting: MeetingView): boolean {
  return going(meeting)?.phase === 'sharing' && (amSharing(meeting) || isFacilitator(meeting));
}

export function mayExtend(meeting: MeetingView): boolean {
  return mayEnd(meeting) && meeting.round?.shareMs !== null;
}

export function maySkip(meeting: MeetingView): boolean {
  const round = going(meeting);
  return round !== null && round.phase !== 'sharing' && isFacilitator(meeting);
}

/** Whom I may name to be the next; empty when it is not for me to name. */
export function nameable(meeting: MeetingView): readonly Person[] {
  const round = going(meeting);
  if (round === null || !mayName(meeting, round)) return [];
  return withStanding(meeting, round, TO_COME).filter(
    (person) => person.connected && !seemsAway(meeting, person) && person.id !== round.named,
  );
}

function mayName(meeting: MeetingView, round: Round): boolean {
  if (round.kind !== 'nomination' && round.kind !== 'facilitator') return false;
  if (!['naming', 'sharing', 'offered'].includes(round.phase)) return false;
  const hers = round.kind === 'nomination' && round.phase !== 'offered' && round.who === meeting.you;
  return hers || isFacilitator(meeting);
}

/** The order in which this person and her neighbour have changed places; null where there is none. */
export function swapped(
  places: readonly Place[],
  who: ParticipantId,
  by: -1 | 1,
): readonly ParticipantId[] | null {
  const order = places.map((place) => place.who);
  const from = order.indexOf(who);
  const other = order[from + by];
  if (from < 0 || other === undefined) return null;
  return order.with(from, other).with(from + by, who);
}

/** The order in which this person stands at that place, the others as they were. */
export function movedTo(places: readonly Place[], who: ParticipantId, to: number): readonly ParticipantId[] {
  const others = places.map((place) => place.who).filter((one) => one !== who);
  return others.toSpliced(to, 0, who);
}

/** Who is here and not in the round, and may be: facilitators, who stay outside unless they are named. */
export function addable(meeting: MeetingView): readonly Person[] {
  const { round } = meeting;
  if (round === null) return [];
  const inRound = new Set(round.places.map(({ who }) => who));
  return here(meeting).filter(({ id, role, connected }) => role !== 'guest' && connected && !inRound.has(id));
}

// ── hands and the floor ──────────────────────────────────────────────────────────────────────────

export function hasHandUp(meeting: MeetingView): boolean {
  return meeting.hands.raised.includes(meeting.you);
}

export function mayRaiseHand(meeting: MeetingView): boolean {
  const { hands, round, status, you } = meeting;
  if (status !== 'open' || round !== null || isAway(meeting) || !isWhereIBelong(meeting)) return false;
  return !hasHandUp(meeting) && hands.called !== you;
}

export function hands(meeting: MeetingView): readonly Person[] {
  return meeting.hands.raised.map((who) => personOf(meeting, who)).filter((person) => person !== null);
}

/** Who has the turn: in a round whoever shares, else whoever was called on. */
export function holder(meeting: MeetingView): ParticipantId | null {
  const { round } = meeting;
  if (round === null) return meeting.hands.called;
  return round.phase === 'sharing' ? round.who : null;
}

function listens(meeting: MeetingView): boolean {
  return me(meeting) !== null && !isFacilitator(meeting) && holder(meeting) !== meeting.you;
}

/** The held floor lets nobody hear me now, whatever my microphone does. */
export function amSilenced(meeting: MeetingView): boolean {
  return meeting.floor === 'held' && listens(meeting) && me(meeting)?.interprets !== true;
}

export function amAskedToStayMuted(meeting: MeetingView): boolean {
  return meeting.floor === 'gentle' && listens(meeting);
}
