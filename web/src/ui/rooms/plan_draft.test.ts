import { describe, expect, it } from 'vitest';
import { meeting, person } from '../gallery/people';
import {
  FIRST_DRAFT,
  leadsSomewhere,
  membersHere,
  MOST_ROOMS,
  planOf,
  type PlanDraft,
  possibleHosts,
  roomCount,
  withCount,
  withPlace,
  withRoom,
} from './plan_draft';

const id = (index: number) => person(index).id;
const SIX = meeting(6, { role: 'facilitator', you: id(0) });

function draft(changes: Partial<PlanDraft> = {}): PlanDraft {
  return { ...FIRST_DRAFT, ...changes };
}

describe('how many rooms there will be', () => {
  it.each([
    ['by_hand', 9, 2],
    ['topic', 9, 2],
    ['random', 9, 3],
    ['random', 5, 2],
    // nobody alone where it can be avoided
    ['random', 3, 1],
    ['random', 1, 1],
    ['pairs', 9, 4],
    ['pairs', 1, 0],
  ] as const)('%s of %i people: %i', (kind, people, rooms) => {
    expect(roomCount(draft({ kind, size: 4 }), people)).toBe(rooms);
  });

  it.each([
    [0, 1],
    [5, 5],
    [99, MOST_ROOMS],
  ])('asked for %i gives %i', (asked, rooms) => {
    expect(withCount(draft(), asked).rooms).toHaveLength(rooms);
  });

  it('keeps what was filled in when rooms come and go', () => {
    const filled = withRoom(draft(), 0, { topic: 'Sleep' });
    expect(withCount(withCount(filled, 1), 3).rooms.map(({ topic }) => topic)).toEqual(['Sleep', '', '']);
  });
});

describe('a plan by hand', () => {
  it('sends each where she was put, and the host with them', () => {
    let filled = withRoom(draft(), 0, { topic: ' Sleep ', host: id(1) });
    filled = withPlace(withPlace(filled, id(2), 0), id(3), 1);
    expect(planOf(filled, SIX)).toEqual({
      kind: 'by_hand',
      rooms: [
        { topic: 'Sleep', host: id(1), people: [id(2)] },
        { topic: '', host: null, people: [id(3)] },
      ],
      size: null,
      lengthMs: 900_000,
      unattended: false,
    });
  });

  it('has nobody in two rooms: a host is only where she is host', () => {
    const filled = withPlace(withRoom(draft(), 0, { host: id(1) }), id(1), 1);
    expect(planOf(filled, SIX).rooms.map(({ people }) => people)).toEqual([[], []]);
  });

  it('has one room for each host', () => {
    const filled = withRoom(withRoom(draft(), 0, { host: id(1) }), 1, { host: id(1) });
    expect(filled.rooms.map(({ host }) => host)).toEqual([null, id(1)]);
  });

  it('leaves out who is gone', () => {
    const filled = withPlace(withPlace(draft(), id(2), 0), 'gone', 0);
    expect(planOf(filled, SIX).rooms[0]?.people).toEqual([id(2)]);
    expect(planOf(withRoom(draft(), 0, { host: 'gone' }), SIX).rooms[0]?.host).toBeNull();
  });

  it('takes somebody back to the main room', () => {
    const filled = withPlace(withPlace(draft(), id(2), 0), id(2), null);
    expect(leadsSomewhere(planOf(filled, SIX))).toBe(false);
  });
});

describe('the other plans', () => {
  it.each(['random', 'topic', 'pairs'] as const)('%s: says nothing about who goes where', (kind) => {
    const plan = planOf(withPlace(draft({ kind }), id(2), 0), SIX);
    expect(plan.rooms.flatMap(({ people }) => people)).toEqual([]);
    expect(leadsSomewhere(plan)).toBe(true);
    expect(plan.size).toBe(kind === 'random' ? 4 : null);
  });

  it('pairs have no member as host', () => {
    expect(possibleHosts(SIX, 'pairs').map((one) => one.id)).toEqual([id(0)]);
    const plan = planOf(draft({ kind: 'pairs', rooms: [{ topic: '', host: id(1) }] }), SIX);
    expect(plan.rooms.map(({ host }) => host)).toEqual([null, null]);
  });

  it('no time is no limit', () => {
    expect(planOf(draft({ minutes: 0 }), SIX).lengthMs).toBeNull();
  });
});

it('only members who are here now are drawn', () => {
  const people = [
    person(0),
    person(1),
    person(2, { away: true }),
    person(3, { connected: false }),
    person(4, { role: 'guest' }),
    person(5, { room: 'lobby' }),
  ];
  expect(membersHere({ ...SIX, people }).map((one) => one.id)).toEqual([id(1)]);
});
