import { describe, expect, test } from 'vitest';
import { person, snapshot } from '../../tests/told';
import type { MeetingView } from './model';
import type { Reception, ShownPicture, Why } from './model_receptions';
import { received, sizeOf, verdict } from './receptions';
import { afterSnapshot } from './reduce_meeting';
import { INITIAL, reduce } from './reduce';
import { meetingOf } from './selectors';

function picture(why: Why, patch: Partial<ShownPicture> = {}): ShownPicture {
  return { who: 'mia', screen: false, heightPx: 135, bps: 100_000, why, ...patch };
}

const NONE = { heightPx: 0, bps: 0 } as const;

function reception(who: string, ...pictures: readonly ShownPicture[]): Reception {
  return { who, estimateBps: 500_000, lostPermille: 0, lowData: false, pictures };
}

function view(people: readonly Reception[] | null, leftOut = 0): MeetingView {
  const ruth = person('ruth', { role: 'facilitator' });
  const others = [person('ana'), person('mia'), person('zoe', { room: 'lobby' })];
  const meeting = afterSnapshot(null, snapshot({ you: 'ruth', people: [ruth, ...others] }));
  return { ...meeting, receptions: people === null ? null : { people, leftOut } };
}

describe('one word for what comes to somebody', () => {
  test.each<[string, Reception | null]>([
    ['text', null],
    ['alone', reception('ana')],
    ['alone', reception('ana', picture('not_sent', NONE))],
    ['unseen', reception('ana', picture('invisible', NONE), picture('not_sent', NONE))],
    ['well', reception('ana', picture('full'), picture('fitting'), picture('invisible', NONE))],
    ['narrow', reception('ana', picture('full'), picture('bandwidth'))],
    ['dark', reception('ana', picture('bandwidth', NONE), picture('bandwidth', NONE))],
    ['dark', reception('ana', picture('loss', NONE), picture('invisible', NONE))],
    ['lossy', reception('ana', picture('loss'), picture('bandwidth'))],
    ['thrifty', reception('ana', picture('low_data'), picture('calm'))],
    ['settling', reception('ana', picture('calm'), picture('full'))],
  ])('%s', (word, told) => {
    expect(verdict(told)).toBe(word);
  });
});

describe('what a facilitator sees of it', () => {
  test('is nothing as long as nothing was told', () => {
    expect(received(view(null))).toEqual([]);
  });

  test('is everybody inside, whoever needs a thought first, and nobody from the lobby', () => {
    const told = [reception('ana', picture('bandwidth')), reception('ruth', picture('full'))];
    const seen = received(view(told)).map((one) => [one.person.id, one.verdict]);
    expect(seen).toEqual([
      ['ana', 'narrow'],
      ['mia', 'text'],
      ['ruth', 'well'],
    ]);
  });

  test('in a very large meeting is only who was told of', () => {
    const told = [reception('ana', picture('bandwidth'))];
    expect(received(view(told, 200)).map((one) => one.person.id)).toEqual(['ana']);
  });

  test('names whose picture it is, and adds up what comes', () => {
    const told = reception('ana', picture('full', { bps: 700_000 }), picture('full', { who: 'gone' }));
    const ana = received(view([told])).find((one) => one.person.id === 'ana');
    expect(ana?.bps).toBe(800_000);
    expect(ana?.pictures.map(({ of }) => of?.id ?? null)).toEqual(['mia', null]);
  });
});

test.each<[number, string]>([
  [0, 'none'],
  [1, 'small'],
  [239, 'small'],
  [240, 'medium'],
  [479, 'medium'],
  [480, 'large'],
])('a picture of %i lines is %s', (heightPx, size) => {
  expect(sizeOf(picture('full', { heightPx }))).toBe(size);
});

test('the newest word replaces the one before and outlives a snapshot', () => {
  const entered = reduce(INITIAL, { kind: 'snapshot', snapshot: snapshot({ you: 'ruth' }) });
  const receptions = { people: [reception('ana')], leftOut: 0 };
  const told = reduce(entered, { kind: 'receptions', receptions });
  const moved = reduce(told, { kind: 'snapshot', snapshot: snapshot({ you: 'ruth' }) });
  expect(meetingOf(moved)?.receptions).toBe(receptions);
});
