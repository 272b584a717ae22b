import { beforeEach, describe, expect, test } from 'vitest';
import { ANA, ME, wireChat, wirePerson, wireSnapshot } from '../tests/fake_server';
import { NOW_MS, Stage, until } from '../tests/stage';
import type { Snapshot } from './protocol/messages';

let stage: Stage;

beforeEach(() => {
  stage = new Stage();
});

describe('what was sealed is shown', () => {
  test('in a snapshot, with its times as of now; what does not open is unreadable', async () => {
    const shut = new Uint8Array([1, 2, 3]);
    const snapshot: Snapshot = wireSnapshot({
      chat: 'approved',
      slow_ms: 5_000,
      held_by_hand: true,
      people: [
        wirePerson(ANA, { role: 'facilitator', silent_ms: 60_000 }),
        wirePerson(ME, { guest_left_ms: 90_000 }),
      ],
      messages: [
        { ...wireChat(3, ANA, await stage.text.sealChat(ANA, 'hello')), age_ms: 2_000, line: ME },
        { ...wireChat(4, ANA, shut), everywhere: true, held: 'share' },
      ],
      breakouts: {
        kind: 'topic',
        open: true,
        rooms: [
          room('b1', await stage.session.sealTopic('sleep')),
          room('b2', new Uint8Array()),
          room('b3', shut),
        ],
        left_ms: 70_000,
        runs: true,
        noticed: false,
        unattended: true,
        yours: 'b1',
        answer: 'asked',
        consents: { [ME]: 'asked' },
      },
      run_sheet: {
        segments: [
          {
            kind: 'round',
            title: await stage.session.sealSegment('Us'),
            length_ms: 9,
            floor: 'held',
            chat: 'open',
          },
        ],
        current: 0,
        left_ms: -5_000,
        runs: true,
      },
      pulse: {
        number: 2,
        body: await stage.session.sealPulse({ question: 'So?', answers: ['a', 'b'] }),
        options: 2,
        answered: false,
      },
      resources: [
        {
          number: 1,
          body: await stage.session.sealResource({ title: 'T', url: 'http://example.org', text: null }),
        },
        { number: 2, body: shut },
      ],
    });
    await stage.enter(snapshot);
    expect(stage.meeting).toMatchObject({
      chatMode: 'approved',
      slowMs: 5_000,
      heldByHand: true,
      people: [{ silentSinceMs: NOW_MS - 60_000 }, { guestUntilMs: NOW_MS + 90_000 }],
      messages: [
        { number: 3, body: { text: 'hello' }, atMs: NOW_MS - 2_000, line: ME, everywhere: false, held: null },
        { number: 4, body: { kind: 'unreadable' }, everywhere: true, held: 'share' },
      ],
      breakouts: {
        rooms: [
          { topic: { kind: 'text', text: 'sleep' } },
          { topic: { kind: 'text', text: '' } },
          { topic: { kind: 'unreadable' } },
        ],
        leftMs: 70_000,
        atMs: NOW_MS,
        runs: true,
        answer: 'asked',
      },
      runSheet: { segments: [{ title: { text: 'Us' }, lengthMs: 9 }], leftMs: -5_000, atMs: NOW_MS },
      pulse: { number: 2, question: { question: 'So?', answers: ['a', 'b'] }, options: 2 },
      resources: [
        { number: 1, body: { title: 'T', link: { address: 'http://example.org', href: null } } },
        { number: 2, body: { kind: 'unreadable' } },
      ],
    });
  });

  test('a question whose answers are not as many as are counted is not shown', async () => {
    const body = await stage.session.sealPulse({ question: 'So?', answers: ['a', 'b'] });
    await stage.enter();
    stage.happened({ t: 'pulse_changed', pulse: { number: 1, body, options: 3, answered: false } });
    await until(() => {
      expect(stage.meeting.pulse).toEqual({
        number: 1,
        question: { kind: 'unreadable' },
        options: 3,
        answered: false,
      });
    });
  });

  test('a message that was held comes later and stands where it belongs', async () => {
    await stage.enter();
    const [one, two] = await Promise.all(['one', 'two'].map((text) => stage.text.sealChat(ANA, text)));
    if (one === undefined || two === undefined) throw new Error('two bodies');
    stage.happened({ t: 'said', message: wireChat(2, ANA, two) });
    stage.happened({ t: 'said', message: { ...wireChat(1, ANA, one), age_ms: 4_000 } });
    await until(() => {
      expect(stage.meeting.messages).toMatchObject([
        { number: 1, atMs: NOW_MS - 4_000 },
        { number: 2, atMs: NOW_MS },
      ]);
    });
  });
});

function room(id: string, topic: Uint8Array) {
  return { id, topic, host: null, people: [], calling: false, alone: false };
}
