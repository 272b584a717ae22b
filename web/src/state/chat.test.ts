import { describe, expect, test } from 'vitest';
import { message, person, snapshot } from '../../tests/told';
import { heldMessages, lineOf, lines, mayWriteOnLine, roomChat, type Writing, writing } from './chat';
import type { OpenedEvent, OpenedMessage, OpenedSnapshot } from './facts';
import type { ChatMessage, MeetingView } from './model';
import { INITIAL, reduce } from './reduce';
import { meetingOf } from './selectors';

const lead = person('lead', { role: 'facilitator' });

function view(patch: Partial<OpenedSnapshot>, ...events: readonly OpenedEvent[]): MeetingView {
  const people = [person('m'), lead, person('a')];
  const entered = reduce(INITIAL, { kind: 'snapshot', snapshot: snapshot({ you: 'm', people, ...patch }) });
  const meeting = meetingOf(reduce(entered, { kind: 'happened', events }));
  if (meeting === null) throw new Error('not in a meeting');
  return meeting;
}

function led(patch: Partial<OpenedSnapshot>, ...events: readonly OpenedEvent[]): MeetingView {
  return view({ you: 'lead', ...patch }, ...events);
}

function said(number: number, author: string, patch: Partial<OpenedMessage> = {}): OpenedEvent {
  return { t: 'said', message: message(number, author, patch) };
}

function numbers(messages: readonly ChatMessage[]): readonly number[] {
  return messages.map(({ number }) => number);
}

function kinds({ happenings }: MeetingView): readonly string[] {
  return happenings.map(({ kind, who }) => `${kind} ${who ?? ''}`);
}

describe('messages stand in the order of their numbers', () => {
  test('also one that was held and comes late', () => {
    expect(numbers(view({}, said(2, 'a'), said(4, 'a'), said(3, 'a')).messages)).toEqual([2, 3, 4]);
  });

  test('a number that is known is replaced', () => {
    const meeting = led({}, said(2, 'a', { held: 'approval' }), said(2, 'a'));
    expect(meeting.messages).toMatchObject([{ number: 2, held: null }]);
  });
});

describe('what is told of a message', () => {
  const held = (until: 'approval' | 'share') => said(1, 'a', { held: until });

  test('to my room, to all rooms, on a line', () => {
    const events = [said(1, 'a'), said(2, 'lead', { everywhere: true }), said(3, 'lead', { line: 'm' })];
    expect(kinds(view({}, ...events))).toEqual(['said a', 'said_everywhere lead', 'said_on_line lead']);
  });

  test('one that waits for approval, once, and to facilitators', () => {
    expect(kinds(led({}, held('approval'), said(1, 'a')))).toEqual(['said_held a']);
  });

  test('one that waits for the end of a share is told when it has ended', () => {
    expect(kinds(led({}, held('share')))).toEqual([]);
    expect(kinds(led({}, held('share'), said(1, 'a')))).toEqual(['said a']);
    expect(kinds(view({}, said(1, 'a')))).toEqual(['said a']);
  });

  test('mine is never told to me', () => {
    expect(
      kinds(view({}, said(1, 'm'), said(2, 'm', { held: 'share' }), said(3, 'm', { line: 'm' }))),
    ).toEqual([]);
  });
});

describe('what is for whom', () => {
  const messages = [
    message(1, 'a'),
    message(2, 'm', { held: 'approval' }),
    message(3, 'a', { held: 'share' }),
    message(4, 'm', { line: 'm' }),
    message(5, 'a', { line: 'a' }),
    message(6, 'lead', { line: 'a' }),
    message(7, 'lead', { everywhere: true }),
  ];

  test('the room reads what is not held, and I read what of mine is', () => {
    expect(numbers(roomChat(view({ messages })))).toEqual([1, 2, 7]);
    expect(numbers(roomChat(led({ messages })))).toEqual([1, 7]);
  });

  test('what is held is for facilitators to decide', () => {
    expect(numbers(heldMessages(led({ messages })))).toEqual([2, 3]);
    expect(heldMessages(view({ messages }))).toEqual([]);
  });

  test('a line for each person, those who wait for an answer first', () => {
    const told = lines(led({ messages }));
    expect(told.map(({ who, waits, messages: on }) => [who, waits, numbers(on)])).toEqual([
      ['m', true, [4]],
      ['a', false, [5, 6]],
    ]);
    expect(told[0]?.profile).toMatchObject({ name: 'm' });
    expect(lines(view({ messages }))).toEqual([]);
  });

  test('the line of somebody who left keeps her name', () => {
    const meeting = led({ messages }, { t: 'person_parted', who: 'm', how: 'left' });
    expect(lines(meeting).find(({ who }) => who === 'm')?.profile).toMatchObject({ name: 'm' });
  });

  test('my own line is mine', () => {
    expect(numbers(lineOf(view({ messages }), 'm'))).toEqual([4]);
  });
});

describe('may I write to my room now', () => {
  const sharing = {
    kind: 'circle',
    turn: 1,
    phase: 'sharing',
    who: 'a',
    leftMs: null,
    atMs: 0,
    runs: true,
    held: false,
    secondOffer: false,
    stage: 'first',
    named: null,
    shareMs: null,
    invitePassed: false,
    places: [],
  } as const;

  test.each<[string, Partial<OpenedSnapshot>, Writing]>([
    ['in the open', {}, { kind: 'now' }],
    ['in the lobby', { people: [person('m', { room: 'lobby' })] }, { kind: 'not', why: 'lobby' }],
    ['while paused', { status: 'paused' }, { kind: 'not', why: 'paused' }],
    ['where facilitators write', { chatMode: 'facilitators' }, { kind: 'not', why: 'facilitators' }],
    ['where it is closed', { chatMode: 'closed' }, { kind: 'not', why: 'closed' }],
    ['where it is approved', { chatMode: 'approved' }, { kind: 'held', until: 'approval' }],
    ['while somebody shares', { round: sharing }, { kind: 'held', until: 'share' }],
    ['while I share', { round: { ...sharing, who: 'm' } }, { kind: 'now' }],
    ['while one is only asked', { round: { ...sharing, phase: 'offered' } }, { kind: 'now' }],
    ['too soon', { slowMs: 60_000, messages: [message(5_000, 'm')] }, { kind: 'soon', atMs: 65_000 }],
    ['late enough', { slowMs: 5_000, messages: [message(5_000, 'm')] }, { kind: 'now' }],
    ['after others', { slowMs: 60_000, messages: [message(5_000, 'a')] }, { kind: 'now' }],
    ['after my line', { slowMs: 60_000, messages: [message(5_000, 'm', { line: 'm' })] }, { kind: 'now' }],
    [
      'in a quiet room, which knows no modes',
      { chatMode: 'closed', slowMs: 60_000, people: [person('m', { room: 'q1', place: 'main' })] },
      { kind: 'now' },
    ],
    ['when I am greeted', { people: [person('m', { room: 'q1', place: 'lobby' })] }, { kind: 'now' }],
  ])('%s', (_, patch, told) => {
    expect(writing(view(patch), 20_000)).toEqual(told);
  });

  test('a facilitator in every mode, and in the debrief', () => {
    expect(writing(led({ chatMode: 'closed', round: sharing, slowMs: 60_000 }), 0)).toEqual({ kind: 'now' });
    expect(writing(led({ status: 'debrief' }), 0)).toEqual({ kind: 'now' });
    expect(writing(led({ status: 'paused' }), 0)).toEqual({ kind: 'not', why: 'paused' });
  });

  test('modes change as they are told', () => {
    const closed: OpenedEvent = { t: 'chat_changed', mode: 'closed', slowMs: 5 };
    expect(view({}, closed)).toMatchObject({ chatMode: 'closed', slowMs: 5 });
  });
});

describe('the line to the facilitators', () => {
  test('is open in every mode, to oneself', () => {
    expect(mayWriteOnLine(view({ chatMode: 'closed' }), 'm')).toBe(true);
    expect(mayWriteOnLine(view({}), 'a')).toBe(false);
    expect(mayWriteOnLine(view({ status: 'paused' }), 'm')).toBe(false);
    expect(mayWriteOnLine(view({ people: [person('m', { room: 'lobby' })] }), 'm')).toBe(false);
  });

  test('is answered to people who are in', () => {
    const people = [lead, person('a'), person('z', { room: 'lobby' }), person('f', { role: 'facilitator' })];
    const may = ['a', 'z', 'f', 'gone'].map((who) => mayWriteOnLine(led({ people }), who));
    expect(may).toEqual([true, false, false, false]);
  });
});
