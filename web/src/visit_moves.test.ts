import { beforeEach, describe, expect, test } from 'vitest';
import { ANA, ME, wirePerson, wireSnapshot } from '../tests/fake_server';
import { Stage, until } from '../tests/stage';
import type { Snapshot } from './protocol/messages';

let stage: Stage;

beforeEach(() => {
  stage = new Stage();
});

describe('being moved', () => {
  const inside = (patch: Parameters<typeof wirePerson>[1], more: Partial<Snapshot> = {}) =>
    wireSnapshot({ people: [wirePerson(ANA, { role: 'facilitator' }), wirePerson(ME, patch)], ...more });
  const lastSent = () => stage.call.done.filter((one) => one.startsWith('send')).at(-1);

  test('into a breakout and back keeps the call and what I send', async () => {
    await stage.enter(inside({}), { mic: true, camera: false });
    await stage.came('set_media');
    stage.happened({ t: 'media_set', who: ME, mic: true, camera: false });
    stage.moved(inside({ room: 'b1', mic: true }));
    await until(() => {
      expect(stage.meeting.people[1]?.room).toBe('b1');
    });
    stage.moved(inside({ mic: true }));
    await until(() => {
      expect(stage.meeting.people[1]?.room).toBe('main');
    });
    expect(lastSent()).toBe('send mic');
    expect(stage.server.socket.all('set_media')).toHaveLength(1);
    expect(stage.call.done.filter((one) => one.startsWith('joined') || one.startsWith('open'))).toHaveLength(
      2,
    );
    expect(stage.client.state.devices.mic).toBe('on');
  });

  test('into a quiet room what I send goes on; out of it the devices are shut, and opened by nobody', async () => {
    await stage.enter(inside({}), { mic: true, camera: true });
    await stage.came('set_media');
    stage.happened({ t: 'media_set', who: ME, mic: true, camera: true });
    stage.moved(inside({ room: 'q1', place: 'main', mic: true, camera: true }));
    await until(() => {
      expect(stage.meeting.people[1]?.room).toBe('q1');
    });
    expect(lastSent()).toBe('send mic camera');
    stage.moved(inside({}));
    await until(() => {
      expect(stage.client.state.devices).toMatchObject({ mic: 'off', camera: 'off' });
    });
    expect(lastSent()).toBe('send');
    expect(stage.client.state.wanted).toEqual({ mic: false, camera: false });
    expect(stage.server.socket.all('set_media')).toHaveLength(1);
  });

  test('a newcomer who is greeted sends there what she chose; back in the lobby nothing, and is not called sent back', async () => {
    await stage.enter(inside({ room: 'lobby' }), { mic: true, camera: false });
    expect(stage.client.state.phase.kind).toBe('lobby');
    stage.moved(inside({ room: 'q1', place: 'lobby' }));
    await stage.reached('meeting');
    expect(await stage.came('set_media')).toMatchObject({ mic: true });
    expect(lastSent()).toBe('send mic');
    stage.moved(inside({ room: 'lobby' }));
    await stage.reached('lobby');
    expect(stage.client.state.phase).toMatchObject({ sentBack: false });
    expect(lastSent()).toBe('send');
  });

  test('in the debrief I speak on', async () => {
    await stage.enter(inside({ mic: true }, { status: 'debrief' }), { mic: true, camera: false });
    expect(lastSent()).toBe('send mic');
    stage.client.toggleMic();
    expect(await stage.came('set_media')).toMatchObject({ mic: false });
  });

  test('coming back from being away, what I open is asked anew', async () => {
    await stage.enter(inside({}), { mic: true, camera: false });
    await stage.came('set_media');
    stage.happened({ t: 'person_changed', person: wirePerson(ME, { away: true }) });
    await until(() => {
      expect(lastSent()).toBe('send');
    });
    stage.happened({ t: 'person_changed', person: wirePerson(ME) });
    await until(() => {
      expect(stage.meeting.people[1]?.away).toBe(false);
    });
    stage.client.toggleMic();
    expect(await stage.came('set_media', 2)).toMatchObject({ mic: true });
  });
});
