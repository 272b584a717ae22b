import { expect, test } from 'vitest';
import { message, person, snapshot } from '../../tests/told';
import type { OpenedSnapshot } from './facts';
import type { MeetingView } from './model';
import { afterSnapshot } from './reduce_meeting';
import { knocking, waiting } from './waiting';

const ROOM = {
  topic: { kind: 'text', text: '' },
  host: null,
  people: [],
  calling: true,
  alone: true,
} as const;
const ROOMS = {
  kind: 'random',
  open: true,
  rooms: [{ ...ROOM, id: 'b1' }],
  leftMs: null,
  atMs: 0,
  runs: false,
  noticed: false,
  unattended: true,
  yours: null,
  answer: null,
  consents: {},
} as const;
const UP = { raised: ['ana'], fair: false, called: null };

function view(patch: Partial<OpenedSnapshot> = {}): MeetingView {
  const people = [
    person('ruth', { role: 'facilitator' }),
    person('ana'),
    person('bea'),
    person('wanda', { room: 'lobby' }),
    person('let-in', { room: 'lobby', admitted: true }),
    person('greeted', { room: 'q1', place: 'lobby' }),
  ];
  return afterSnapshot(null, snapshot({ you: 'ruth', people, ...patch }));
}

const EVERYTHING = {
  needs: ['bea'],
  breakouts: ROOMS,
  hands: UP,
  messages: [
    message(1, 'ana', { held: 'approval' }),
    message(2, 'ana', { held: 'share' }),
    message(3, 'bea', { line: 'bea' }),
  ],
} as const;

test('everything that waits is one list, a person in need first', () => {
  expect(waiting(view(EVERYTHING)).map(({ key }) => key)).toEqual([
    'need bea',
    'room b1',
    'knock wanda',
    'held 1',
    'line bea',
    'hand ana',
  ]);
});

test('who is let in already, or is being greeted, does not knock', () => {
  expect(knocking(view()).map(({ id }) => id)).toEqual(['wanda']);
});

test('hands wait until nobody else has the floor', () => {
  const called = view({ hands: { ...UP, called: 'bea' } });
  expect(waiting(called).map(({ kind }) => kind)).toEqual(['knock']);
});

test('a line that was answered waits no more', () => {
  const messages = [message(1, 'bea', { line: 'bea' }), message(2, 'ruth', { line: 'bea' })];
  expect(waiting(view({ messages })).map(({ kind }) => kind)).toEqual(['knock']);
});

test('for members, and when the group has gone, nothing waits', () => {
  const people = [person('ana'), person('wanda', { room: 'lobby' })];
  expect(waiting(view({ ...EVERYTHING, you: 'ana', people }))).toEqual([]);
  expect(waiting(view({ ...EVERYTHING, status: 'debrief' }))).toEqual([]);
});
