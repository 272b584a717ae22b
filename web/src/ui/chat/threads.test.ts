import { describe, expect, it } from 'vitest';
import { led, meeting, message, person } from '../gallery/people';
import { keyOf, messagesOf, outgoingOf, seenAtFirst, unread, withSeen } from './threads';

const [RUTH, ANA, MIA] = [person(0), person(1), person(2)];
const SAID = [
  message(1, RUTH, 'to all'),
  message(2, MIA, 'on her line', false, { line: MIA.id }),
  message(3, MIA, 'waits', false, { held: 'approval' }),
  message(4, ANA, 'mine', true),
];
const NOTHING = new Set<number>();

it('what is half typed in one conversation is kept apart from every other', () => {
  const keys = [
    keyOf({ kind: 'room' }),
    keyOf({ kind: 'lines' }),
    keyOf({ kind: 'line', who: ANA.id }),
    keyOf({ kind: 'line', who: MIA.id }),
  ];
  expect(new Set(keys).size).toBe(keys.length);
});

it('a private line is in no other conversation', () => {
  const view = led(3, { messages: SAID });
  expect(messagesOf(view, { kind: 'room' }).map(({ number }) => number)).toEqual([1, 3, 4]);
  expect(messagesOf(view, { kind: 'line', who: MIA.id }).map(({ number }) => number)).toEqual([2]);
  expect(messagesOf(view, { kind: 'line', who: ANA.id })).toEqual([]);
});

it('what is on its way waits where it was written', () => {
  const outgoing = [
    { id: 1, text: 'a', refused: null, to: { kind: 'room' } },
    { id: 2, text: 'b', refused: null, to: { kind: 'line', who: ANA.id } },
    { id: 3, text: 'c', refused: null, to: { kind: 'turn', turn: 7 } },
    { id: 4, text: 'd', refused: null, to: { kind: 'everywhere' } },
  ] as const;
  const view = meeting(3, { outgoing });
  expect(outgoingOf(view, { kind: 'room' }).map(({ id }) => id)).toEqual([1, 3, 4]);
  expect(outgoingOf(view, { kind: 'line', who: ANA.id }).map(({ id }) => id)).toEqual([2]);
  expect(outgoingOf(view, { kind: 'line', who: MIA.id })).toEqual([]);
});

describe('what is new', () => {
  it('is counted for each conversation, my own words never', () => {
    expect(unread(led(3, { messages: SAID }), NOTHING)).toEqual({ room: 2, line: 1 });
  });

  it('is nothing of what was there at first', () => {
    const view = meeting(3, { messages: SAID });
    expect(unread(view, seenAtFirst(view))).toEqual({ room: 0, line: 0 });
  });

  it('is a held message when it appears, though later ones were read', () => {
    const before = meeting(3, { messages: [message(5, MIA, 'later')] });
    const seen = withSeen(NOTHING, before.messages);
    const after = { ...before, messages: [message(4, RUTH, 'was held'), ...before.messages] };
    expect(unread(after, seen).room).toBe(1);
  });

  it('is nothing any more once it was shown', () => {
    const view = led(3, { messages: SAID });
    const seen = withSeen(NOTHING, messagesOf(view, { kind: 'room' }));
    expect(unread(view, seen)).toEqual({ room: 0, line: 1 });
    expect(withSeen(seen, messagesOf(view, { kind: 'room' }))).toBe(seen);
  });
});
