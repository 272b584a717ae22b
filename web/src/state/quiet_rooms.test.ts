import { describe, expect, test } from 'vitest';
import { ids, kinds, lead, led, view } from '../../tests/seen';
import { person } from '../../tests/told';
import type { OpenedEvent, OpenedSnapshot } from './facts';
import type { Person } from './model';
import { amWaiting, mayAskForSomeone, mayEndQuiet, mayMeet, needs, type QuietAct } from './rooms';

describe('I need someone', () => {
  test.each<[string, Partial<OpenedSnapshot>, boolean]>([
    ['inside', {}, true],
    ['while paused', { status: 'paused' }, true],
    ['while away', { people: [person('m', { away: true })] }, true],
    ['in a breakout', { people: [person('m', { room: 'b1' })] }, true],
    ['in the lobby', { people: [person('m', { room: 'lobby' })] }, false],
    ['in a quiet room', { people: [person('m', { room: 'q1', place: 'main' })] }, false],
    ['twice', { needs: ['m'] }, false],
    ['as a facilitator', { people: [person('m', { role: 'facilitator' })] }, false],
  ])('may be asked %s: %s', (_, patch, may) => {
    expect(mayAskForSomeone(view(patch))).toBe(may);
  });

  test('I know that I wait; facilitators know who does and are told', () => {
    const asked: OpenedEvent = { t: 'needs_changed', needs: ['m'] };
    expect([amWaiting(view({}, asked)), kinds(view({}, asked)), needs(view({}, asked))]).toEqual([
      true,
      [],
      [],
    ]);
    expect([kinds(led({}, asked, asked)), ids(needs(led({}, asked)))]).toEqual([['needs_someone m'], ['m']]);
  });
});

describe('quiet rooms', () => {
  const acts: readonly QuietAct[] = ['acceptNeed', 'greet', 'takeAside'];
  const possible = (other: Person, mine = lead, patch: Partial<OpenedSnapshot> = {}) =>
    acts.filter((act) => mayMeet(led({ people: [mine, other], ...patch }), act, other));

  test('somebody who asked, a newcomer, a member', () => {
    expect(possible(person('a'), lead, { needs: ['a'] })).toEqual(['acceptNeed', 'takeAside']);
    expect(possible(person('a', { room: 'lobby' }))).toEqual(['greet']);
    expect(possible(person('a'))).toEqual(['takeAside']);
  });

  test('nobody who could not hear, who is in one, or who is a facilitator; and not from one', () => {
    expect(possible(person('a', { connected: false }))).toEqual([]);
    expect(possible(person('a', { room: 'q1', place: 'main' }))).toEqual([]);
    expect(possible(person('a', { role: 'facilitator' }))).toEqual([]);
    expect(possible(person('a'), { ...lead, room: 'q1' })).toEqual([]);
    expect(possible(person('a'), lead, { status: 'debrief' })).toEqual([]);
    expect(mayMeet(view({}), 'takeAside', person('a'))).toBe(false);
  });

  test.each([
    ['need', true],
    ['greeting', false],
    ['aside', false],
  ] as const)('%s: the facilitator ends it always, the other one: %s', (kind, may) => {
    const people = [person('m', { room: 'q1', place: 'main' }), { ...lead, room: 'q1' }];
    const quiet = [{ id: 'q1', kind, who: 'm', facilitator: 'lead' }] as const;
    expect([mayEndQuiet(view({ people, quiet })), mayEndQuiet(led({ people, quiet }))]).toEqual([may, true]);
    expect(mayEndQuiet(view({ quiet }))).toBe(false);
  });

  test('are replaced as they are told', () => {
    const quiet = [{ id: 'q2', kind: 'aside', who: 'm', facilitator: 'lead' }] as const;
    expect(led({}, { t: 'quiet_rooms_changed', quiet }).quiet).toEqual(quiet);
  });
});
