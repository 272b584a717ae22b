import { beforeEach, describe, expect, test } from 'vitest';
import { MediaKeys } from './media_keys';
import { StayAwake } from './stay_awake';

class FakeLock extends EventTarget {
  released = false;
  readonly type = 'screen';
  onrelease = null;

  release(): Promise<void> {
    this.released = true;
    this.dispatchEvent(new Event('release'));
    return Promise.resolve();
  }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

describe('the screen', () => {
  let locks: FakeLock[];
  let refuse: boolean;
  let awake: StayAwake;

  beforeEach(() => {
    locks = [];
    refuse = false;
    awake = new StayAwake({
      request: () => {
        if (refuse) return Promise.reject(new DOMException('', 'NotAllowedError'));
        const lock = new FakeLock();
        locks.push(lock);
        return Promise.resolve(lock);
      },
    });
  });

  test('stays on once however often the state changes, until the meeting is left', async () => {
    awake.follow(true);
    awake.follow(true);
    await settled();
    awake.follow(true);
    await settled();
    expect(locks).toHaveLength(1);
    awake.follow(false);
    expect(locks[0]?.released).toBe(true);
  });

  test('is asked for again when the page comes back in sight', async () => {
    awake.follow(true);
    await settled();
    await locks[0]?.release();
    awake.follow(false);
    awake.follow(true);
    await settled();
    expect(locks).toHaveLength(2);
  });

  test('is let go when the meeting was left while it was asked for', async () => {
    awake.follow(true);
    awake.follow(false);
    await settled();
    expect(locks[0]?.released).toBe(true);
  });

  test('may go dark where the browser says no, and is asked for with the next change', async () => {
    refuse = true;
    awake.follow(true);
    await settled();
    refuse = false;
    awake.follow(true);
    await settled();
    expect(locks).toHaveLength(1);
    new StayAwake(undefined).follow(true);
  });
});

describe('the buttons of a headset', () => {
  let held: Map<string, (() => void) | null>;
  let shown: unknown[];
  let done: string[];
  let keys: MediaKeys;

  beforeEach(() => {
    held = new Map();
    shown = [];
    done = [];
    const session = {
      setActionHandler: (action: string, handler: (() => void) | null) => {
        if (action === 'togglecamera') throw new TypeError('unknown');
        held.set(action, handler);
      },
      setMicrophoneActive: (active: boolean) => shown.push(active),
    };
    keys = new MediaKeys(session, {
      toggleMic: () => done.push('mic'),
      toggleCamera: () => done.push('camera'),
      leave: () => done.push('leave'),
    });
  });

  test('do what the buttons of the page do, as far as the browser knows them', () => {
    keys.follow({ mic: true, camera: false });
    held.get('togglemicrophone')?.();
    held.get('hangup')?.();
    expect(done).toEqual(['mic', 'leave']);
    expect(shown).toEqual([true]);
  });

  test('are given back outside of a meeting', () => {
    keys.follow(null);
    expect(held.size).toBe(0);
    keys.follow({ mic: false, camera: false });
    keys.follow(null);
    expect([...held.values()]).toEqual([null, null]);
  });

  test('are missed by nobody where there are none', () => {
    new MediaKeys(undefined, { toggleMic: () => 0, toggleCamera: () => 0, leave: () => 0 }).follow({
      mic: true,
      camera: true,
    });
  });
});
