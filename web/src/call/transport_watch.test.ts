import { beforeEach, expect, test } from 'vitest';
import { ManualTimers } from '../../tests/manual_timers';
import { ATTEMPT_MS, DISCONNECTED_MS, LONGEST_ATTEMPT_MS, TransportWatch } from './transport_watch';

let timers: ManualTimers;
let done: string[];
let watch: TransportWatch;

beforeEach(() => {
  timers = new ManualTimers();
  done = [];
  watch = new TransportWatch(timers, {
    restart: () => done.push('restart'),
    renew: () => done.push('renew'),
    state: (state) => done.push(state),
    network: (flows) => done.push(flows ? 'flows' : 'still'),
  });
});

function comeUp(): void {
  watch.begin();
  watch.changed('connected');
  done = [];
}

test('what comes up is left alone', () => {
  watch.begin();
  watch.changed('connecting');
  watch.changed('connected');
  timers.advance(600_000);
  expect(done).toEqual(['connecting', 'up']);
});

test('what does not come up is restarted, then built anew, at growing distances', () => {
  watch.begin();
  timers.advance(ATTEMPT_MS);
  expect(done).toEqual(['connecting', 'connecting', 'restart']);
  timers.advance(ATTEMPT_MS * 1.5 - 1);
  expect(done).not.toContain('renew');
  timers.advance(1);
  expect(done.at(-1)).toBe('renew');
  timers.advance(600_000);
  const renewals = done.filter((one) => one === 'renew').length;
  expect(renewals).toBeGreaterThan(15);
  expect(renewals).toBeLessThanOrEqual(1 + 600_000 / LONGEST_ATTEMPT_MS);
});

test('a short gap heals by itself', () => {
  comeUp();
  watch.changed('disconnected');
  timers.advance(DISCONNECTED_MS - 1);
  watch.changed('connected');
  timers.advance(60_000);
  expect(done).toEqual(['still', 'up', 'flows']);
});

test('a longer gap is an ICE restart', () => {
  comeUp();
  watch.changed('disconnected');
  timers.advance(DISCONNECTED_MS);
  expect(done).toEqual(['still', 'recovering', 'restart']);
});

test('a failure is an ICE restart at once, and a new transport where that fails', () => {
  comeUp();
  watch.changed('failed');
  expect(done).toEqual(['recovering', 'restart']);
  watch.changed('failed');
  expect(done.at(-1)).toBe('renew');
  watch.changed('connected');
  watch.changed('failed');
  expect(done.at(-1)).toBe('restart');
});

test('while no offer can travel it waits, and then does it once', () => {
  comeUp();
  watch.line(false);
  watch.changed('failed');
  timers.advance(60_000);
  expect(done).toEqual(['recovering']);
  watch.line(true);
  expect(done.slice(1)).toEqual(['recovering', 'restart']);
  watch.line(true);
  expect(done).toHaveLength(3);
});

test('a transport that healed while no offer could travel needs none', () => {
  comeUp();
  watch.line(false);
  watch.changed('failed');
  watch.changed('connected');
  watch.line(true);
  expect(done).toEqual(['recovering', 'up', 'flows']);
});

test('an offer that went into the gap is said again with the line, and given its time', () => {
  comeUp();
  watch.changed('disconnected');
  timers.advance(DISCONNECTED_MS);
  watch.line(false);
  timers.advance(60_000);
  watch.line(true);
  expect(done).toEqual(['still', 'recovering', 'restart', 'recovering']);
  watch.answered();
  timers.advance(ATTEMPT_MS * 1.5);
  expect(done.at(-1)).toBe('renew');
});

test('after a gap of the line the same transport is tried first, whatever was tried before', () => {
  comeUp();
  watch.changed('failed');
  watch.answered();
  watch.line(false);
  timers.advance(60_000);
  watch.line(true);
  expect(done.at(-1)).toBe('restart');
});

test('on another network it moves at once and stays up meanwhile', () => {
  comeUp();
  watch.networkChanged();
  expect(done).toEqual(['restart']);
});

test('on another network while no offer can travel it stays up, and moves with the line', () => {
  comeUp();
  watch.line(false);
  watch.networkChanged();
  timers.advance(600_000);
  expect(done).toEqual([]);
  watch.line(true);
  timers.advance(600_000);
  expect(done).toEqual(['restart']);
  watch.line(true);
  expect(done).toHaveLength(1);
});

test('a transport that goes down before the line is back is recovered with the line, once', () => {
  comeUp();
  watch.line(false);
  watch.networkChanged();
  watch.changed('failed');
  expect(done).toEqual(['recovering']);
  watch.line(true);
  expect(done.slice(1)).toEqual(['recovering', 'restart']);
  watch.changed('connected');
  expect(done.slice(3)).toEqual(['up', 'flows']);
});

test('before anything came up another network changes nothing', () => {
  watch.networkChanged();
  expect(done).toEqual([]);
});

test('an offer the server could not answer is followed by another after a while', () => {
  comeUp();
  watch.changed('failed');
  watch.refused();
  timers.advance(ATTEMPT_MS);
  expect(done).toEqual(['recovering', 'restart', 'recovering', 'renew']);
});

test('after the end nothing is done', () => {
  comeUp();
  watch.changed('disconnected');
  watch.end();
  timers.advance(60_000);
  expect(done).toEqual(['still']);
});

test('a transport that the server has no more is built anew at once, not restarted', () => {
  comeUp();
  watch.lost();
  expect(done).toEqual(['recovering', 'renew']);
  watch.changed('connected');
  expect(done.slice(2)).toEqual(['up', 'flows']);
});

test('that a transport is gone which is being restarted ends the attempt', () => {
  comeUp();
  watch.changed('failed');
  watch.lost();
  expect(done.at(-1)).toBe('renew');
});

test('that an old transport is gone is no news while a new one is built', () => {
  comeUp();
  watch.changed('failed');
  watch.changed('failed');
  done = [];
  watch.lost();
  expect(done).toEqual([]);
});
