import { encode } from '@msgpack/msgpack';
import { describe, expect, test } from 'vitest';
import type { GroupTexts } from '../state/model_session';
import { MAX_GROUP_TITLE_CHARACTERS, MAX_POINT_CHARACTERS, MAX_POINTS } from './group_bounds';
import { GROUP_LABEL, openGroup, sealGroup } from './group_seal';
import { LinkSecretKeySource } from './keys';
import { seal } from './seal';

const MEETING = 'AAECAwQFBgcICQoLDA0ODw';
const keys = new LinkSecretKeySource(new Uint8Array(32).fill(1), MEETING);
const PART = { kind: 'round', title: 'Us', lengthMs: 1_200_000, floor: 'held', chat: 'open' } as const;
const WIRE_PART = { kind: 'round', title: 'Us', minutes: 20, floor: 'held', chat: 'open' };
const TEXTS: GroupTexts = { title: 'Tuesdays', agreement: ['Stays here', 'Babies may cry'], plan: [PART] };

/** Of what a later version, or somebody with a link and ideas of her own, may have sealed. */
async function opened(value: unknown): Promise<GroupTexts | null> {
  return openGroup(keys, await seal(await keys.textKey(GROUP_LABEL), GROUP_LABEL, encode(value)));
}

test('what is sealed opens again as it was', async () => {
  expect(await openGroup(keys, await sealGroup(keys, TEXTS))).toEqual(TEXTS);
});

test('the longest texts are not too large for the meeting', async () => {
  const longest: GroupTexts = {
    title: '🌱'.repeat(MAX_GROUP_TITLE_CHARACTERS),
    agreement: Array.from({ length: MAX_POINTS }, () => '🌱'.repeat(MAX_POINT_CHARACTERS)),
    plan: Array.from({ length: 4 }, () => ({ ...PART, title: '🌱'.repeat(100) })),
  };
  const box = await sealGroup(keys, longest);
  expect(box.length).toBeLessThanOrEqual(16_384);
  expect(await openGroup(keys, box)).toEqual(longest);
});

test('under another secret nothing opens, and a broken box neither', async () => {
  const box = await sealGroup(keys, TEXTS);
  expect(await openGroup(new LinkSecretKeySource(new Uint8Array(32), MEETING), box)).toBeNull();
  expect(await openGroup(keys, box.slice(0, -1))).toBeNull();
});

describe('what opens but is not what it should be is unreadable as a whole', () => {
  const good = { title: 'T', agreement: ['a'], plan: [WIRE_PART] };

  test('while this is', async () => {
    expect(await opened(good)).toEqual({ title: 'T', agreement: ['a'], plan: [PART] });
  });

  test.each([
    ['no map', 7],
    ['a title of numbers', { ...good, title: 7 }],
    ['a long title', { ...good, title: 'x'.repeat(MAX_GROUP_TITLE_CHARACTERS + 1) }],
    ['no agreement', { title: 'T', plan: [] }],
    ['an empty point', { ...good, agreement: [''] }],
    ['a long point', { ...good, agreement: ['x'.repeat(MAX_POINT_CHARACTERS + 1)] }],
    ['many points', { ...good, agreement: Array.from({ length: MAX_POINTS + 1 }, () => 'a') }],
    ['a plan of words', { ...good, plan: ['round'] }],
    ['a part of an unknown kind', { ...good, plan: [{ ...WIRE_PART, kind: 'lunch' }] }],
    ['a part of an unknown floor', { ...good, plan: [{ ...WIRE_PART, floor: 'closed' }] }],
    ['a part of an unknown chat', { ...good, plan: [{ ...WIRE_PART, chat: 'loud' }] }],
    ['a part without a title', { ...good, plan: [{ ...WIRE_PART, title: null }] }],
    ['a part of no time', { ...good, plan: [{ ...WIRE_PART, minutes: 0 }] }],
    ['a part of half a minute', { ...good, plan: [{ ...WIRE_PART, minutes: 0.5 }] }],
    ['a part of a day', { ...good, plan: [{ ...WIRE_PART, minutes: 181 }] }],
    ['many parts', { ...good, plan: Array.from({ length: 25 }, () => WIRE_PART) }],
  ])('%s', async (_, value) => {
    expect(await opened(value)).toBeNull();
  });
});
