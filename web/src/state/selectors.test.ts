import { describe, expect, test } from 'vitest';
import { person, snapshot } from '../../tests/told';
import type { AppState, MeetingView, Person } from './model';
import { isSame, mediaFor } from './media_wish';
import { INITIAL, reduce } from './reduce';
import {
  allEncrypted,
  can,
  canDelete,
  captioner,
  canSay,
  facilitators,
  type FacilitatorAct,
  inside,
  interpreter,
  interrupted,
  lobby,
  me,
  meetingOf,
  speaker,
  tiles,
  whyHeld,
} from './selectors';

interface Wish {
  readonly people?: readonly Person[];
  readonly status?: MeetingView['status'];
  readonly change?: Partial<MeetingView>;
  readonly state?: Partial<AppState>;
}

function stateOf({ people = [person('m')], status = 'open', change = {}, state = {} }: Wish): AppState {
  const entered = reduce(INITIAL, {
    kind: 'snapshot',
    snapshot: snapshot({ you: 'm', status, people }),
  });
  const { phase } = entered;
  if (phase.kind !== 'meeting' && phase.kind !== 'lobby') throw new Error('not in a meeting');
  return { ...entered, phase: { ...phase, meeting: { ...phase.meeting, ...change } }, ...state };
}

function viewOf(wish: Wish): MeetingView {
  const meeting = meetingOf(stateOf(wish));
  if (meeting === null) throw new Error('not in a meeting');
  return meeting;
}

const f = person('f', { role: 'facilitator' });

describe('one order for everybody', () => {
  test('does not depend on the order in which people were learned, nor on who looks', () => {
    const people = [person('m'), person('b'), f, person('a')];
    const order = inside(viewOf({ people })).map(({ id }) => id);
    expect(order).toEqual(['f', 'a', 'b', 'm']);
    expect(inside(viewOf({ people: people.toReversed() })).map(({ id }) => id)).toEqual(order);
  });

  test('people in the lobby have no tile and wait in the order of their coming', () => {
    const people = [person('z', { room: 'lobby' }), person('m'), person('a', { room: 'lobby' })];
    expect(tiles(stateOf({ people })).map((tile) => tile.person.id)).toEqual(['m']);
    expect(lobby(viewOf({ people })).map(({ id }) => id)).toEqual(['z', 'a']);
  });

  test('outside a meeting there are no tiles', () => {
    expect(tiles(INITIAL)).toEqual([]);
  });

  test('facilitators are those inside', () => {
    expect(facilitators(viewOf({ people: [person('m'), f] }))).toEqual([f]);
  });
});

describe('a tile', () => {
  const b = person('b', { camera: true });
  const seats = [{ who: 'b', audio: true, video: true }];

  test('shows a picture only when she sends it and it flows', () => {
    const video = (wish: Wish) => tiles(stateOf(wish))[0]?.video;
    expect(video({ people: [b, person('m')], change: { seats } })).toBe(true);
    expect(video({ people: [b, person('m')] })).toBe(false);
    expect(
      video({ people: [b, person('m')], change: { seats: [{ who: 'b', audio: true, video: false }] } }),
    ).toBe(false);
    expect(video({ people: [person('b'), person('m')], change: { seats } })).toBe(false);
  });

  test('shows no picture of somebody in a quiet room without me', () => {
    const quiet = person('b', { camera: true, room: 'q1', place: 'main' });
    const [tile] = tiles(stateOf({ people: [quiet, person('m')], change: { seats } }));
    expect(tile).toMatchObject({ person: { id: 'b' }, video: false });
  });

  test('shows my own picture when my camera is on and told to the others', () => {
    const mine = (camera: 'on' | 'off', told: boolean) => {
      const state = { devices: { ...INITIAL.devices, camera } };
      return tiles(stateOf({ people: [person('m', { camera: told })], state }))[0];
    };
    expect(mine('on', true)).toMatchObject({ me: true, video: true });
    expect(mine('off', true)?.video).toBe(false);
    expect(mine('on', false)?.video).toBe(false);
  });

  test('is called encrypted only on counted frames', () => {
    const encrypted = (change: Partial<MeetingView>) =>
      tiles(stateOf({ people: [b, person('m')], change: { seats, ...change } }))[0]?.encrypted;
    expect(encrypted({})).toBe(false);
    expect(encrypted({ decrypting: ['x'] })).toBe(false);
    expect(encrypted({ decrypting: ['b'] })).toBe(true);
  });

  test('tells who speaks; the loudest is the speaker', () => {
    const change = { speaking: ['b', 'm'] };
    expect(tiles(stateOf({ people: [b, person('m')], change })).map((tile) => tile.speaking)).toEqual([
      true,
      true,
    ]);
    expect(speaker(viewOf({ people: [b, person('m')], change }))?.id).toBe('b');
    expect(speaker(viewOf({}))).toBeNull();
  });
});

test('all is encrypted only when something flows and every one of it is counted', () => {
  const seat = (who: string | null) => ({ who, audio: true, video: false });
  expect(allEncrypted(viewOf({}))).toBe(false);
  expect(allEncrypted(viewOf({ change: { seats: [seat('a')], decrypting: [] } }))).toBe(false);
  expect(allEncrypted(viewOf({ change: { seats: [seat('a'), seat('b')], decrypting: ['a'] } }))).toBe(false);
  expect(allEncrypted(viewOf({ change: { seats: [seat('a'), seat(null)], decrypting: ['a'] } }))).toBe(true);
});

describe('what a facilitator can do', () => {
  const mine = person('m', { role: 'facilitator' });
  const acts: readonly FacilitatorAct[] = [
    'admit',
    'deny',
    'sendToLobby',
    'mute',
    'allowMic',
    'stopCamera',
    'allowCamera',
    'remove',
  ];
  const possible = (other: Person, own = mine) =>
    acts.filter((act) => can(viewOf({ people: [own, other] }), act, other));

  test('with somebody in the lobby', () => {
    expect(possible(person('x', { room: 'lobby' }))).toEqual(['admit', 'deny']);
  });

  test('with somebody inside', () => {
    expect(possible(person('x'))).toEqual(['sendToLobby', 'mute', 'stopCamera', 'remove']);
    expect(possible(person('x', { micAllowed: false, cameraAllowed: false }))).toEqual([
      'sendToLobby',
      'allowMic',
      'allowCamera',
      'remove',
    ]);
  });

  test('nothing with another facilitator, with herself, or as a member', () => {
    expect(possible(f)).toEqual([]);
    expect(acts.filter((act) => can(viewOf({ people: [mine] }), act, mine))).toEqual([]);
    expect(possible(person('x'), person('m'))).toEqual([]);
  });

  test('delete what anybody wrote; a member only her own', () => {
    expect(canDelete(viewOf({ people: [mine] }), 'x')).toBe(true);
    expect(canDelete(viewOf({}), 'x')).toBe(false);
    expect(canDelete(viewOf({}), 'm')).toBe(true);
  });
});

test('chat is for the open room', () => {
  expect(canSay(stateOf({}))).toBe(true);
  expect(canSay(stateOf({ status: 'paused' }))).toBe(false);
  expect(canSay(stateOf({ people: [person('m', { room: 'lobby' })] }))).toBe(false);
  expect(canSay(INITIAL)).toBe(false);
});

test('a held device says so', () => {
  const held = viewOf({ people: [person('m', { micAllowed: false })] });
  expect(whyHeld(held, 'mic')).toBe('held');
  expect(whyHeld(held, 'camera')).toBeNull();
  expect(whyHeld(null, 'mic')).toBeNull();
  expect(me(viewOf({ people: [] }))).toBeNull();
});

describe('what of mine may leave', () => {
  const on: Partial<AppState> = {
    wanted: { mic: true, camera: true },
    devices: { ...INITIAL.devices, mic: 'on', camera: 'on' },
    transport: 'up',
  };

  test('all I want, in the open room and in the debrief', () => {
    expect(mediaFor(stateOf({ state: on }))).toEqual({ mic: true, camera: true });
    expect(mediaFor(stateOf({ status: 'debrief', state: on }))).toEqual({ mic: true, camera: true });
  });

  test.each<readonly [string, Wish]>([
    ['in the lobby', { people: [person('m', { room: 'lobby' })], state: on }],
    ['while paused', { status: 'paused', state: on }],
    ['before a facilitator came', { status: 'waiting', state: on }],
    ['when it is not wanted', { state: { ...on, wanted: { mic: false, camera: false } } }],
    ['without a transport', { state: { ...on, transport: 'none' } }],
    ['where nothing can be sealed', { state: { ...on, transport: 'unsupported' } }],
    ['when the devices are not there', { state: { ...on, devices: INITIAL.devices } }],
    [
      'when a facilitator holds it',
      { people: [person('m', { micAllowed: false, cameraAllowed: false })], state: on },
    ],
  ])('nothing %s', (_, wish) => {
    expect(isSame(mediaFor(stateOf(wish)), { mic: false, camera: false })).toBe(true);
  });

  test('nothing before the meeting', () => {
    expect(mediaFor({ ...INITIAL, ...on })).toEqual({ mic: false, camera: false });
  });
});

describe('who interprets', () => {
  const people = [person('m'), f, person('i', { interprets: true }), person('w', { captions: true })];

  test('comes first on every screen', () => {
    expect(inside(viewOf({ people })).map(({ id }) => id)).toEqual(['i', 'f', 'm', 'w']);
    expect(interpreter(viewOf({ people }))?.id).toBe('i');
  });

  test('is pinned, and captions are read, only where I am', () => {
    const elsewhere = people.map((one) => (one.id === 'm' ? one : { ...one, room: 'b1', place: 'b1' }));
    expect(interpreter(viewOf({ people: elsewhere }))).toBeNull();
    expect(captioner(viewOf({ people: elsewhere }))).toBeNull();
    expect(captioner(viewOf({ people }))?.id).toBe('w');
  });
});

describe('what was taken from me', () => {
  const devices = { ...INITIAL.devices, mic: 'taken', camera: 'ended' } as const;

  test('is what I use, and nothing else', () => {
    const mine = (wanted: AppState['wanted']) => interrupted(stateOf({ state: { devices, wanted } }));
    expect(mine({ mic: true, camera: true })).toEqual(['mic', 'camera']);
    expect(mine({ mic: true, camera: false })).toEqual(['mic']);
    expect(mine({ mic: false, camera: false })).toEqual([]);
  });

  test('is neither a no nor a device that is not there', () => {
    const denied = { ...INITIAL.devices, mic: 'denied', camera: 'missing' } as const;
    const wanted = { mic: true, camera: true };
    expect(interrupted(stateOf({ state: { devices: denied, wanted } }))).toEqual([]);
    expect(interrupted({ ...INITIAL, devices, wanted })).toEqual([]);
  });
});
