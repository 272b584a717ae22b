import { encode } from '@msgpack/msgpack';
import { describe, expect, test } from 'vitest';
import { joined, wirePerson } from '../../tests/fake_server';
import { decodeServerMessage, MalformedMessage } from './codec';
import { at } from '../../tests/positions';

function happened(event: unknown): Uint8Array {
  return encode({ t: 'happened', by: null, position: at(1), events: [event] });
}

function breakoutsChanged(patch: Readonly<Record<string, unknown>>) {
  const plan = { kind: 'random', open: true, rooms: [], left_ms: null, runs: false, noticed: false };
  const mine = { unattended: false, yours: null, answer: null, consents: {} };
  return { t: 'breakouts_changed', breakouts: { ...plan, ...mine, ...patch } };
}

const malformed: readonly (readonly [string, Uint8Array])[] = [
  ['nothing', new Uint8Array()],
  ['half a message', encode({ t: 'pong', n: 1 }).subarray(0, 5)],
  ['two messages', new Uint8Array([...encode({ t: 'pong', n: 1 }), ...encode({ t: 'pong', n: 2 })])],
  ['no map', encode([1, 2])],
  ['a number', encode(7)],
  ['no tag', encode({ n: 1 })],
  ['a tag that is no text', encode({ t: 1, n: 1 })],
  ['a field missing', encode({ t: 'pong' })],
  ['a wrong type', encode({ t: 'pong', n: 'one' })],
  ['a negative number', encode({ t: 'done', id: -1 })],
  ['a broken number', encode({ t: 'done', id: 1.5 })],
  ['a number past what is exact', encode({ t: 'done', id: 2 ** 60 })],
  ['text for bytes', encode({ ...joined(), resume: 'text' })],
  ['a role nobody has', encode({ ...joined(), role: 'host' })],
  [
    'a person without a room',
    encode({ t: 'happened', by: null, position: at(1), events: [{ t: 'person_came', person: {} }] }),
  ],
  ['an answer nobody can give', happened(breakoutsChanged({ consents: { x: 'maybe' } }))],
  ['answers that are no map', happened(breakoutsChanged({ consents: ['go'] }))],
  ['a number of answers below nothing', happened({ t: 'pulse_shown', counts: [3, -1] })],
  ['a message without its author', happened({ t: 'said', message: { number: 1 } })],
  ['a chat mode nobody knows', happened({ t: 'chat_changed', mode: 'loud', slow_ms: 0 })],
  ['events that are no list', encode({ t: 'happened', by: null, position: at(1), events: { length: 1 } })],
  ['a list that is too long', encode({ t: 'speaking', who: Array.from({ length: 2_000 }, () => 'x') })],
  ['a text that is too long', encode({ t: 'refused', id: null, code: 'x', text: 'x'.repeat(300_000) })],
];

describe('bytes that are no message are refused', () => {
  test.each(malformed)('%s', (_, bytes) => {
    expect(() => decodeServerMessage(bytes)).toThrow(MalformedMessage);
  });

  test('any bytes give a message, nothing, or the documented error', () => {
    let state = 1;
    const random = (): number => (state = (state * 48_271) % 0x7fff_ffff);
    for (let round = 0; round < 2_000; round += 1) {
      const bytes = Uint8Array.from({ length: random() % 40 }, () => random() % 256);
      try {
        decodeServerMessage(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedMessage);
      }
    }
  });
});

describe('what is large, or below nothing, and right', () => {
  test('the answers of everybody a meeting can hold', () => {
    const consents = Object.fromEntries(Array.from({ length: 340 }, (_, index) => [`p${index}`, 'go']));
    const event = breakoutsChanged({ consents });
    expect(decodeServerMessage(happened(event))).toEqual({
      t: 'happened',
      by: null,
      position: at(1),
      events: [event],
    });
  });

  test('a part of the session whose time is over', () => {
    const event = {
      t: 'run_sheet_changed',
      run_sheet: { segments: [], current: 0, left_ms: -60_000, runs: true },
    };
    expect(decodeServerMessage(happened(event))).toEqual({
      t: 'happened',
      by: null,
      position: at(1),
      events: [event],
    });
  });
});

describe('a later version of the server', () => {
  test('may say messages we do not know', () => {
    expect(decodeServerMessage(encode({ t: 'weather', sun: true }))).toBeNull();
  });

  test('finds no message under a name that every object has', () => {
    expect(decodeServerMessage(encode({ t: 'constructor' }))).toBeNull();
  });

  test('may add fields', () => {
    expect(decodeServerMessage(encode({ t: 'pong', n: 3, later: [1] }))).toEqual({ t: 'pong', n: 3 });
  });

  test('may add events: the others of the step still count', () => {
    const events = [
      { t: 'hand_raised', who: 'x' },
      { t: 'person_came', person: wirePerson('AAAAAAAAAAA') },
    ];
    const message = decodeServerMessage(encode({ t: 'happened', by: null, position: at(4), events }));
    expect(message).toEqual({ t: 'happened', by: null, position: at(4), events: [events[1]] });
  });
});
