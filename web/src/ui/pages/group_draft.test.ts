import { describe, expect, test } from 'vitest';
import { MAX_POINT_CHARACTERS, MAX_POINTS } from '../../crypto/group_bounds';
import { isTooLong, lengthOf, NOTHING_WRITTEN, textsOf } from './group_draft';

describe('what was written about a group', () => {
  test('nothing is nothing, spaces neither', () => {
    expect(textsOf(NOTHING_WRITTEN)).toBeNull();
    expect(textsOf({ ...NOTHING_WRITTEN, title: '  ', agreement: ' \n\n' })).toBeNull();
  });

  test('one point on each line, without the marks that people put before', () => {
    const agreement = '- What is said stays\n\n 2. Babies may cry \n• 3 minutes each\nno mark-at all';
    expect(textsOf({ ...NOTHING_WRITTEN, title: ' Tuesdays ', agreement })).toEqual({
      title: 'Tuesdays',
      agreement: ['What is said stays', 'Babies may cry', '3 minutes each', 'no mark-at all'],
      plan: [],
    });
  });

  test('a template becomes its parts', () => {
    const plan = textsOf({ ...NOTHING_WRITTEN, plan: 'hour' })?.plan ?? [];
    expect(plan.reduce((sum, { lengthMs }) => sum + lengthMs, 0)).toBe(60 * 60_000);
    expect(plan.map(({ kind }) => kind)).toContain('round');
  });

  test.each([
    [null, null, 75],
    [null, 90, 90],
    ['hour', null, 60],
    ['guest', null, 90],
    ['guest', 45, 45],
  ] as const)('the plan %s with %s minutes chosen takes %i', (plan, minutes, expected) => {
    const draft = { ...NOTHING_WRITTEN, plan, minutes };
    expect(lengthOf(draft)).toBe(expected);
    const ms = textsOf(draft)?.plan.reduce((sum, { lengthMs }) => sum + lengthMs, 0);
    expect(ms).toBe(plan === null ? undefined : expected * 60_000);
  });

  test.each([
    ['fits', Array.from({ length: MAX_POINTS }, () => 'x'.repeat(MAX_POINT_CHARACTERS)), false],
    ['has a point too many', Array.from({ length: MAX_POINTS + 1 }, () => 'x'), true],
    ['has a point too long', ['x'.repeat(MAX_POINT_CHARACTERS + 1)], true],
  ])('an agreement that %s', (_, points, expected) => {
    expect(isTooLong({ ...NOTHING_WRITTEN, agreement: points.join('\n') })).toBe(expected);
  });
});
