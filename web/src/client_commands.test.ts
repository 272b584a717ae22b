import { beforeEach, describe, expect, test } from 'vitest';
import { ANA, ME, wirePerson, wireSnapshot } from '../tests/fake_server';
import { Stage, until } from '../tests/stage';
import type { Breakouts } from './state/model_rooms';

const PLAN: Breakouts = {
  kind: 'by_hand',
  open: false,
  rooms: [
    { id: 'b1', topic: { kind: 'text', text: '' }, host: null, people: [], calling: false, alone: false },
  ],
  noticed: false,
  unattended: true,
  yours: null,
  answer: null,
  consents: {},
  leftMs: null,
  atMs: 0,
  runs: false,
};

let stage: Stage;

beforeEach(() => {
  stage = new Stage();
});

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new Error('not sealed');
}

function noticeCodes(): readonly unknown[] {
  return stage.client.state.notices.map(({ code }) => code);
}

describe('every command is exactly its message', () => {
  test('about rooms', async () => {
    await stage.enter();
    const { client } = stage;
    client.askForSomeone();
    client.withdrawNeed();
    client.acceptNeed('x');
    client.greet('x');
    client.takeAside('x');
    client.endQuiet();
    client.answerBreakout('b1');
    client.answerBreakout(null);
    client.dropPlan(PLAN);
    client.openBreakouts(PLAN);
    client.assignRoom('x', 'b2');
    client.assignRoom('x', null);
    client.setHost('b1', 'x');
    client.setHost('b1', null);
    client.enterRoom('main');
    client.extendBreakouts(60_000, PLAN);
    client.callFacilitator();
    client.recallBreakouts(false, PLAN);
    expect(stage.orders).toEqual([
      { t: 'ask_for_someone' },
      { t: 'withdraw_need' },
      { t: 'accept_need', who: 'x' },
      { t: 'greet', who: 'x' },
      { t: 'take_aside', who: 'x' },
      { t: 'end_quiet' },
      { t: 'answer_breakout', room: 'b1' },
      { t: 'answer_breakout', room: null },
      { t: 'drop_plan', was: ['b1'] },
      { t: 'open_breakouts', was: ['b1'] },
      { t: 'assign_room', who: 'x', room: 'b2' },
      { t: 'assign_room', who: 'x', room: null },
      { t: 'set_host', room: 'b1', who: 'x' },
      { t: 'set_host', room: 'b1', who: null },
      { t: 'enter_room', room: 'main' },
      { t: 'extend_breakouts', ms: 60_000, was: ['b1'] },
      { t: 'call_facilitator' },
      { t: 'recall_breakouts', at_once: false, was: ['b1'] },
    ]);
  });

  test('about chat and the session', async () => {
    await stage.enter();
    const { client } = stage;
    client.setChatMode('approved', 'open');
    client.setSlowMode(30_000, 0);
    client.approveMessage(4);
    client.pause();
    client.goOn();
    client.setGuestTime('x', 60_000);
    client.answerPulse(0, 2);
    client.closePulse(2);
    client.takeBack(3);
    client.openContacts();
    client.closeContacts();
    client.withdrawContact('x');
    client.beginDebrief();
    client.nameCaptioner('x');
    client.nameInterpreter(null);
    expect(stage.orders).toEqual([
      { t: 'set_chat_mode', mode: 'approved', was: 'open' },
      { t: 'set_slow_mode', ms: 30_000, was: 0 },
      { t: 'approve_message', message: 4 },
      { t: 'pause' },
      { t: 'go_on' },
      { t: 'set_guest_time', who: 'x', ms: 60_000 },
      { t: 'answer_pulse', option: 0, pulse: 2 },
      { t: 'close_pulse', pulse: 2 },
      { t: 'take_back', resource: 3 },
      { t: 'open_contacts' },
      { t: 'close_contacts' },
      { t: 'withdraw_contact', who: 'x' },
      { t: 'begin_debrief' },
      { t: 'name_captioner', who: 'x' },
      { t: 'name_interpreter', who: null },
    ]);
  });

  test('before there is a meeting nothing is sent and nothing breaks', () => {
    stage.client.pause();
    stage.client.handOut({ title: 'x', url: null, text: null });
    stage.client.offerContact('x', 'y');
    expect(stage.server.sockets).toEqual([]);
  });
});

describe('what is written is sealed', () => {
  test('a message goes where it is meant to go', async () => {
    await stage.enter();
    stage.client.sayOnLine(ME, ' help ');
    stage.client.sayOnLine('x', 'I am here');
    stage.client.broadcast('five minutes');
    await stage.came('broadcast');
    const [mine, hers, all] = stage.orders;
    expect([mine, hers, all]).toMatchObject([
      { t: 'say_to_facilitators' },
      { t: 'answer_on_line', who: 'x' },
      { t: 'broadcast' },
    ]);
    const texts = [mine, hers, all].map((order) =>
      stage.text.openChat(ME, bytesOf(order !== undefined && 'body' in order ? order.body : null)),
    );
    expect(await Promise.all(texts)).toEqual(['help', 'I am here', 'five minutes']);
  });

  test('a refused line is offered again as a line', async () => {
    await stage.enter();
    stage.client.sayOnLine(ME, 'help');
    const { id } = await stage.came('say_to_facilitators');
    stage.server.socket.say({ t: 'refused', id, code: 'paused', text: '' });
    await until(() => {
      expect(stage.meeting.outgoing).toMatchObject([{ to: { kind: 'line', who: ME }, refused: 'paused' }]);
    });
    stage.client.retryOutgoing(id);
    await stage.came('say_to_facilitators', 2);
  });

  test('the topics of a plan; no topic is no box; every plan draws anew', async () => {
    await stage.enter();
    const plan = {
      kind: 'by_hand',
      rooms: [
        { topic: ' sleep ', host: 'x', people: ['x', 'y'] },
        { topic: '', host: null, people: [] },
      ],
      size: null,
      lengthMs: 600_000,
      unattended: false,
    } as const;
    stage.client.planBreakouts(plan, null);
    stage.client.planBreakouts(plan, PLAN);
    await stage.came('plan_breakouts', 2);
    const [one, two] = stage.orders;
    if (one?.t !== 'plan_breakouts' || two?.t !== 'plan_breakouts') throw new Error('no plan');
    expect(two.was).toEqual(['b1']);
    const { seed, rooms, ...same } = one;
    expect(same).toEqual({
      t: 'plan_breakouts',
      kind: 'by_hand',
      size: null,
      length_ms: 600_000,
      unattended: false,
      was: [],
    });
    expect(rooms).toMatchObject([
      { host: 'x', people: ['x', 'y'] },
      { host: null, people: [], topic: new Uint8Array() },
    ]);
    expect(await stage.session.openTopic(bytesOf(rooms[0]?.topic))).toBe('sleep');
    expect(two.seed).not.toBe(seed);
  });

  test('the titles of a run-sheet', async () => {
    await stage.enter();
    stage.client.setRunSheet(
      [{ kind: 'round', title: 'How are we', lengthMs: 900_000, floor: 'held', chat: 'open' }],
      null,
    );
    stage.client.setRunSheet([], { segments: [], sealed: [BREAK], current: null, ...STILL });
    stage.client.goToSegment(1, { segments: [], sealed: [BREAK], current: null, ...STILL });
    stage.client.goToSegment(null, null);
    await stage.came('go_to_segment', 2);
    const [told, none, begun, rest] = stage.orders;
    if (told?.t !== 'set_run_sheet') throw new Error('no run-sheet');
    expect(told.was).toEqual([]);
    expect(none).toMatchObject({ segments: [], was: [{ kind: 'break', title: BREAK.title, length_ms: 5 }] });
    expect(begun).toMatchObject({ index: 1, was: [{ kind: 'break', title: BREAK.title, length_ms: 5 }] });
    expect(rest).toEqual({ t: 'go_to_segment', index: null, was: [] });
    expect(told.segments).toMatchObject([{ kind: 'round', length_ms: 900_000, floor: 'held', chat: 'open' }]);
    expect(await stage.session.openSegment(bytesOf(told.segments[0]?.title))).toBe('How are we');
  });

  test('the pulse with its answers, empty ones left out', async () => {
    await stage.enter();
    stage.client.openPulse('How do you feel?', ['better', ' ', 'the same']);
    const { body, options } = await stage.came('open_pulse');
    expect(options).toBe(2);
    expect(await stage.session.openPulse(body)).toEqual({
      question: 'How do you feel?',
      answers: ['better', 'the same'],
    });
  });

  test('a resource', async () => {
    await stage.enter();
    stage.client.handOut({ title: 'Helpline', url: ' https://example.org ', text: ' ' });
    const { body } = await stage.came('hand_out');
    expect(await stage.session.openResource(body)).toEqual({
      title: 'Helpline',
      url: 'https://example.org',
      text: null,
    });
  });

  test.each([
    [
      'a topic',
      () => {
        stage.client.setRunSheet([segment('x'.repeat(101))], null);
      },
    ],
    [
      'a question',
      () => {
        stage.client.openPulse('x'.repeat(301), ['a', 'b']);
      },
    ],
    [
      'an answer',
      () => {
        stage.client.openPulse('x', ['a', 'b'.repeat(101)]);
      },
    ],
    [
      'a list of answers',
      () => {
        stage.client.openPulse('x', ['1', '2', '3', '4', '5', '6', '7', '8']);
      },
    ],
    [
      'a text',
      () => {
        stage.client.handOut({ title: 'x', url: null, text: 'x'.repeat(1_501) });
      },
    ],
    [
      'a resource of many bytes',
      () => {
        stage.client.handOut({ title: '🌱'.repeat(200), url: null, text: '🌱'.repeat(1_400) });
      },
    ],
    [
      'a contact',
      () => {
        stage.client.offerContact('x', 'x'.repeat(201));
      },
    ],
  ])('%s that is too long is told and not sent', async (_, write) => {
    await stage.enter();
    write();
    await until(() => {
      expect(noticeCodes()).toEqual([{ kind: 'message_too_long' }]);
    });
    expect(stage.orders).toEqual([]);
  });
});

const STILL = { leftMs: null, atMs: 0, runs: false } as const;
const BREAK = {
  kind: 'break',
  title: new Uint8Array([7]),
  lengthMs: 5,
  floor: 'open',
  chat: 'open',
} as const;

function segment(title: string) {
  return { kind: 'open', title, lengthMs: 1, floor: 'open', chat: 'open' } as const;
}

describe('what another facilitator did first', () => {
  const PEOPLE = [wirePerson(ANA, { role: 'facilitator' }), wirePerson(ME, { role: 'facilitator' })];

  async function refused(code: string): Promise<void> {
    const { id } = await stage.came('lock', stage.server.socket.all('lock').length);
    stage.server.socket.say({ t: 'refused', id, code, text: '' });
  }

  test('is said in words', async () => {
    await stage.enter(wireSnapshot({ people: PEOPLE }));
    stage.client.lock();
    await refused('already_so');
    await until(() => {
      expect(noticeCodes()).toEqual([{ kind: 'refused', code: 'already_so' }]);
    });
  });

  test('but my own double tap is no news', async () => {
    await stage.enter(wireSnapshot({ people: PEOPLE }));
    stage.client.lock();
    const first = await stage.came('lock');
    stage.server.socket.say({ t: 'done', id: first.id });
    stage.client.lock();
    await stage.came('lock', 2);
    await refused('already_so');
    stage.client.unlock();
    const { id } = await stage.came('unlock');
    stage.server.socket.say({ t: 'refused', id, code: 'changed_meanwhile', text: '' });
    await until(() => {
      expect(noticeCodes()).toEqual([{ kind: 'refused', code: 'changed_meanwhile' }]);
    });
  });
});

describe('what something took from me', () => {
  test('is opened again by a tap, and nothing else is', async () => {
    await stage.enter(undefined, { mic: true, camera: false });
    stage.call.listener.devices({ mic: 'taken', camera: 'ended' });
    stage.call.done.length = 0;
    stage.client.takeUp();
    await until(() => {
      expect(stage.call.done).toContain('open mic');
    });
    expect(stage.call.done).toContain('allow sound');
    expect(stage.call.done).not.toContain('open camera');
  });
});

describe('where no media can be sealed', () => {
  test('a device is not opened, and it says why', async () => {
    await stage.enter(undefined, { mic: false, camera: false });
    stage.call.listener.transport('unsupported');
    stage.call.done.length = 0;
    stage.client.toggleMic();
    await until(() => {
      expect(stage.client.state.notices.map(({ code }) => code)).toEqual([{ kind: 'cannot_encrypt' }]);
    });
    expect(stage.call.done).not.toContain('open mic');
    expect(stage.client.state.wanted.mic).toBe(false);
  });
});

describe('captions', () => {
  test('are sealed under the name of who writes them, and read by those who get them', async () => {
    await stage.enter();
    stage.client.caption('  We have all been there.  ');
    await until(() => {
      expect(stage.orders).toHaveLength(1);
    });
    const [order] = stage.orders;
    if (order?.t !== 'caption') throw new Error('no caption was sent');
    expect(await stage.text.openCaption(stage.meeting.you, order.body)).toBe('We have all been there.');
    expect(await stage.text.openCaption('somebody else', order.body)).toBeNull();

    const body = await stage.text.sealCaption('w', 'A line.');
    for (const number of [1, 2, 3]) stage.happened({ t: 'captioned', number, who: 'w', body });
    stage.happened({ t: 'captioned', number: 4, who: 'x', body });
    await until(() => {
      expect(stage.meeting.captions.map(({ number }) => number)).toEqual([2, 3, 4]);
    });
    expect(stage.meeting.captions.map(({ body: { kind } }) => kind)).toEqual(['text', 'text', 'unreadable']);
  });

  test('too long for a line are told and not sent', async () => {
    await stage.enter();
    stage.client.caption('x'.repeat(201));
    stage.client.caption('   ');
    await until(() => {
      expect(stage.client.state.notices.map(({ code }) => code.kind)).toEqual(['message_too_long']);
    });
    expect(stage.orders).toEqual([]);
  });
});
