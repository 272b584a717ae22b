import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { Occupants, WAIT_FOR_NEWS_MS } from './occupants';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('nobody sits anywhere before it was told', () => {
  const occupants = new Occupants();
  expect(occupants.of(0)).toBeNull();
  occupants.tell([null, 'mia']);
  expect([occupants.of(0), occupants.of(1), occupants.of(2)]).toEqual([null, 'mia', null]);
});

test('a frame that outran the news waits for it, and no longer', async () => {
  const occupants = new Occupants();
  const change = occupants.change(1, null);
  occupants.tell(['mia', null]);
  occupants.tell(['mia', 'zoe']);
  await expect(change).resolves.toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

test('news that is known already needs no waiting', async () => {
  const occupants = new Occupants();
  occupants.tell(['zoe']);
  await expect(occupants.change(0, 'mia')).resolves.toBe(true);
});

test('the wait ends in time where no news comes', async () => {
  const occupants = new Occupants();
  occupants.tell(['mia']);
  const change = occupants.change(0, 'mia');
  await vi.advanceTimersByTimeAsync(WAIT_FOR_NEWS_MS - 1);
  occupants.tell(['mia', 'zoe']);
  await vi.advanceTimersByTimeAsync(1);
  await expect(change).resolves.toBe(false);
});

test('several seats wait at the same time', async () => {
  const occupants = new Occupants();
  const [first, second] = [occupants.change(0, null), occupants.change(1, null)];
  occupants.tell(['mia', 'zoe']);
  await expect(Promise.all([first, second])).resolves.toEqual([true, true]);
});
