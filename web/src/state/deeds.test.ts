import { describe, expect, test } from 'vitest';
import { person, snapshot } from '../../tests/told';
import { deedText } from '../ui/deed_words';
import { happeningText } from '../ui/words';
import type { OpenedEvent, ToldRound } from './facts';
import type { AppState, Happening } from './model';
import type { Breakouts } from './model_rooms';
import { INITIAL, reduce } from './reduce';
import { meetingOf } from './selectors';

const ROUND: ToldRound = {
  kind: 'circle',
  turn: 1,
  phase: 'sharing',
  who: 'ana',
  leftMs: 60_000,
  atMs: 0,
  runs: true,
  held: false,
  stage: 'first',
  named: null,
  shareMs: 180_000,
  invitePassed: true,
  places: [
    { who: 'ana', standing: 'sharing' },
    { who: 'bea', standing: 'waiting' },
  ],
  secondOffer: false,
};
const PART = {
  kind: 'round',
  title: new Uint8Array([1]),
  lengthMs: 1,
  floor: 'open',
  chat: 'open',
} as const;
const SHEET = {
  segments: [],
  sealed: [PART],
  current: null,
  leftMs: null,
  atMs: 0,
  runs: false,
} as const;
const PLAN = {
  kind: 'random',
  open: false,
  rooms: [],
  leftMs: null,
  atMs: 0,
  runs: false,
  noticed: false,
  unattended: false,
  yours: null,
  answer: null,
  consents: {},
} as const;

const ROOM = {
  id: 'b1',
  topic: { kind: 'text', text: '' },
  host: null,
  people: ['ana'],
  calling: false,
  alone: false,
} as const;
const OPEN = { ...PLAN, open: true, rooms: [ROOM] } as const;
const RESOURCE = { number: 1, body: { kind: 'unreadable' } } as const;
const GROUP = { title: 'Tuesdays', agreement: [], plan: [] } as const;
const GUEST = person('guest', { role: 'guest', guestUntilMs: 600_000 });

function entered(patch: Partial<Parameters<typeof snapshot>[0]> = {}): AppState {
  const people = [
    person('ruth', { role: 'facilitator' }),
    person('mia', { role: 'facilitator' }),
    person('ana'),
    person('bea'),
    person('wanda', { room: 'lobby' }),
    GUEST,
  ];
  return reduce(INITIAL, { kind: 'snapshot', snapshot: snapshot({ you: 'ruth', people, ...patch }) });
}

function told(before: AppState, events: readonly OpenedEvent[], by: string | null): readonly Happening[] {
  return meetingOf(reduce(before, { kind: 'happened', events, by }))?.happenings ?? [];
}

function words(before: AppState, ...events: readonly OpenedEvent[]): readonly string[] {
  return told(before, events, 'mia').map(happeningText);
}

const LOCKED = { t: 'lock_changed', locked: true } as const;

describe('what another facilitator did is told with her name', () => {
  test('where it is told to all anyway', () => {
    expect(words(entered(), LOCKED)).toEqual(['mia locked the meeting: nobody new can come in.']);
    const wanda = person('wanda');
    expect(words(entered(), { t: 'person_changed', person: wanda })).toEqual(['mia let wanda in.']);
  });

  test.each<[string, AppState, OpenedEvent]>([
    ['did_floor', entered(), { t: 'floor_changed', floor: 'held' }],
    ['did_chat', entered(), { t: 'chat_changed', mode: 'closed', slowMs: 0 }],
    ['did_chat', entered(), { t: 'chat_changed', mode: 'open', slowMs: 10_000 }],
    ['did_hands', entered(), { t: 'hands_changed', hands: hands({ fair: true }), atMs: 0 }],
    ['did_call_on', entered(), { t: 'hands_changed', hands: hands({ called: 'ana' }), atMs: 0 }],
    ['did_sheet', entered(), { t: 'run_sheet_changed', runSheet: SHEET }],
    ['did_begin_round', entered(), changedTo(ROUND)],
    ['did_close_round', entered({ round: ROUND }), changedTo(null)],
    ['did_move_on', entered({ round: ROUND }), changedTo({ ...ROUND, turn: 2 })],
    ['did_order', entered({ round: ROUND }), changedTo({ ...ROUND, places: ROUND.places.toReversed() })],
    ['did_name_next', entered({ round: ROUND }), changedTo({ ...ROUND, named: 'bea' })],
    ['did_extend', entered({ round: ROUND }), changedTo({ ...ROUND, leftMs: 120_000 })],
    ['did_invite', entered({ round: ROUND }), changedTo({ ...ROUND, invitePassed: false })],
    ['did_between', entered(), { t: 'admission_changed', betweenShares: true }],
    ['did_drop_plan', entered({ breakouts: PLAN }), { t: 'breakouts_changed', breakouts: null }],
    ['did_rooms', entered({ breakouts: OPEN }), roomsNow({ ...OPEN, rooms: [{ ...ROOM, host: 'mia' }] })],
    ['did_rooms', entered({ breakouts: OPEN }), roomsNow({ ...OPEN, rooms: [{ ...ROOM, people: [] }] })],
    ['did_rooms', entered({ breakouts: PLAN }), roomsNow({ ...PLAN, rooms: [{ ...ROOM, id: 'b2' }] })],
    ['did_take_back', entered({ resources: [RESOURCE] }), { t: 'taken_back', number: 1 }],
    ['did_contacts', entered({ contacts: [] }), { t: 'contacts_changed', contacts: null }],
    ['did_texts', entered({ group: GROUP }), { t: 'texts_set', group: { ...GROUP, title: 'Thursdays' } }],
    ['did_aides', entered(), { t: 'person_changed', person: person('ana', { captions: true }) }],
    [
      'did_aides',
      entered(),
      { t: 'person_changed', person: person('ruth', { role: 'facilitator', interprets: true }) },
    ],
    ['did_guest_time', entered(), { t: 'person_changed', person: { ...GUEST, guestUntilMs: 900_000 } }],
    ['did_mute', entered(), { t: 'media_allowed', who: 'ana', mic: false, camera: true }],
    ['did_camera', entered(), { t: 'media_allowed', who: 'ana', mic: true, camera: false }],
  ])('%s', (kind, before, event) => {
    const happenings = told(before, [event], 'mia');
    expect(happenings.map((one) => [one.kind, one.by])).toContainEqual([
      kind,
      { kind: 'open', name: 'mia', pronouns: null },
    ]);
    expect(told(before, [event], 'ruth').map((one) => one.kind)).not.toContain(kind);
    expect(told(before, [event], null).map((one) => one.kind)).not.toContain(kind);
  });
});

test('that somebody may come back is told with her name, although she is not here', () => {
  const zoe = {
    id: 'zoe',
    profile: { kind: 'open', name: 'Zoe', pronouns: null },
    reason: 'removed',
  } as const;
  expect(words(entered({ barred: [zoe] }), { t: 'bar_undone', who: 'zoe' })).toEqual([
    'mia allowed Zoe to ask again.',
  ]);
});

describe('what is no deed of another facilitator', () => {
  test.each<[string, AppState, OpenedEvent]>([
    [
      'a room that she chose herself',
      entered({ breakouts: OPEN }),
      roomsNow({ ...OPEN, rooms: [{ ...ROOM, people: ['ana', 'mia'] }] }),
    ],
    [
      'a room that called her',
      entered({ breakouts: OPEN }),
      roomsNow({ ...OPEN, rooms: [{ ...ROOM, calling: true }] }),
    ],
    ['the first texts of the group', entered(), { t: 'texts_set', group: GROUP }],
    [
      'time that was told a little late',
      entered(),
      { t: 'person_changed', person: { ...GUEST, guestUntilMs: 601_000 } },
    ],
  ])('%s', (_, before, event) => {
    expect(told(before, [event], 'mia').filter(({ kind }) => kind.startsWith('did_'))).toEqual([]);
  });

  test('what the debrief erases, beside the debrief', () => {
    const full = entered({ resources: [RESOURCE], contacts: [], group: GROUP, floor: 'held', round: ROUND });
    expect(words(full, { t: 'status_changed', status: 'debrief' })).toEqual([
      'mia ended the group. You are among facilitators.',
    ]);
  });

  test('a round that closes with its last share', () => {
    const last = { ...ROUND, places: [{ who: 'ana', standing: 'sharing' }] } as const;
    expect(told(entered({ round: last }), [changedTo(null)], 'mia')).toEqual([]);
  });

  test('a part that begins switches who is heard, and is told once', () => {
    const begun = { t: 'run_sheet_changed', runSheet: { ...SHEET, current: 0 } } as const;
    const before = entered({ runSheet: SHEET });
    expect(words(before, begun, { t: 'floor_changed', floor: 'held' })).toEqual(['mia began the next part.']);
  });

  test('what I did myself', () => {
    expect(told(entered(), [LOCKED], 'ruth').map(({ by }) => by)).toEqual([null]);
  });

  test('what somebody did whom I do not know', () => {
    expect(told(entered(), [LOCKED], 'gone').map(({ by }) => by)).toEqual([null]);
  });
});

test('what nobody ordered says no name', () => {
  expect(deedText('connection_lost', 'mia', 'ana')).toBeNull();
});

function hands(patch: Partial<{ readonly fair: boolean; readonly called: string | null }>) {
  return { raised: [], fair: false, called: null, ...patch };
}

function roomsNow(breakouts: Breakouts): OpenedEvent {
  return { t: 'breakouts_changed', breakouts };
}

function changedTo(round: ToldRound | null): OpenedEvent {
  return { t: 'round_changed', round, atMs: 0 };
}
