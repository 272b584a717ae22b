import { beforeEach, expect, test } from 'vitest';
import { ANA, joined, ME, wirePerson, wireSnapshot } from '../tests/fake_server';
import { Stage, until } from '../tests/stage';
import type { WirePerson } from './protocol/messages';

let stage: Stage;

beforeEach(() => {
  stage = new Stage();
});

const inside = (mine: Partial<WirePerson>) =>
  wireSnapshot({ people: [wirePerson(ANA, { role: 'facilitator' }), wirePerson(ME, mine)] });

async function withMicrophone(mine: Partial<WirePerson> = {}): Promise<void> {
  await stage.enter(inside({}), { mic: true, camera: false });
  const { id } = await stage.came('set_media');
  stage.server.socket.say({ t: 'done', id });
  stage.moved(inside({ mic: true, ...mine }));
  await until(() => {
    expect(stage.meeting.people[1]).toMatchObject({ mic: true, ...mine });
  });
}

const quiet = { room: 'q1', place: 'main' };

test.each([
  ['a quiet room ended', quiet],
  ['she was muted and allowed again', {}],
])('a microphone that was closed while the page was gone stays closed: %s', async (_, mine) => {
  await withMicrophone(mine);
  await stage.reload(inside({}));
  expect(stage.client.state.wanted).toEqual({ mic: false, camera: false });
  expect(stage.server.socket.all('set_media')).toEqual([]);
});

test('a microphone that was closed while the line was down stays closed', async () => {
  await withMicrophone();
  stage.cutLine();
  stage.server.socket.say(joined({ snapshot: inside({}) }));
  await until(() => {
    expect(stage.client.state.wanted.mic).toBe(false);
  });
  expect(stage.server.socket.all('set_media')).toEqual([]);
});

test('a microphone that is still open for the meeting is opened again after a reload', async () => {
  await withMicrophone();
  await stage.reload(inside({ mic: true }));
  expect(stage.client.state.wanted.mic).toBe(true);
  await until(() => {
    expect(stage.call.done).toContain('send mic');
  });
});

test('an answer that the browser never takes does not deafen the page', async () => {
  await stage.enter(inside({}));
  stage.call.offerAnswered = () => new Promise(() => undefined);
  stage.call.listener.offer('v=1', 5);
  const { id } = await stage.came('offer');
  stage.server.socket.say({ t: 'answer', id, sdp: 'v=2' });
  stage.server.socket.say({ t: 'speaking', who: [ANA] });
  await until(() => {
    expect(stage.meeting.speaking).toEqual([ANA]);
  });
});

test('a microphone for which the server was too busy is asked for again', async () => {
  await stage.enter(inside({}), { mic: true, camera: false });
  const { id } = await stage.came('set_media');
  stage.server.socket.say({ t: 'refused', id, code: 'busy', text: '' });
  stage.happened({ t: 'lock_changed', locked: true });
  await until(() => {
    expect(stage.meeting.locked).toBe(true);
  });
  expect(stage.server.socket.all('set_media')).toHaveLength(1);
  stage.advance(2_000);
  expect(await stage.came('set_media', 2)).toMatchObject({ mic: true });
});

test('a microphone that the server could not open is shown as closed', async () => {
  await stage.enter(inside({}), { mic: true, camera: false });
  const { id } = await stage.came('set_media');
  stage.server.socket.say({ t: 'refused', id, code: 'fault', text: '' });
  await until(() => {
    expect(stage.client.state.wanted).toEqual({ mic: false, camera: false });
  });
  expect(stage.client.state.notices.map(({ code }) => code.kind)).toContain('refused');
});

test('who spoke when the line broke is not shown as speaking after it', async () => {
  await stage.enter(inside({}));
  stage.server.socket.say({ t: 'speaking', who: [ANA] });
  await until(() => {
    expect(stage.meeting.speaking).toEqual([ANA]);
  });
  stage.cutLine();
  stage.server.socket.say(joined({ snapshot: null }));
  await until(() => {
    expect(stage.meeting.speaking).toEqual([]);
  });
});

test('little data stays little when she comes in again, and the page says so', async () => {
  await stage.enter(inside({}));
  stage.client.spareData(true);
  expect(stage.client.state.lowData).toBe(true);
  stage.cutLine();
  stage.server.socket.say({ t: 'refused', id: null, code: 'wrong_secret', text: '' });
  await stage.reached('arriving');
  expect(stage.client.state.lowData).toBe(true);
});

test('two taps on the way in are one', async () => {
  await stage.prepared();
  stage.client.knock('Bea', null, true);
  stage.client.knock('Bea', null, true);
  await stage.came('join');
  stage.server.socket.say(joined({ snapshot: inside({}), answer: 'answer' }));
  await stage.reached('meeting');
  expect(stage.server.socket.all('join')).toHaveLength(1);
});

test('whose media was refused sees her devices closed', async () => {
  await stage.prepared({ mic: true, camera: true });
  stage.client.knock('Bea', null, true);
  await stage.came('join');
  stage.server.socket.say({ t: 'refused', id: null, code: 'sdp_no_fingerprint', text: '' });
  await stage.came('join', 2);
  expect(stage.client.state.wanted).toEqual({ mic: false, camera: false });
});

test('whose media was refused once brings an offer again when she comes in anew', async () => {
  await stage.prepared();
  stage.client.knock('Bea', null, true);
  await stage.came('join');
  stage.server.socket.say({ t: 'refused', id: null, code: 'sdp_no_fingerprint', text: '' });
  expect((await stage.came('join', 2)).offer).toBeNull();
  stage.server.socket.say(joined({ snapshot: inside({}), answer: null }));
  await stage.reached('meeting');
  stage.cutLine();
  stage.server.socket.say({ t: 'refused', id: null, code: 'wrong_secret', text: '' });
  await stage.reached('arriving');
  await stage.lookedAt();
  stage.client.knock('Bea', null, true);
  expect((await stage.came('join', 2)).offer).not.toBeNull();
});
