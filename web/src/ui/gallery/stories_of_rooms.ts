/** Breakouts as members and facilitators see them: planned, open, closing, calling. */
import type { Breakout, Breakouts } from '../../state/model_rooms';
import { AT_MS, led, meeting, message, people, person } from './people';
import { inMeeting, type Story } from './telling';

const EIGHT = people(8);
const ids = (...indices: readonly number[]) => indices.map((index) => person(index).id);

function room(id: string, topic: string, changes: Partial<Breakout> = {}): Breakout {
  return {
    id,
    topic: { kind: 'text', text: topic },
    host: null,
    people: [],
    calling: false,
    alone: false,
    ...changes,
  };
}
const SLEEP = room('b1', 'Sleep', { host: person(1).id, people: ids(1, 2, 3) });
const WORK = room('b2', 'Going back to work, and everything that comes with it', { people: ids(4, 5) });
const THIRD = room('b3', '');

function breakouts(changes: Partial<Breakouts> = {}): Breakouts {
  return {
    kind: 'by_hand',
    open: false,
    rooms: [room('b1', 'Sleep', { host: person(2).id, people: ids(1, 2, 3) }), { ...WORK, people: [] }],
    leftMs: 900_000,
    atMs: AT_MS,
    runs: false,
    noticed: false,
    unattended: false,
    yours: 'b1',
    answer: 'asked',
    consents: {},
    ...changes,
  };
}
const OPEN = { open: true, answer: 'go', leftMs: 420_000 } as const;
const LED = {
  rooms: [SLEEP, WORK, THIRD],
  yours: null,
  answer: null,
  consents: Object.fromEntries(
    ids(1, 2, 3, 4, 5).map((who, index) => [
      who,
      (['go', 'go', 'stay', 'asked', 'go'] as const)[index] ?? 'asked',
    ]),
  ),
} as const;

/** Ana, Mia and Wilhelmina are in the first room. */
const THERE = EIGHT.map((one, index) =>
  index >= 1 && index <= 3 ? { ...one, room: 'b1', place: 'b1' } : one,
);
const BOTH = THERE.map((one, index) =>
  index === 4 || index === 5 ? { ...one, room: 'b2', place: 'b2' } : one,
);
const INSIDE = { people: THERE.slice(1, 4), speaking: [person(2).id] } as const;
const VISITED = [...THERE.slice(1, 4), { ...person(0), room: 'b1', place: 'b1' }];
const SAID = [
  message(3, person(0), 'Five more minutes, and then we come together for the closing round.', false, {
    everywhere: true,
  }),
];
const CALLING = { ...WORK, calling: true };
const ALONE = { ...SLEEP, host: null, alone: true };

export const ROOM_STORIES: Readonly<Record<string, Story>> = {
  'breakout-asked': inMeeting(meeting(8, { breakouts: breakouts() })),
  'breakout-topics': inMeeting(
    meeting(8, {
      breakouts: breakouts({
        kind: 'topic',
        yours: null,
        rooms: [SLEEP, WORK, room('b3', 'Partners', { host: person(0).id })],
      }),
    }),
  ),
  'breakout-going': inMeeting(meeting(8, { breakouts: breakouts({ answer: 'go' }) })),
  'breakout-staying': inMeeting(meeting(8, { breakouts: breakouts({ answer: 'stay', open: true }) })),
  'breakout-inside': inMeeting(
    meeting(8, { ...INSIDE, breakouts: breakouts({ ...OPEN, rooms: [SLEEP, WORK] }) }),
  ),
  'breakout-called': inMeeting(
    meeting(8, { ...INSIDE, breakouts: breakouts({ ...OPEN, rooms: [{ ...SLEEP, calling: true }, WORK] }) }),
  ),
  'breakout-visited': inMeeting(
    meeting(8, { people: VISITED, breakouts: breakouts({ ...OPEN, rooms: [SLEEP, WORK] }) }),
  ),
  'breakout-alone': inMeeting(
    meeting(8, { ...INSIDE, breakouts: breakouts({ ...OPEN, rooms: [ALONE, WORK] }) }),
  ),
  'breakout-closing': inMeeting(
    meeting(8, {
      ...INSIDE,
      breakouts: breakouts({ ...OPEN, noticed: true, leftMs: 50_000, rooms: [SLEEP, WORK] }),
    }),
  ),
  'breakout-chat': inMeeting(
    meeting(8, { ...INSIDE, messages: SAID, breakouts: breakouts({ ...OPEN, rooms: [SLEEP, WORK] }) }),
    {},
    'chat',
  ),
  'lead-rooms-plan': inMeeting(led(8), {}, 'rooms'),
  'lead-rooms-planned': inMeeting(led(8, { breakouts: breakouts(LED) }), {}, 'rooms'),
  'lead-rooms-open': inMeeting(
    led(8, {
      people: BOTH,
      breakouts: breakouts({ ...LED, ...OPEN, answer: null, rooms: [ALONE, CALLING, THIRD] }),
    }),
    {},
    'rooms',
  ),
  'lead-rooms-calls': inMeeting(
    led(8, {
      people: BOTH,
      needs: ids(6),
      breakouts: breakouts({ ...LED, ...OPEN, answer: null, rooms: [ALONE, CALLING, THIRD] }),
    }),
  ),
  'lead-rooms-people': inMeeting(
    led(8, {
      people: BOTH.map((one, index) => (index === 7 ? { ...one, room: 'q4' } : one)),
      quiet: [{ id: 'q4', kind: 'need', who: person(7).id, facilitator: person(9).id }],
      breakouts: breakouts({ ...LED, ...OPEN, answer: null }),
    }),
    {},
    'people',
  ),
};
