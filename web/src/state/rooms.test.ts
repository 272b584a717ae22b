import { describe, expect, test } from 'vitest';
import { ids, kinds, lead, led, view } from '../../tests/seen';
import { person, snapshot } from '../../tests/told';
import type { OpenedEvent } from './facts';
import type { Person } from './model';
import type { Breakout, Breakouts } from './model_rooms';
import { INITIAL, reduce } from './reduce';
import {
  aloneRooms,
  answers,
  breakoutsLeftMs,
  callingRooms,
  mayCallFacilitator,
  mayEnter,
  mayStay,
  meantFor,
  myChoices,
  myPart,
  myRoom,
  peopleOf,
  quietWith,
  withoutRoom,
} from './rooms';
import { here, inside, meetingOf, seemsAway } from './selectors';
import { isOfferedToMe, mayRaiseHand, mayTake, next, standsStill } from './turns';

const away = person('a', { away: true });

function room(id: string, patch: Partial<Breakout> = {}): Breakout {
  const topic = { kind: 'text', text: id } as const;
  return { id, topic, host: null, people: [], calling: false, alone: false, ...patch };
}

function plan(patch: Partial<Breakouts> = {}): Breakouts {
  return {
    kind: 'by_hand',
    open: false,
    rooms: [room('b1', { people: ['m', 'a'] }), room('b2', { host: 'lead' })],
    leftMs: null,
    atMs: 0,
    runs: false,
    noticed: false,
    unattended: false,
    yours: 'b1',
    answer: 'asked',
    consents: {},
    ...patch,
  };
}

describe('where I am', () => {
  const quiet = { id: 'q1', kind: 'need', who: 'm', facilitator: 'lead' } as const;

  test('in the main room, in the lobby, in a breakout', () => {
    expect(myRoom(view({}))).toEqual({ kind: 'main' });
    expect(myRoom(view({ people: [person('m', { room: 'lobby' })] }))).toEqual({ kind: 'lobby' });
    expect(
      myRoom(view({ people: [person('m', { room: 'b1' })], breakouts: plan({ open: true }) })),
    ).toMatchObject({ kind: 'breakout', room: { id: 'b1' } });
  });

  test('in a quiet room: with whom, and nobody else is there', () => {
    const people = [person('m', { room: 'q1', place: 'main' }), { ...lead, room: 'q1' }, person('a')];
    const meeting = view({ people, quiet: [quiet] });
    expect(myRoom(meeting)).toMatchObject({ kind: 'quiet', quiet, other: { id: 'lead' } });
    expect(ids(here(meeting))).toEqual(['lead', 'm']);
    expect(seemsAway(meeting, people[1] ?? lead)).toBe(false);
    expect(quietWith(meeting, 'm')?.id).toBe('lead');
  });

  test('for a facilitator outside, both look away at their places', () => {
    const people = [lead, person('m', { room: 'q1', place: 'main' }), person('x', { room: 'b1' })];
    const meeting = led({ people });
    expect(ids(here(meeting))).toEqual(['lead', 'm']);
    expect(ids(inside(meeting))).toEqual(['lead', 'm', 'x']);
    expect(people.map((one) => seemsAway(meeting, one))).toEqual([false, true, false]);
    expect(quietWith(meeting, 'm')).toBeNull();
  });

  test('moved, I hear nobody of the room I was in', () => {
    const told = snapshot({ you: 'm', people: [person('m'), lead] });
    const before = reduce(reduce(INITIAL, { kind: 'snapshot', snapshot: told }), {
      kind: 'speaking',
      who: ['lead'],
    });
    const speaking = (mine: Person) =>
      meetingOf(reduce(before, { kind: 'snapshot', snapshot: { ...told, people: [mine, lead] } }))?.speaking;
    expect(speaking(person('m'))).toEqual(['lead']);
    expect(speaking(person('m', { room: 'b1' }))).toEqual([]);
  });

  test('people of a room are those who belong there', () => {
    const people = [lead, person('m', { room: 'q1', place: 'b1' }), person('a', { room: 'b1' })];
    expect(ids(peopleOf(led({ people }), 'b1'))).toEqual(['a', 'm']);
  });
});

describe('breakouts for me', () => {
  test.each([
    ['asked', 'asked', ['b1'], true],
    ['go', 'going', ['b1'], true],
    ['stay', 'staying', ['b1'], false],
    [null, 'none', [], false],
  ] as const)('answer %s: %s, may go to %j, may say that she stays: %s', (answer, part, choices, stay) => {
    const meeting = view({ breakouts: plan({ answer }) });
    expect([myPart(meeting), ids(myChoices(meeting)), mayStay(meeting)]).toEqual([part, choices, stay]);
  });

  test('who chooses a topic may choose among all rooms', () => {
    expect(ids(myChoices(view({ breakouts: plan({ kind: 'topic', yours: null }) })))).toEqual(['b1', 'b2']);
  });

  test('inside one may come back, and not go where she is', () => {
    const people = [person('m', { room: 'b1' })];
    const meeting = view({ people, breakouts: plan({ open: true, answer: 'go', kind: 'topic' }) });
    expect([myPart(meeting), mayStay(meeting), ids(myChoices(meeting))]).toEqual(['inside', true, ['b2']]);
  });

  test('who is away or in a quiet room does not answer', () => {
    for (const patch of [{ away: true }, { room: 'q1', place: 'main' }]) {
      expect(myChoices(view({ people: [person('m', patch)], breakouts: plan() }))).toEqual([]);
    }
  });

  test('time runs while they are open, and is nothing before', () => {
    const clock = { leftMs: 90_000, atMs: 1_000, runs: true };
    expect(breakoutsLeftMs(view({ breakouts: plan(clock) }), 31_000)).toBeNull();
    const open = view({ breakouts: plan({ ...clock, open: true }) });
    expect([31_000, 500_000].map((at) => breakoutsLeftMs(open, at))).toEqual([60_000, 0]);
    expect(breakoutsLeftMs(view({ breakouts: plan({ open: true }) }), 31_000)).toBeNull();
  });

  test('for whom a room is meant, as far as they are known', () => {
    expect(ids(meantFor(view({}), room('b1', { people: ['gone', 'm'] })))).toEqual(['m']);
  });

  test.each<[string, readonly Person[], Partial<Breakout>, boolean]>([
    ['alone in it', [person('m', { room: 'b1' })], {}, true],
    ['where one is called already', [person('m', { room: 'b1' })], { calling: true }, false],
    ['with a facilitator', [person('m', { room: 'b1' }), { ...lead, room: 'b1', place: 'b1' }], {}, false],
    [
      'with one who is away',
      [person('m', { room: 'b1' }), { ...lead, room: 'b1', place: 'b1', away: true }],
      {},
      true,
    ],
    ['in the main room', [person('m')], {}, false],
    ['in a quiet room', [person('m', { room: 'q1', place: 'b1' })], {}, false],
  ])('a facilitator may be called %s: %s', (_, people, patch, may) => {
    expect(
      mayCallFacilitator(view({ people, breakouts: plan({ open: true, rooms: [room('b1', patch)] }) })),
    ).toBe(may);
  });
});

describe('breakouts for facilitators', () => {
  test('who answered what, and who has no room', () => {
    const people = [lead, person('a'), person('b'), person('c'), person('g', { role: 'guest' })];
    const consents = { a: 'go', b: 'stay', c: 'asked' } as const;
    const meeting = led({
      people,
      breakouts: plan({ consents, rooms: [room('b1', { people: ['a'], host: 'b' })] }),
    });
    const told = answers(meeting);
    expect([ids(told.go), ids(told.stay), ids(told.asked)]).toEqual([['a'], ['b'], ['c']]);
    expect(ids(withoutRoom(meeting))).toEqual(['c']);
    expect(withoutRoom(led({}))).toEqual([]);
  });

  test('open calls are those of open rooms', () => {
    const rooms = [room('b1', { calling: true }), room('b2', { alone: true }), room('b3')];
    const open = led({ breakouts: plan({ open: true, rooms }) });
    expect([ids(callingRooms(open)), ids(aloneRooms(open))]).toEqual([['b1'], ['b2']]);
    expect(callingRooms(led({ breakouts: plan({ rooms }) }))).toEqual([]);
    expect(callingRooms(led({}))).toEqual([]);
  });

  test('a facilitator enters any other room while they are open', () => {
    const open = plan({ open: true });
    expect(mayEnter(led({ breakouts: open }), 'b1')).toBe(true);
    expect(mayEnter(led({ breakouts: open }), 'main')).toBe(false);
    expect(mayEnter(led({ breakouts: plan() }), 'b1')).toBe(false);
    expect(mayEnter(view({ breakouts: open }), 'b1')).toBe(false);
    expect(mayEnter(led({ breakouts: open, people: [{ ...lead, room: 'q1' }] }), 'b1')).toBe(false);
  });
});

describe('what is told of breakouts', () => {
  const told = (breakouts: Breakouts | null): OpenedEvent => ({ t: 'breakouts_changed', breakouts });

  test('planned, opened, closing soon, over: each once', () => {
    const open = plan({ open: true });
    const noticed = plan({ open: true, noticed: true });
    const meeting = view(
      {},
      told(plan()),
      told(plan({ answer: 'go' })),
      told(open),
      told(noticed),
      told(noticed),
      told(null),
    );
    expect(kinds(meeting)).toEqual([
      'breakouts_planned',
      'breakouts_opened',
      'breakouts_noticed',
      'breakouts_closed',
    ]);
    expect(meeting.breakouts).toBeNull();
  });

  test('a plan that is dropped closes nothing', () => {
    expect(kinds(view({}, told(plan()), told(null)))).toEqual(['breakouts_planned']);
  });

  test('calls and rooms that are alone are told to facilitators when they begin', () => {
    const calling = told(plan({ open: true, rooms: [room('b1', { calling: true, alone: true })] }));
    const before = { breakouts: plan({ open: true }) };
    expect(kinds(led(before, calling, calling))).toEqual(['room_calling', 'room_alone']);
    expect(kinds(view(before, calling))).toEqual([]);
  });
});

describe('the main round while breakouts are open', () => {
  const round = {
    kind: 'circle',
    turn: 1,
    phase: 'offered',
    who: 'm',
    leftMs: null,
    atMs: 0,
    runs: false,
    held: false,
    secondOffer: false,
    stage: 'first',
    named: null,
    shareMs: null,
    invitePassed: false,
    places: [
      { who: 'm', standing: 'offered' },
      { who: 'a', standing: 'waiting' },
    ],
  } as const;

  test('stands still in the main room, and not that of a breakout', () => {
    const main = view({ round, breakouts: plan({ open: true }) });
    expect([standsStill(main), isOfferedToMe(main), mayTake(main)]).toEqual([true, false, false]);
    const there = view({ round, people: [person('m', { room: 'b1' })], breakouts: plan({ open: true }) });
    expect([standsStill(there), mayTake(there)]).toEqual([false, true]);
    expect(mayTake(view({ round, breakouts: plan() }))).toBe(true);
  });

  test('from a quiet room no turn is taken and no hand goes up', () => {
    const people = [person('m', { room: 'q1', place: 'main' })];
    expect([mayTake(view({ round, people })), mayRaiseHand(view({ people }))]).toEqual([false, false]);
  });

  test('who is in a quiet room is passed over like who is away', () => {
    const people = [lead, person('m'), person('a', { room: 'q1', place: 'main' })];
    expect(next(led({ round, people }))).toBeNull();
    expect(next(led({ round, people: [lead, person('m'), away] }))).toBeNull();
    expect(next(led({ round, people: [lead, person('m'), person('a')] }))?.id).toBe('a');
  });
});

describe('what is told of people who move', () => {
  const looks = (told: Person): OpenedEvent => ({ t: 'person_changed', person: told });

  test('into a quiet room they are away, out of it they are back', () => {
    const people = [lead, person('a')];
    const gone = looks(person('a', { room: 'q1', place: 'main' }));
    expect(kinds(led({ people }, gone, looks(person('a'))))).toEqual(['away a', 'back a']);
  });

  test('into another room, and back into mine', () => {
    const people = [lead, person('a')];
    expect(
      kinds(
        led(
          { people },
          looks(person('a', { room: 'b1' })),
          looks(person('a', { room: 'b2' })),
          looks(person('a')),
        ),
      ),
    ).toEqual(['went a', 'came a']);
  });

  test('from and to the lobby', () => {
    const people = [lead, person('a', { room: 'lobby' })];
    expect(
      kinds(led({ people }, looks(person('a', { room: 'b1' })), looks(person('a', { room: 'lobby' })))),
    ).toEqual(['came a', 'sent_to_lobby a']);
  });

  test('who was not known is known, and other changes are told as nothing', () => {
    const meeting = led({}, looks(person('z')), looks(person('z', { guestUntilMs: 5 })));
    expect(kinds(meeting)).toEqual(['came z']);
    expect(meeting.people.at(-1)).toMatchObject({ id: 'z', guestUntilMs: 5 });
  });

  test('who went into a room I do not see is gone without a farewell from the meeting', () => {
    const meeting = view(
      { people: [person('m'), person('a')] },
      { t: 'person_parted', who: 'a', how: 'room' },
    );
    expect([kinds(meeting), ids(meeting.people)]).toEqual([['went a'], ['m']]);
  });

  test('how many we are is not guessed while others are in rooms I do not see', () => {
    const parted: OpenedEvent = { t: 'person_parted', who: 'a', how: 'room' };
    const people = [person('m'), lead, person('a')];
    expect(view({ people, breakouts: plan({ open: true }) }, parted).present).toBe(3);
    expect(view({ people }, { t: 'person_parted', who: 'a', how: 'left' }).present).toBe(2);
    const seen = [lead, person('m', { room: 'b1' }), person('a', { room: 'q1', place: 'lobby' })];
    expect(led({ people: seen, breakouts: plan({ open: true }) }, looks(person('b'))).present).toBe(3);
  });
});
