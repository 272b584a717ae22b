import { beforeEach, describe, expect, test } from 'vitest';
import { ManualTimers } from '../tests/manual_timers';
import type { Watching as Message } from './protocol/orders';
import { MAX_TOLD, REST_MS, Watching } from './watching';

describe('what I see', () => {
  let timers: ManualTimers;
  let told: Message[];
  let watching: Watching;

  beforeEach(() => {
    timers = new ManualTimers();
    told = [];
    watching = new Watching(timers, (message) => told.push(message));
  });

  test('is told once, when it has come to rest, in steps', () => {
    watching.see(new Map([['mia', 100]]));
    timers.advance(REST_MS - 1);
    watching.see(
      new Map([
        ['mia', 121],
        ['zoe', 0],
      ]),
    );
    timers.advance(REST_MS - 1);
    expect(told).toEqual([]);
    timers.advance(1);
    expect(told).toEqual([{ t: 'watching', heights: { mia: 150, zoe: 0 }, pinned: null, low_data: false }]);
  });

  test('is not told again where it is as before', () => {
    watching.see(new Map([['mia', 121]]));
    timers.advance(REST_MS);
    watching.see(new Map([['mia', 140]]));
    timers.advance(REST_MS);
    expect(told).toHaveLength(1);
  });

  test('is told anew where the server may have forgotten it', () => {
    watching.see(new Map([['mia', 121]]));
    timers.advance(REST_MS);
    watching.renew();
    expect(told).toHaveLength(2);
    expect(told[1]).toEqual(told[0]);
  });

  test('nothing is told where nothing was seen yet', () => {
    watching.renew();
    expect(told).toEqual([]);
  });

  test('low data is told at once, with what is seen', () => {
    watching.see(new Map([['mia', 90]]));
    watching.spare(true);
    expect(told).toEqual([{ t: 'watching', heights: { mia: 90 }, pinned: null, low_data: true }]);
    timers.advance(REST_MS);
    expect(told).toHaveLength(1);
  });

  test('of very many the tallest are told', () => {
    watching.see(new Map(Array.from({ length: 40 }, (_, index) => [`person${index}`, index])));
    timers.advance(REST_MS);
    const heights = told[0]?.heights ?? {};
    expect(Object.keys(heights)).toHaveLength(MAX_TOLD);
    expect(heights.person0).toBeUndefined();
  });

  test('says nothing any more after its end', () => {
    watching.see(new Map([['mia', 90]]));
    watching.end();
    timers.advance(REST_MS);
    expect(told).toEqual([]);
  });

  test('whoever interprets is pinned at once, and told once', () => {
    watching.pin('ines');
    watching.pin('ines');
    watching.pin(null);
    expect(told.map(({ pinned }) => pinned)).toEqual(['ines', null]);
  });
});
