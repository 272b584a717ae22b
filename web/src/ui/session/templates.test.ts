import { describe, expect, it } from 'vitest';
import {
  draftOf,
  LONGEST_MINUTES,
  newPart,
  plansOf,
  swapped,
  template,
  TEMPLATES,
  withKind,
} from './templates';

describe.each([
  ['evening', 75],
  ['hour', 60],
  ['guest', 90],
  ['pairs', 60],
] as const)('the template %s', (name, minutes) => {
  it('takes the time it says', () => {
    expect(template(name).reduce((sum, part) => sum + part.minutes, 0)).toBe(minutes);
  });

  it('has a round, a break, and comes to a close', () => {
    const kinds = template(name).map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['round', 'break', 'closing']));
    expect(kinds[0]).toBe('gathering');
  });
});

it('there are four', () => {
  expect(TEMPLATES).toHaveLength(4);
});

it('in a round only the holder is heard, and with the kind this changes', () => {
  expect(withKind(newPart(), 'round').floor).toBe('held');
  expect(withKind(withKind(newPart(), 'round'), 'break').floor).toBe('open');
});

it.each([
  [0, 1],
  [Number.NaN, 1],
  [2.4, 2],
  [9999, LONGEST_MINUTES],
])('%d minutes are taken as %i', (typed, taken) => {
  expect(plansOf([{ ...newPart(), minutes: typed }])[0]?.lengthMs).toBe(taken * 60_000);
});

it('a plan that is changed begins as it is', () => {
  const plans = plansOf([{ ...newPart(), title: ' Sleep ', minutes: 12 }]);
  const segments = plans.map((plan) => ({ ...plan, title: { kind: 'text', text: plan.title } as const }));
  expect(draftOf(segments)).toEqual([{ ...newPart(), title: 'Sleep', minutes: 12 }]);
});

it('a title that cannot be read becomes none', () => {
  const [plan] = plansOf([newPart()]);
  if (plan === undefined) throw new Error('no plan');
  expect(draftOf([{ ...plan, title: { kind: 'unreadable' } }])[0]?.title).toBe('');
});

it('neighbours change places, and at the ends nothing does', () => {
  expect(swapped(['a', 'b', 'c'], 1, -1)).toEqual(['b', 'a', 'c']);
  expect(swapped(['a', 'b', 'c'], 1, 1)).toEqual(['a', 'c', 'b']);
  expect(swapped(['a', 'b'], 0, -1)).toEqual(['a', 'b']);
  expect(swapped(['a', 'b'], 1, 1)).toEqual(['a', 'b']);
});
