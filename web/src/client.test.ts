// Longer than 400 lines: the facade's stories in the order of a visit, all on one stage.
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { FakeCall } from '../tests/fake_call';
import { FakePage } from '../tests/fake_page';
import {
  ANA,
  FakeServer,
  joined,
  seen,
  ME,
  SECRET,
  wireChat,
  wirePerson,
  wireSnapshot,
} from '../tests/fake_server';
import { ManualTimers } from '../tests/manual_timers';
import { KithClient } from './client';
import { PUBLIC_KEY_BYTES } from './crypto/contacts';
import { toBase64url } from './crypto/base64url';
import { LinkSecretKeySource } from './crypto/keys';
import { TextSealer } from './crypto/seal';
import type { Snapshot, WirePerson, WireRound } from './protocol/messages';
import type { ClientMessage } from './protocol/orders';
import { isAway, meetingOf } from './state/selectors';
import type { PageNews } from './surroundings';
import { LOOK_AGAIN_MS, Visit } from './visit';
import { at } from '../tests/positions';

const MEETING = 'AAECAwQFBgcICQoLDA0ODw';
const claims = toBase64url(new TextEncoder().encode(`{"mid":"${MEETING}","role":"member"}`));
const TOKEN = `h.${claims}.s`;
const LINK_SECRET = new Uint8Array(32).fill(5);
const LINK = `${TOKEN}.${toBase64url(LINK_SECRET)}`;
const sealer = new TextSealer(new LinkSecretKeySource(LINK_SECRET, MEETING));

let page: FakePage;
let server: FakeServer;
let timers: ManualTimers;
let calls: FakeCall[];
let news: PageNews | null;
let loadedAgain: number;
let wentElsewhere: boolean;
let callLoads: boolean;
let client: KithClient;

function load(): void {
  client = new KithClient({
    page,
    origin: 'https://kith.example',
    fetch: () => Promise.resolve(new Response('{"creation":"open","protocol":1}')),
    makeVisit: (memory, listener) => Promise.resolve(new Visit(memory, visitSurroundings, listener)),
    watch: (to) => (news = to),
    loadAgain: () => (loadedAgain += 1),
    goElsewhere: () => (wentElsewhere = true),
  });
  client.start();
}

const visitSurroundings = {
  openWire: (handlers: Parameters<FakeServer['openWire']>[0]) => server.openWire(handlers),
  timers: {
    nowMs: () => timers.nowMs(),
    after: (ms: number, act: () => void) => timers.after(ms, act),
  },
  wallMs: () => 1_000_000,
  makeCall: (listener: ConstructorParameters<typeof FakeCall>[0]) => {
    if (!callLoads) return Promise.reject(new TypeError('Failed to fetch dynamically imported module'));
    const call = new FakeCall(listener);
    calls.push(call);
    return Promise.resolve(call);
  },
};

beforeEach(() => {
  page = new FakePage();
  server = new FakeServer();
  timers = new ManualTimers();
  calls = [];
  news = null;
  loadedAgain = 0;
  wentElsewhere = false;
  callLoads = true;
});

/** Seals are opened by promises of the platform: asked again until it is so, however slow the machine is just then. */
function until(holds: () => void): Promise<void> {
  return vi.waitFor(holds, { interval: 1, timeout: 30_000 });
}

function phase(): string {
  return client.state.phase.kind;
}

async function reached(kind: string): Promise<void> {
  await until(() => {
    expect(phase()).toBe(kind);
  });
}

async function came<T extends ClientMessage['t']>(
  t: T,
  count = 1,
): Promise<ClientMessage & { readonly t: T }> {
  await until(() => {
    expect(server.socket.all(t)).toHaveLength(count);
  });
  return server.socket.last(t);
}

async function arrive(): Promise<void> {
  page.location.hash = `#${LINK}`;
  load();
  await until(() => {
    expect(server.sockets).toHaveLength(1);
  });
  const ana = await sealer.sealProfile({ name: 'Ana', pronouns: null, key: null });
  server.accept().say(seen({ facilitators: [ana], present: 3 }));
  await reached('arrived');
}

async function knock(devices = { mic: true, camera: true }): Promise<void> {
  await arrive();
  client.prepare(devices);
  await reached('preparing');
  client.knock(' Bea ', '', true);
  await came('join');
}

const waiting: Partial<Snapshot> = {
  people: [wirePerson(ANA, { role: 'facilitator' }), wirePerson(ME, { room: 'lobby' })],
};

function inside(mine: Partial<WirePerson> = {}): Snapshot {
  return wireSnapshot({ people: [wirePerson(ANA, { role: 'facilitator' }), wirePerson(ME, mine)] });
}

async function enter(devices = { mic: true, camera: true }): Promise<void> {
  await knock(devices);
  server.socket.say(joined({ snapshot: inside(), answer: 'answer' }));
  await reached('meeting');
}

function call(): FakeCall {
  const newest = calls.at(-1);
  if (newest === undefined) throw new Error('there is no call');
  return newest;
}

function noticeKinds(): readonly string[] {
  return client.state.notices.map(({ code }) => code.kind);
}

describe('arriving', () => {
  test('without a link one may start a group', async () => {
    load();
    await until(() => {
      expect(client.state.phase).toMatchObject({ kind: 'start', policy: 'open' });
    });
    expect(server.sockets).toEqual([]);
  });

  test('a broken link says so and asks nobody', () => {
    page.location.hash = '#a.b.c.d';
    load();
    expect(client.state.phase).toMatchObject({ ending: { kind: 'link', code: 'malformed_link' } });
    expect(server.sockets).toEqual([]);
  });

  test('who is there is shown by name, before anything of mine', async () => {
    await arrive();
    expect(client.state.phase).toMatchObject({
      greeting: { present: 3, facilitators: [{ kind: 'open', name: 'Ana' }] },
    });
    expect(server.socket.received.map(({ t }) => t)).toEqual(['look']);
    expect(server.socket.last('look').token).toBe(TOKEN);
    expect(calls).toEqual([]);
  });

  test('who is there is asked again while she makes up her mind, and not after', async () => {
    await arrive();
    timers.advance(LOOK_AGAIN_MS);
    expect(server.socket.all('look')).toHaveLength(2);
    client.prepare({ mic: false, camera: false });
    await reached('preparing');
    client.knock('Bea', null, true);
    await came('join');
    server.socket.say({ t: 'pong', n: 1 });
    timers.advance(LOOK_AGAIN_MS);
    expect(server.socket.all('look')).toHaveLength(2);
  });

  test.each([
    ['token_expired', false],
    ['token_not_yet', true],
    ['barred', true],
    ['version', true],
  ])('a link refused as %s is over; another try: %s', async (code, canTryAgain) => {
    page.location.hash = `#${LINK}`;
    load();
    await until(() => {
      expect(server.sockets).toHaveLength(1);
    });
    server.accept().say({ t: 'refused', id: null, code, text: '' });
    await reached('over');
    expect(client.state.phase).toMatchObject({ ending: { kind: 'link', code }, canTryAgain });
    expect(page.history.state).toBeNull();
  });

  test('the knock needs a name of some length and the agreement', async () => {
    await arrive();
    client.prepare({ mic: false, camera: false });
    await reached('preparing');
    client.knock('  ', null, true);
    client.knock('Bea', null, false);
    client.knock('x'.repeat(41), null, true);
    await until(() => {
      expect(noticeKinds()).toEqual(['name_missing', 'agreement_missing', 'name_too_long']);
    });
    expect(phase()).toBe('preparing');
    expect(server.socket.all('join')).toEqual([]);
  });

  test('the knock brings a sealed name and an offer', async () => {
    await knock();
    const join = server.socket.last('join');
    const profile = await sealer.openProfile(join.profile);
    expect(profile).toMatchObject({ name: 'Bea', pronouns: null });
    expect(profile?.key).toHaveLength(PUBLIC_KEY_BYTES);
    expect(join).toMatchObject({ offer: 'offer 1', resume: null, token: TOKEN });
    expect(join.device).toHaveLength(16);
    expect(client.state.devices).toMatchObject({ mic: 'on', camera: 'on' });
  });

  test('a locked meeting leads back, the devices stay open, and a second knock works', async () => {
    await knock();
    server.socket.say({ t: 'refused', id: null, code: 'locked', text: '' });
    await reached('preparing');
    expect(client.state.phase).toMatchObject({ problem: 'locked' });
    client.knock('Bea', null, true);
    await came('join', 2);
    expect(calls).toHaveLength(1);
    expect(call().ended).toBe(false);
  });

  test('where picture and sound cannot be had, she comes without them', async () => {
    await knock();
    server.socket.say({ t: 'refused', id: null, code: 'sdp_no_common_codec', text: '' });
    expect((await came('join', 2)).offer).toBeNull();
    expect(client.state.notices[0]?.code).toEqual({ kind: 'refused', code: 'media_refused' });
  });

  test('a device that could not be had is not missed inside', async () => {
    await arrive();
    client.prepare({ mic: true, camera: true });
    await until(() => {
      expect(client.state.devices).toMatchObject({ mic: 'on', camera: 'on' });
    });
    call().listener.devices({ mic: 'taken' });
    client.knock('Bea', null, true);
    await until(() => {
      expect(client.state.phase.kind).toBe('knocking');
    });
    expect(client.state.wanted).toEqual({ mic: false, camera: true });
  });

  test('going back closes the preview', async () => {
    await arrive();
    client.prepare({ mic: false, camera: true });
    await until(() => {
      expect(client.state.devices.camera).toBe('on');
    });
    client.backToArrived();
    expect(phase()).toBe('arrived');
    expect(call().ended).toBe(true);
    expect(client.state.wanted.camera).toBe(false);
  });
});

describe('nothing of mine leaves before I am admitted', () => {
  test('in the lobby nothing is sent; admitted, what I chose', async () => {
    await knock();
    server.socket.say(joined({ snapshot: wireSnapshot(waiting), answer: 'answer' }));
    await reached('lobby');
    expect(call().done).toContain(`joined ${ME} answer`);
    expect(call().done.filter((one) => one.startsWith('send'))).toEqual([]);
    expect(server.socket.all('set_media')).toEqual([]);
    server.socket.say({ t: 'snapshot', position: at(8), snapshot: inside() });
    await reached('meeting');
    expect(call().done).toContain('send mic camera');
    expect(await came('set_media')).toMatchObject({ mic: true, camera: true });
  });

  test('sent back to the lobby it stops at once', async () => {
    await enter();
    server.socket.say({ t: 'snapshot', position: at(9), snapshot: wireSnapshot(waiting) });
    await reached('lobby');
    expect(client.state.phase).toMatchObject({ sentBack: true });
    expect(call().done.at(-1)).toBe('send');
  });

  test('while the meeting is paused nothing is sent, and afterwards as before', async () => {
    await enter({ mic: true, camera: false });
    server.socket.say({
      t: 'happened',
      by: null,
      position: at(9),
      events: [{ t: 'status_changed', status: 'paused' }],
    });
    await until(() => {
      expect(call().done.at(-1)).toBe('send');
    });
    server.socket.say({
      t: 'happened',
      by: null,
      position: at(10),
      events: [{ t: 'status_changed', status: 'open' }],
    });
    await until(() => {
      expect(call().done.at(-1)).toBe('send mic');
    });
  });
});

describe('my devices', () => {
  test('what I ask is asked once, and not again when it is told back', async () => {
    await enter({ mic: true, camera: false });
    const { id } = await came('set_media');
    server.socket.say({ t: 'done', id });
    const told = { t: 'media_set', who: ME, mic: true, camera: false } as const;
    server.socket.say({ t: 'happened', by: null, position: at(9), events: [told] });
    await until(() => {
      expect(meetingOf(client.state)?.people.find(({ id }) => id === ME)?.mic).toBe(true);
    });
    expect(server.socket.all('set_media')).toHaveLength(1);
  });

  test('turning off is local at once and told', async () => {
    await enter({ mic: true, camera: false });
    await came('set_media');
    client.toggleMic();
    await until(() => {
      expect(client.state.devices.mic).toBe('off');
    });
    expect(call().done).toContain('shut mic');
    expect(call().done.at(-1)).toBe('send');
    expect(await came('set_media', 2)).toMatchObject({ mic: false });
  });

  test('a facilitator closes the microphone: it is shut here too, and cannot be opened', async () => {
    await enter({ mic: true, camera: false });
    const held = { t: 'media_allowed', who: ME, mic: false, camera: true } as const;
    server.socket.say({ t: 'happened', by: null, position: at(9), events: [held] });
    await until(() => {
      expect(client.state.devices.mic).toBe('off');
    });
    const opened = call().done.filter((one) => one === 'open mic').length;
    client.dismiss(client.state.notices[0]?.number ?? 0);
    client.toggleMic();
    await until(() => {
      expect(noticeKinds()).toEqual(['mic_held']);
    });
    expect(call().done.filter((one) => one === 'open mic')).toHaveLength(opened);
  });

  test('a refusal of what I want is not asked for ever', async () => {
    await enter({ mic: true, camera: false });
    const { id } = await came('set_media');
    server.socket.say({ t: 'refused', id, code: 'mic_held', text: '' });
    await until(() => {
      expect(client.state.wanted.mic).toBe(false);
    });
    server.socket.say({ t: 'speaking', who: [ANA] });
    await until(() => {
      expect(meetingOf(client.state)?.speaking).toEqual([ANA]);
    });
    expect(server.socket.all('set_media').length).toBeLessThanOrEqual(2);
  });
});

describe('where the code of the call does not load', () => {
  const notLoaded = () => noticeKinds().filter((kind) => kind === 'call_not_loaded').length;

  beforeEach(() => {
    callLoads = false;
  });

  test('one comes in to read and write, and is told', async () => {
    await knock();
    expect(server.socket.last('join').offer).toBeNull();
    expect(client.state.wanted).toEqual({ mic: false, camera: false });
    expect(notLoaded()).toBe(1);
  });

  test('after a reload she is taken back all the same', async () => {
    callLoads = true;
    await enter();
    server = new FakeServer();
    callLoads = false;
    load();
    await until(() => {
      expect(server.sockets).toHaveLength(1);
    });
    const join = server.accept().last('join');
    expect(join).toMatchObject({ offer: null, resume: { secret: SECRET } });
    server.socket.say(joined({ snapshot: inside(), answer: null }));
    await reached('meeting');
    expect(notLoaded()).toBe(1);
  });

  test.each<[string, () => void]>([
    [
      'microphone',
      () => {
        client.toggleMic();
      },
    ],
    [
      'camera',
      () => {
        client.toggleCamera();
      },
    ],
    [
      'another loudspeaker',
      () => {
        client.chooseDevice('speaker', 'headset');
      },
    ],
    [
      'the soft tone',
      () => {
        client.testSpeaker();
      },
    ],
    [
      'what was taken',
      () => {
        client.takeUp();
      },
    ],
  ])('a tap for %s says so', async (_, tap) => {
    await knock({ mic: false, camera: false });
    server.socket.say(joined({ snapshot: inside(), answer: null }));
    await reached('meeting');
    for (const { number } of client.state.notices) client.dismiss(number);
    tap();
    await until(() => {
      expect(notLoaded()).toBe(1);
    });
    expect(client.state.wanted).toEqual({ mic: false, camera: false });
  });

  test('the next tap asks again, and sound and picture begin for who is inside already', async () => {
    await knock();
    server.socket.say(joined({ snapshot: inside(), answer: null }));
    await reached('meeting');
    callLoads = true;
    client.toggleMic();
    await until(() => {
      expect(call().done).toContain('open mic');
    });
    expect(call().done.slice(0, 3)).toEqual([`joined ${ME} null`, 'seats ', 'transport lost']);
    client.toggleCamera();
    await until(() => {
      expect(call().done).toContain('open camera');
    });
    expect(call().done.filter((one) => one === 'transport lost')).toHaveLength(1);
  });
});

describe('chat', () => {
  test('is sealed, shown as on its way, and gone from there when accepted', async () => {
    await enter();
    client.say('  hello  ');
    expect(meetingOf(client.state)?.outgoing).toMatchObject([{ text: 'hello', refused: null }]);
    const said = await came('say');
    expect(await sealer.openChat(ME, said.body)).toBe('hello');
    server.socket.say({
      t: 'happened',
      by: null,
      position: at(9),
      events: [{ t: 'said', message: wireChat(1, ME, said.body) }],
    });
    server.socket.say({ t: 'done', id: said.id });
    await until(() => {
      expect(meetingOf(client.state)).toMatchObject({
        outgoing: [],
        messages: [{ number: 1, mine: true, body: { kind: 'text', text: 'hello' }, atMs: 1_000_000 }],
      });
    });
  });

  test('several go out in the order they were written', async () => {
    await enter();
    for (const text of ['one', 'two', 'three']) client.say(text);
    await came('say', 3);
    const bodies = server.socket.all('say').map((one) => (one.t === 'say' ? one.body : new Uint8Array()));
    expect(await Promise.all(bodies.map((body) => sealer.openChat(ME, body)))).toEqual([
      'one',
      'two',
      'three',
    ]);
  });

  test('that was refused may be tried again or discarded', async () => {
    await enter();
    client.say('hello');
    const first = await came('say');
    server.socket.say({ t: 'refused', id: first.id, code: 'paused', text: '' });
    await until(() => {
      expect(meetingOf(client.state)?.outgoing).toMatchObject([{ id: first.id, refused: 'paused' }]);
    });
    client.retryOutgoing(first.id);
    const second = await came('say', 2);
    expect(second.id).not.toBe(first.id);
    client.discardOutgoing(second.id);
    expect(meetingOf(client.state)?.outgoing).toEqual([]);
  });

  test('that is too long is not sent', async () => {
    await enter();
    client.say('x'.repeat(2_001));
    expect(noticeKinds()).toEqual(['message_too_long']);
    client.say('🌱'.repeat(2_000));
    await until(() => {
      expect(meetingOf(client.state)?.outgoing).toMatchObject([{ refused: 'too_large' }]);
    });
    expect(server.socket.all('say')).toEqual([]);
  });

  test('that does not open is unreadable, never shown as it came', async () => {
    await enter();
    const body = await sealer.sealChat('somebody', 'hello');
    server.socket.say({
      t: 'happened',
      by: null,
      position: at(9),
      events: [{ t: 'said', message: wireChat(1, ANA, body) }],
    });
    await until(() => {
      expect(meetingOf(client.state)?.messages).toMatchObject([{ body: { kind: 'unreadable' } }]);
    });
  });
});

describe('turns', () => {
  const offered: WireRound = {
    kind: 'circle',
    turn: 7,
    phase: 'offered',
    who: ME,
    left_ms: 25_000,
    runs: true,
    held: false,
    again: false,
    stage: 'first',
    named: null,
    share_ms: 60_000,
    invite_passed: true,
    places: [{ who: ME, standing: 'offered' }],
  };

  test('every command names what it speaks of', async () => {
    await enter();
    client.takeTurn(7);
    client.passTurn(7);
    client.comeBackLater(7);
    client.skipTurn(7);
    client.endShare(7);
    client.extendShare(7);
    client.nameNext(7, 'x');
    client.setAway(true);
    client.raiseHand();
    client.lowerHand('x');
    client.callOn('x');
    client.orderHands(true);
    client.setFloor('held', 'open');
    client.startRound('nomination', null, ['x'], false);
    client.reorderRound(['x', 'y'], ['y', 'x']);
    client.invitePassed(true, 7);
    client.admitBetweenShares(true);
    client.closeRound(7);
    const orders = server.socket.received.slice(
      server.socket.received.findIndex(({ t }) => t === 'take_turn'),
    );
    const told = orders.filter(({ t }) => t !== 'set_media').map((order) => ({ ...order, id: 0 }));
    expect(told).toEqual([
      { t: 'take_turn', id: 0, turn: 7 },
      { t: 'pass_turn', id: 0, turn: 7 },
      { t: 'come_back_later', id: 0, turn: 7 },
      { t: 'skip_turn', id: 0, turn: 7 },
      { t: 'end_share', id: 0, turn: 7 },
      { t: 'extend_share', id: 0, turn: 7 },
      { t: 'name_next', id: 0, turn: 7, who: 'x' },
      { t: 'set_away', id: 0, away: true },
      { t: 'raise_hand', id: 0 },
      { t: 'lower_hand', id: 0, who: 'x' },
      { t: 'call_on', id: 0, who: 'x' },
      { t: 'order_hands', id: 0, fair: true },
      { t: 'set_floor', id: 0, floor: 'held', was: 'open' },
      { t: 'start_round', id: 0, kind: 'nomination', share_ms: null, order: ['x'], invite_passed: false },
      { t: 'reorder_round', id: 0, order: ['x', 'y'], was: ['y', 'x'] },
      { t: 'invite_passed', id: 0, invite: true, turn: 7 },
      { t: 'admit_between_shares', id: 0, on: true },
      { t: 'close_round', id: 0, turn: 7 },
    ]);
  });

  test('a round is shown as it was told, its time as of now; the microphone stays as it is', async () => {
    await enter({ mic: false, camera: false });
    const { left_ms: leftMs, share_ms: shareMs, invite_passed: invitePassed, again, ...same } = offered;
    server.socket.say({
      t: 'happened',
      by: null,
      position: at(9),
      events: [{ t: 'round_changed', round: offered }],
    });
    await until(() => {
      expect(meetingOf(client.state)?.round).toEqual({
        ...same,
        ...{ leftMs, shareMs, invitePassed },
        atMs: 1_000_000,
        nudged: false,
        secondOffer: again,
      });
    });
    client.takeTurn(7);
    const sharing = { ...offered, phase: 'sharing', left_ms: 60_000 } as const;
    server.socket.say({
      t: 'happened',
      by: null,
      position: at(10),
      events: [{ t: 'round_changed', round: sharing }],
    });
    await until(() => {
      expect(meetingOf(client.state)?.round?.phase).toBe('sharing');
    });
    expect(client.state.wanted).toEqual({ mic: false, camera: false });
    expect(call().done.filter((one) => one.startsWith('open'))).toEqual([]);
  });

  test('a written share is sealed and names its turn; refused, it may go as a message', async () => {
    await enter();
    client.shareInWriting(7, ' a quiet week ');
    const share = await came('share_in_writing');
    expect([share.turn, await sealer.openChat(ME, share.body)]).toEqual([7, 'a quiet week']);
    server.socket.say({ t: 'refused', id: share.id, code: 'stale_turn', text: '' });
    await until(() => {
      expect(meetingOf(client.state)?.outgoing).toMatchObject([{ id: share.id, refused: 'stale_turn' }]);
    });
    // she does not look into the chat for it
    expect(client.state.notices.map(({ code }) => code)).toEqual([{ kind: 'refused', code: 'stale_turn' }]);
    client.retryOutgoing(share.id);
    expect(await sealer.openChat(ME, (await came('say')).body)).toBe('a quiet week');
  });

  test('while I am away a device is not opened, and it is said why', async () => {
    await enter({ mic: false, camera: false });
    server.socket.say({
      t: 'happened',
      by: null,
      position: at(9),
      events: [{ t: 'person_changed', person: wirePerson(ME, { away: true }) }],
    });
    await until(() => {
      expect(isAway(meetingOf(client.state))).toBe(true);
    });
    client.toggleMic();
    expect(client.state.notices.map(({ code }) => code)).toEqual([{ kind: 'refused', code: 'away' }]);
    expect(call().done.filter((one) => one.startsWith('open'))).toEqual([]);
  });
});

describe('facilitators', () => {
  test('every act is its own command', async () => {
    await enter();
    client.admit('x');
    client.deny('x');
    client.sendToLobby('x');
    client.mute('x');
    client.allowMic('x');
    client.stopCamera('x');
    client.allowCamera('x');
    client.remove('x');
    client.undoBar('x');
    client.lock();
    client.unlock();
    client.deleteMessage(4);
    client.end();
    const orders = server.socket.received.slice(server.socket.received.findIndex(({ t }) => t === 'admit'));
    expect(orders.filter(({ t }) => t !== 'set_media').map(({ t }) => t)).toEqual([
      'admit',
      'deny',
      'send_to_lobby',
      'mute',
      'allow_mic',
      'stop_camera',
      'allow_camera',
      'remove',
      'undo_bar',
      'lock',
      'unlock',
      'delete_message',
      'end',
    ]);
  });

  test('a refusal is told, a double tap is not', async () => {
    await enter();
    client.mute('x');
    client.lock();
    const muted = server.socket.last('mute');
    const locked = server.socket.last('lock');
    server.socket.say({ t: 'refused', id: locked.id, code: 'already_so', text: '' });
    server.socket.say({ t: 'refused', id: muted.id, code: 'no_such_person', text: '' });
    await until(() => {
      expect(client.state.notices.map(({ code }) => code)).toEqual([
        { kind: 'refused', code: 'no_such_person' },
      ]);
    });
  });
});

describe('a lost socket', () => {
  test('lies over the meeting, and is taken up without a new call', async () => {
    await enter();
    server.socket.hangUp(1006);
    expect(client.state.line).toMatchObject({ kind: 'reconnecting', sinceMs: 1_000_000 });
    expect(phase()).toBe('meeting');
    timers.advance(0);
    server.accept();
    expect((await came('join')).resume).toEqual({ secret: SECRET, position: at(7) });
    server.socket.say(joined({ snapshot: null }));
    await until(() => {
      expect(client.state.line.kind).toBe('up');
    });
    expect(call().done.filter((one) => one.startsWith('joined'))).toHaveLength(1);
    expect(calls).toHaveLength(1);
  });

  test('too long ago: from the beginning, with the same link, and it says so', async () => {
    await enter();
    server.socket.hangUp(1006);
    timers.advance(0);
    server.accept().say({ t: 'refused', id: null, code: 'wrong_secret', text: '' });
    await reached('arriving');
    expect(call().ended).toBe(true);
    expect(server.socket.last('look').token).toBe(TOKEN);
    expect(noticeKinds()).toEqual(['place_gone']);
    expect(page.history.state).toMatchObject({ place: null });
  });

  test('offers of the call travel as commands, and their answers come back to it', async () => {
    await enter();
    call().listener.offer('v=1', 5);
    const offer = await came('offer');
    server.socket.say({ t: 'answer', id: offer.id, sdp: 'v=2' });
    await until(() => {
      expect(call().done).toContain('answered 5 v=2');
    });
    call().listener.offer('v=1', 6);
    server.socket.say({ t: 'refused', id: (await came('offer', 2)).id, code: 'sdp_malformed', text: '' });
    await until(() => {
      expect(call().done).toContain('refused 6');
    });
  });

  test('another network is probed and told to the call', async () => {
    await enter();
    news?.networkChanged();
    expect(server.socket.all('ping')).toHaveLength(1);
    expect(call().done).toContain('network changed');
  });

  test('where media stops or flows again the line is looked at, too', async () => {
    await enter();
    call().listener.network(false);
    expect(server.socket.all('ping')).toHaveLength(1);
    call().listener.network(true);
    expect(server.socket.all('ping')).toHaveLength(2);
  });
});

describe('reload', () => {
  test('goes straight back with the place, the devices and fresh command ids', async () => {
    await enter({ mic: false, camera: true });
    const device = server.socket.last('join').device;
    const lastId = (await came('set_media')).id;
    server = new FakeServer();
    load();
    expect(client.state.phase).toEqual({ kind: 'arriving', role: 'member', returning: true });
    await until(() => {
      expect(server.sockets).toHaveLength(1);
    });
    const join = server.accept().last('join');
    expect(join).toMatchObject({
      device,
      offer: 'offer 1',
      resume: { secret: SECRET, position: new Uint8Array() },
    });
    expect(await sealer.openProfile(join.profile)).toMatchObject({ name: 'Bea' });
    server.socket.say(joined({ snapshot: inside(), answer: 'answer' }));
    await reached('meeting');
    expect(call().done.slice(0, 1)).toEqual(['open camera']);
    expect((await came('set_media')).id).toBeGreaterThan(lastId + 100_000);
  });

  test('a place that is gone leads to the arriving page', async () => {
    await enter();
    server = new FakeServer();
    load();
    await until(() => {
      expect(server.sockets).toHaveLength(1);
    });
    server.accept().say({ t: 'refused', id: null, code: 'wrong_secret', text: '' });
    await reached('arriving');
    expect(client.state.phase).toMatchObject({ returning: false });
    expect(server.socket.all('look')).toHaveLength(1);
  });

  test('a page older than the server is loaded again on her wish, with the same link and place', async () => {
    await enter();
    server.socket.hangUp(1006);
    timers.advance(0);
    server.accept().say({ t: 'refused', id: null, code: 'version', text: '' });
    await reached('over');
    expect(client.state.phase).toMatchObject({
      ending: { kind: 'link', code: 'version' },
      canTryAgain: true,
    });
    expect(page.history.state, 'nothing stays without her wish').toBeNull();
    expect(loadedAgain).toBe(0);
    client.tryAgain();
    expect(loadedAgain).toBe(1);
    load();
    expect(client.state.phase).toEqual({ kind: 'arriving', role: 'member', returning: true });
  });

  test('before the knock the link is kept, and nothing else', async () => {
    await arrive();
    server = new FakeServer();
    load();
    expect(client.state.phase).toMatchObject({ kind: 'arriving', returning: false });
  });
});

describe('the end', () => {
  test('leaving is said, media stops, everything is forgotten', async () => {
    await enter();
    client.leave();
    expect(client.state.phase).toMatchObject({ kind: 'over', ending: { kind: 'left' }, canTryAgain: true });
    expect(server.socket.received.at(-1)?.t).toBe('leave');
    expect(server.socket.isClosed).toBe(true);
    expect(call().ended).toBe(true);
    expect(page.history.state).toBeNull();
    client.tryAgain();
    expect(phase()).toBe('arriving');
  });

  test('quick exit does all of it before the page is replaced', async () => {
    await enter();
    client.quickExit();
    expect(call().ended).toBe(true);
    expect(page.history.state).toBeNull();
    expect(wentElsewhere).toBe(true);
    client.tryAgain();
    expect(phase()).toBe('over');
  });

  test('quick exit works before there is anything to end', () => {
    load();
    client.quickExit();
    expect(wentElsewhere).toBe(true);
  });

  test('a removed page may come back as the same page, once it is called', async () => {
    await enter();
    const device = server.socket.last('join').device;
    server.socket.hangUp(4403);
    await reached('over');
    expect(client.state.phase).toMatchObject({ ending: { kind: 'removed' }, canTryAgain: true });
    expect(page.history.state).toBeNull();
    expect(call().ended).toBe(true);
    client.tryAgain();
    await until(() => {
      expect(server.sockets).toHaveLength(2);
    });
    server.accept().say(seen());
    await reached('arrived');
    client.prepare({ mic: false, camera: false });
    await reached('preparing');
    client.knock('Bea', null, true);
    expect((await came('join')).device).toEqual(device);
  });

  test.each([
    [4404, 'denied', true],
    [4410, 'replaced', true],
    [4411, 'left', false],
    [4412, 'ended', false],
  ])('%i is over as %s; another try: %s', async (code, kind, canTryAgain) => {
    await enter();
    server.socket.hangUp(code);
    await reached('over');
    expect(client.state.phase).toMatchObject({ kind: 'over', ending: { kind }, canTryAgain });
  });

  test('nothing that was still being opened is shown after it', async () => {
    await enter();
    server.socket.say({ t: 'snapshot', position: at(9), snapshot: wireSnapshot(waiting) });
    client.leave();
    await until(() => {
      expect(phase()).toBe('over');
    });
    client.startOver();
    await until(() => {
      expect(client.state.phase).toMatchObject({ kind: 'start', policy: 'open' });
    });
  });

  test('another link followed in the same page begins anew', async () => {
    await enter();
    const old = server.socket;
    page.follow(`#${LINK}`);
    news?.addressChanged();
    news?.entryChanged();
    expect(old.isClosed).toBe(true);
    expect(phase()).toBe('arriving');
    expect(page.entries).toEqual([expect.objectContaining({ link: LINK, place: null }), 'aside']);
    client.quickExit();
    expect(page.entries).toEqual([null, 'aside']);
  });
});
