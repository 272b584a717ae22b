import { expect, test } from 'vitest';
import { ManualTimers } from '../../../tests/manual_timers';
import { Later } from './later.svelte';

class Fetched {
  readonly timers = new ManualTimers();
  readonly later = new Later(() => this.#load(), this.timers);
  asked = 0;
  answer: (() => Promise<string>) | null = null;

  #load(): Promise<string> {
    this.asked += 1;
    return this.answer?.() ?? Promise.reject(new Error('no network'));
  }

  async advance(ms: number): Promise<void> {
    this.timers.advance(ms);
    await settled();
  }
}

/** What was asked has been answered. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

test('what did not come is asked for again, at growing distances, until it is here', async () => {
  const given = new Fetched();
  given.later.keepAsking();
  await settled();
  expect([given.asked, given.later.isMissing]).toEqual([1, true]);
  await given.advance(999);
  expect(given.asked).toBe(1);
  await given.advance(1);
  expect(given.asked).toBe(2);
  await given.advance(1_999);
  expect(given.asked).toBe(2);
  await given.advance(1);
  expect(given.asked).toBe(3);
  for (let minute = 0; minute < 4; minute += 1) await given.advance(15_000);
  expect(given.asked).toBe(7);
  given.answer = () => Promise.resolve('here');
  await given.advance(15_000);
  expect([given.later.part, given.later.isMissing]).toEqual(['here', false]);
  await given.advance(60_000);
  expect(given.asked).toBe(8);
});

test('whoever stops asking asks no more', async () => {
  const given = new Fetched();
  const stop = given.later.keepAsking();
  await settled();
  stop();
  await given.advance(60_000);
  expect(given.asked).toBe(1);
});

test('what has not come for long is missing, and may still come', async () => {
  const given = new Fetched();
  let arrive: (part: string) => void = () => undefined;
  given.answer = () => new Promise((resolve) => (arrive = resolve));
  given.later.keepAsking();
  await given.advance(9_999);
  expect(given.later.isMissing).toBe(false);
  await given.advance(1);
  expect(given.later.isMissing).toBe(true);
  arrive('here');
  await settled();
  expect([given.later.part, given.later.isMissing, given.asked]).toEqual(['here', false, 1]);
});

test('asked for twice at the same time it is loaded once', async () => {
  const given = new Fetched();
  await Promise.all([given.later.fetch(), given.later.fetch()]);
  expect(given.asked).toBe(1);
});
