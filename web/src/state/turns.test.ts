import { describe, expect, test } from 'vitest';
import { person as toldPerson, snapshot as toldSnapshot } from '../../tests/told';
import type { OpenedEvent, OpenedSnapshot, ToldRound } from './facts';
import { mediaFor } from './media_wish';
import type { AppState, MeetingView, Person, Standing } from './model';
import { INITIAL, reduce } from './reduce';
import { meetingOf } from './selectors';
import {
  addable,
  amAskedToStayMuted,
  amNext,
  amSharing,
  amSilenced,
  hands,
  hasHandUp,
  holder,
  isOfferedToMe,
  leftMsAt,
  mayComeLater,
  mayEnd,
  mayExtend,
  mayPass,
  mayRaiseHand,
  maySkip,
  mayTake,
  minutesEach,
  movedTo,
  myPlace,
  nameable,
  next,
  notYetHeard,
  now,
  passed,
  swapped,
  toCome,
} from './turns';

/** a:shared b:sharing … in this order; who is offered or sharing has the turn. */
function round(order: string, patch: Partial<ToldRound> = {}): ToldRound {
  const places = order.split(' ').map((one) => {
    const [who = '', standing = ''] = one.split(':');
    return { who, standing: standing as Standing };
  });
  const active = places.find(({ standing }) => standing === 'offered' || standing === 'sharing');
  return {
    kind: 'circle',
    turn: 5,
    phase: active?.standing === 'sharing' ? 'sharing' : 'offered',
    who: active?.who ?? null,
    leftMs: null,
    atMs: 1_000,
    runs: true,
    held: false,
    stage: 'first',
    named: null,
    shareMs: 60_000,
    invitePassed: false,
    places,
    secondOffer: false,
    ...patch,
  };
}

function person(id: string, patch: Partial<Person> = {}): Person {
  return toldPerson(id, { role: id === 'lead' ? 'facilitator' : 'member', ...patch });
}

function snapshot(you: string, patch: Partial<OpenedSnapshot>): OpenedSnapshot {
  const people = ['lead', 'a', 'b', 'c', 'd'].map((id) => person(id));
  return toldSnapshot({ you, lead: 'lead', people, ...patch });
}

function state(you: string, patch: Partial<OpenedSnapshot>, ...events: readonly OpenedEvent[]): AppState {
  const entered = reduce(INITIAL, { kind: 'snapshot', snapshot: snapshot(you, patch) });
  return events.reduce((before, event) => reduce(before, { kind: 'happened', events: [event] }), entered);
}

function view(you: string, patch: Partial<OpenedSnapshot>, ...events: readonly OpenedEvent[]): MeetingView {
  const meeting = meetingOf(state(you, patch, ...events));
  if (meeting === null) throw new Error('not in a meeting');
  return meeting;
}

function changed(told: ToldRound | null, atMs = 0): OpenedEvent {
  return { t: 'round_changed', round: told, atMs };
}

function looks(told: Person): OpenedEvent {
  return { t: 'person_changed', person: told };
}

/** a goes and comes back. */
function away(isAway: boolean): OpenedEvent {
  return looks(person('a', { away: isAway }));
}

function ids(people: readonly Person[]): readonly string[] {
  return people.map(({ id }) => id);
}

describe('whose turn it is', () => {
  const told = round('a:shared b:sharing c:waiting d:waiting');

  test.each([
    ['a', null, false],
    ['b', 1, false],
    ['c', 2, true],
    ['d', 3, false],
  ])('%s has place %s; next: %s', (you, place, isNext) => {
    const meeting = view(you, { round: told });
    expect([now(meeting)?.id, next(meeting)?.id]).toEqual(['b', 'c']);
    expect([myPlace(meeting), amNext(meeting)]).toEqual([place, isNext]);
  });

  test('later ones come after those who were not asked yet', () => {
    expect(ids(toCome(view('a', { round: round('a:later b:sharing c:waiting') })))).toEqual(['c', 'a']);
  });

  test('who is away or lost is passed over', () => {
    const people = [
      person('lead'),
      person('a', { away: true }),
      person('b', { connected: false }),
      person('c'),
    ];
    const meeting = view('c', { people, round: round('a:waiting b:waiting c:waiting', { phase: 'naming' }) });
    expect([next(meeting)?.id, myPlace(meeting)]).toEqual(['c', 1]);
  });

  test.each([
    ['nomination', null, []],
    ['nomination', 'd', ['d']],
    ['facilitator', 'c', ['c']],
    ['volunteers', null, []],
  ] as const)('in %s with %s named, %j is known to come', (kind, named, coming) => {
    const meeting = view('a', { round: round('b:sharing c:waiting d:waiting', { kind, named }) });
    expect(ids(toCome(meeting))).toEqual(coming);
  });

  test('nobody is next while the turn is open to all', () => {
    const open = round('a:passed c:later', { phase: 'open', stage: 'invited' });
    expect(next(view('a', { round: open }))).toBeNull();
  });

  test('who was not heard and who passed', () => {
    const meeting = view('lead', { round: round('a:passed b:offered c:later d:shared') });
    expect([ids(notYetHeard(meeting)), ids(passed(meeting))]).toEqual([['b', 'c'], ['a']]);
    expect(minutesEach(meeting, 9)).toBe(4.5);
    expect(minutesEach(view('lead', { round: round('a:shared') }), 9)).toBeNull();
  });

  test('time runs on here from what was told, never below nothing, and not while it stands', () => {
    const running = view('b', { round: { ...told, leftMs: 10_000 } }).round;
    const standing = view('b', { round: { ...told, leftMs: 10_000, runs: false } }).round;
    if (running === null || standing === null) throw new Error('no round');
    expect([500, 1_000, 5_000, 90_000].map((at) => leftMsAt(running, at))).toEqual([
      10_000, 10_000, 6_000, 0,
    ]);
    expect(leftMsAt(standing, 90_000)).toBe(10_000);
    expect(leftMsAt({ ...running, leftMs: null }, 5_000)).toBeNull();
  });
});

describe('what I may do', () => {
  test('an offer is for whom it is made, and not while paused', () => {
    const told = round('a:offered b:waiting');
    const mine = view('a', { round: told });
    expect([isOfferedToMe(mine), mayTake(mine), mayPass(mine), mayComeLater(mine)]).toEqual([
      true,
      true,
      true,
      true,
    ]);
    for (const other of [
      view('b', { round: told }),
      view('lead', { round: told }),
      view('a', { round: told, status: 'paused' }),
    ]) {
      expect([mayTake(other), mayPass(other), mayComeLater(other)]).toEqual([false, false, false]);
    }
    expect([maySkip(mine), maySkip(view('lead', { round: told }))]).toEqual([false, true]);
  });

  test('the second offer cannot be put off again', () => {
    const meeting = view(
      'a',
      { round: round('a:later b:sharing') },
      changed(round('a:offered b:shared', { turn: 6, secondOffer: true })),
    );
    expect([mayTake(meeting), mayPass(meeting), mayComeLater(meeting)]).toEqual([true, true, false]);
  });

  test.each([
    ['first', 'waiting', true, true],
    ['first', 'passed', true, false],
    ['first', 'shared', false, false],
    ['invited', 'passed', true, false],
    ['invited', 'waiting', false, false],
  ] as const)('an open turn (%s) for somebody %s: take %s, pass %s', (stage, standing, take, pass) => {
    const open = round(`a:${standing}`, { phase: 'open', kind: 'volunteers', stage });
    const meeting = view('a', { round: open });
    expect([mayTake(meeting), mayPass(meeting), mayComeLater(meeting)]).toEqual([take, pass, false]);
    expect(mayTake(view('a', { round: open }, away(true)))).toBe(false);
  });

  test.each([
    ['a', true, true],
    ['b', false, false],
    ['lead', false, true],
  ])('%s shares: %s, may end: %s', (you, shares, end) => {
    const meeting = view(you, { round: round('a:sharing b:waiting') });
    expect([amSharing(meeting), mayEnd(meeting), mayExtend(meeting)]).toEqual([shares, end, end]);
    expect(mayExtend(view(you, { round: round('a:sharing b:waiting', { shareMs: null }) }))).toBe(false);
  });

  test.each([
    ['nomination', 'a', ['b', 'd']],
    ['nomination', 'b', []],
    ['nomination', 'lead', ['b', 'd']],
    ['facilitator', 'a', []],
    ['facilitator', 'lead', ['b', 'd']],
    ['circle', 'lead', []],
  ] as const)('in %s, %s may name %j', (kind, you, whom) => {
    const meeting = view(you, { round: round('a:sharing b:waiting c:passed d:later', { kind }) });
    expect(ids(nameable(meeting))).toEqual(whom);
  });

  test('changing places leaves the others where they are, and ends at the ends', () => {
    const { places } = round('a:waiting b:waiting c:waiting');
    expect(swapped(places, 'b', -1)).toEqual(['b', 'a', 'c']);
    expect(swapped(places, 'b', 1)).toEqual(['a', 'c', 'b']);
    expect([swapped(places, 'a', -1), swapped(places, 'c', 1), swapped(places, 'x', 1)]).toEqual([
      null,
      null,
      null,
    ]);
  });
});

describe('what happens in a round', () => {
  test('the nudge is for the share it was meant for, and +1 minute takes it back', () => {
    const told = round('a:sharing b:waiting', { leftMs: 100 });
    expect(view('a', { round: told }, { t: 'share_nudged', turn: 4 }).round?.nudged).toBe(false);
    const nudged = view('a', { round: told }, { t: 'share_nudged', turn: 5 });
    expect(nudged.round?.nudged).toBe(true);
    const longer = changed({ ...told, leftMs: 60_000 });
    expect(view('a', { round: told }, { t: 'share_nudged', turn: 5 }, longer).round?.nudged).toBe(false);
    expect(view('a', { round: { ...told, leftMs: 0 } }).round?.nudged).toBe(true);
  });

  test('a closed round is gone', () => {
    const closed = view('a', { round: round('a:sharing') }, changed(null));
    expect([closed.round, now(closed), myPlace(closed)]).toEqual([null, null, null]);
  });

  test('being away shuts what I send, and coming back opens nothing', () => {
    const on = { mic: true, camera: true };
    const [gone, back] = [away(true), away(false)];
    const sending = [
      { kind: 'transport', transport: 'up' },
      { kind: 'devices', patch: { mic: 'on', camera: 'on' } },
      { kind: 'wanted', wanted: on },
    ] as const;
    const before = sending.reduce(reduce, state('a', {}));
    expect(mediaFor(before)).toEqual(on);
    const afterwards = reduce(before, { kind: 'happened', events: [gone] });
    expect([afterwards.wanted, mediaFor(afterwards)]).toEqual([
      { mic: false, camera: false },
      { mic: false, camera: false },
    ]);
    expect(mediaFor(reduce(afterwards, { kind: 'wanted', wanted: on }))).toEqual({
      mic: false,
      camera: false,
    });
    expect(reduce(afterwards, { kind: 'happened', events: [back] }).wanted).toEqual({
      mic: false,
      camera: false,
    });
  });

  test('others are told who goes and comes back, she herself is not', () => {
    const gone = away(true);
    expect(view('b', {}, gone).happenings).toMatchObject([{ kind: 'away', who: 'a' }]);
    expect(view('a', {}, gone).happenings).toEqual([]);
  });

  test('who waits for the end of a share is marked until she is in', () => {
    const people = [person('lead'), person('a', { room: 'lobby' })];
    const held = looks(person('a', { room: 'lobby', admitted: true }));
    const entered = looks(person('a'));
    const marks = (meeting: MeetingView) => meeting.people.map(({ admitted }) => admitted);
    expect(marks(view('lead', { people }, held))).toEqual([false, true]);
    expect(marks(view('lead', { people }, held, entered))).toEqual([false, false]);
  });
});

describe('hands and the floor', () => {
  test('hands have the order that was told', () => {
    const raised = { raised: ['c', 'a'], fair: true, called: null };
    const meeting = view('a', {}, { t: 'hands_changed', hands: raised, atMs: 0 });
    expect([ids(hands(meeting)), hasHandUp(meeting), mayRaiseHand(meeting)]).toEqual([
      ['c', 'a'],
      true,
      false,
    ]);
  });

  test.each<[string, Partial<OpenedSnapshot>, boolean]>([
    ['outside of rounds', {}, true],
    ['in a round', { round: round('a:waiting') }, false],
    ['while paused', { status: 'paused' }, false],
    ['while away', { people: [person('a', { away: true })] }, false],
    ['called on', { hands: { raised: [], fair: false, called: 'a' } }, false],
  ])('a hand goes up %s: %s', (_, patch, may) => {
    expect(mayRaiseHand(view('a', patch))).toBe(may);
  });

  test.each<[string, Partial<OpenedSnapshot>, string | null]>([
    ['whoever shares', { round: round('a:sharing b:waiting') }, 'a'],
    ['nobody while one is only asked', { round: round('a:offered') }, null],
    ['whoever was called on', { hands: { raised: [], fair: false, called: 'b' } }, 'b'],
    ['nobody', {}, null],
  ])('the floor is held by %s', (_, patch, who) => {
    expect(holder(view('c', patch))).toBe(who);
  });

  test.each([
    ['held', 'a', false, false],
    ['held', 'b', true, false],
    ['held', 'lead', false, false],
    ['gentle', 'b', false, true],
    ['gentle', 'a', false, false],
    ['open', 'b', false, false],
  ] as const)('floor %s: %s silenced %s, asked to stay muted %s', (floor, you, silenced, asked) => {
    const meeting = view(you, { round: round('a:sharing b:waiting') }, { t: 'floor_changed', floor });
    expect([amSilenced(meeting), amAskedToStayMuted(meeting)]).toEqual([silenced, asked]);
  });
});

describe('whoever leads the round', () => {
  const places = ['a', 'b', 'c'].map((who) => ({ who, standing: 'waiting' }) as const);

  test.each([
    ['a', 2, ['b', 'c', 'a']],
    ['c', 0, ['c', 'a', 'b']],
    ['b', 1, ['a', 'b', 'c']],
    ['b', 99, ['a', 'c', 'b']],
    ['new', 1, ['a', 'new', 'b', 'c']],
  ] as const)('lets %s stand at place %i', (who, to, order) => {
    expect(movedTo(places, who, to)).toEqual(order);
  });

  test('may add who is here and outside of it, but no guest and nobody who is gone', () => {
    const people = [
      toldPerson('ruth', { role: 'facilitator' }),
      toldPerson('mia', { role: 'facilitator' }),
      toldPerson('gil', { role: 'guest' }),
      toldPerson('lost', { role: 'facilitator', connected: false }),
      toldPerson('elsewhere', { room: 'b1' }),
      toldPerson('a'),
    ];
    const entered = reduce(INITIAL, {
      kind: 'snapshot',
      snapshot: toldSnapshot({ you: 'ruth', people, round: round('a:offered') }),
    });
    const meeting = meetingOf(entered);
    if (meeting === null) throw new Error('not in a meeting');
    expect(addable(meeting).map(({ id }) => id)).toEqual(['mia', 'ruth']);
    expect(addable({ ...meeting, round: null })).toEqual([]);
  });
});
