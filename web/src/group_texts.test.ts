import { beforeEach, describe, expect, test } from 'vitest';
import { ANA, ME, wirePerson, wireSnapshot } from '../tests/fake_server';
import { KEYS, LINK, Stage, until } from '../tests/stage';
import { toBase64url } from './crypto/base64url';
import { openGroup, sealGroup } from './crypto/group_seal';
import type { Snapshot } from './protocol/messages';
import type { GroupTexts } from './state/model_session';

const PART = { kind: 'round', title: 'Us', lengthMs: 1_200_000, floor: 'held', chat: 'open' } as const;
const TEXTS: GroupTexts = { title: 'Tuesdays', agreement: ['Stays here'], plan: [PART] };
const QUIET = { mic: false, camera: false };

let stage: Stage;
let box: Uint8Array<ArrayBuffer>;

beforeEach(async () => {
  stage = new Stage();
  box = await sealGroup(KEYS, TEXTS);
});

const inside = (patch: Partial<Snapshot> = {}) =>
  wireSnapshot({ people: [wirePerson(ANA), wirePerson(ME, { role: 'facilitator' })], ...patch });

/** What comes after the snapshot is shown only when all that follows from the snapshot was done. */
async function nextIsTold(): Promise<void> {
  stage.happened({ t: 'lock_changed', locked: true });
  await until(() => {
    expect(stage.meeting.locked).toBe(true);
  });
}

describe('the texts of the group', () => {
  test('are laid out by the first facilitator who comes with them, and its plan with them', async () => {
    await stage.enter(inside(), QUIET, `${LINK}~${toBase64url(box)}`, 'facilitator');
    await stage.came('set_run_sheet');
    const [texts, sheet] = stage.orders;
    if (texts?.t !== 'set_texts' || sheet?.t !== 'set_run_sheet')
      throw new Error('something else was ordered');
    expect(await openGroup(KEYS, texts.body)).toEqual(TEXTS);
    expect(sheet.segments).toMatchObject([
      { kind: 'round', length_ms: 1_200_000, floor: 'held', chat: 'open' },
    ]);
  });

  const RUN_SHEET = { segments: [], current: null, left_ms: null, runs: false };
  test.each([
    ['somebody laid them out before', 'facilitator', { texts: new Uint8Array([1]) }, []],
    ['a member comes with them', 'member', {}, []],
    ['the group is over', 'facilitator', { status: 'debrief' }, []],
    ['there is a plan', 'facilitator', { run_sheet: RUN_SHEET }, ['set_texts']],
  ] as const)('where %s: %s, %j → %j', async (_, role, patch, ordered) => {
    await stage.enter(inside(patch), QUIET, `${LINK}~${toBase64url(box)}`, role);
    await nextIsTold();
    expect(stage.orders.map(({ t }) => t)).toEqual(ordered);
  });

  test('that do not open are not laid out', async () => {
    await stage.enter(inside(), QUIET, `${LINK}~AQID`, 'facilitator');
    await nextIsTold();
    expect(stage.orders).toEqual([]);
  });

  test('are shown in a meeting, and change there', async () => {
    await stage.enter(inside({ texts: box }));
    expect(stage.meeting.group).toEqual(TEXTS);
    stage.happened({ t: 'texts_set', body: await sealGroup(KEYS, { ...TEXTS, title: 'Thursdays' }) });
    await until(() => {
      expect(stage.meeting.group?.title).toBe('Thursdays');
    });
    stage.happened({ t: 'texts_set', body: new Uint8Array() });
    await until(() => {
      expect(stage.meeting.group).toBeNull();
    });
  });

  test('are written in a meeting, sealed like those that come with a link; nothing is no box', async () => {
    await stage.enter(inside(), QUIET, LINK, 'facilitator');
    stage.client.setTexts(TEXTS);
    stage.client.setTexts(null);
    await stage.came('set_texts', 2);
    const [written, none] = stage.orders;
    if (written?.t !== 'set_texts' || none?.t !== 'set_texts') throw new Error('something else was ordered');
    expect(await openGroup(KEYS, written.body)).toEqual(TEXTS);
    expect(none.body).toHaveLength(0);
  });
});
