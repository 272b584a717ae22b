import { describe, expect, it } from 'vitest';
import { initialOf, nameHint, nameOf } from './words';

const open = (name: string) => ({ kind: 'open', name, pronouns: null }) as const;

describe('the hint about a name', () => {
  it.each([
    ['Ana', null],
    ['', null],
    ['Mum of two', null],
    ['Ana M', null],
    ['sky', null],
    ['فاطمة', null],
    ['Ana 34', null],
    ['Ana Silva', 'name.hint_full'],
    ['Ana María Silva', 'name.hint_full'],
    ['Ana de Silva', 'name.hint_full'],
    ["Niamh O'Brien", 'name.hint_full'],
    ['Łucja Żak', 'name.hint_full'],
    ['ana@example.org', 'name.hint_email'],
    ['+44 20 7946 0958', 'name.hint_phone'],
  ])('%s → %s', (name, hint) => {
    expect(nameHint(name)).toBe(hint);
  });
});

describe('the letter of a tile', () => {
  it.each([
    ['ana', 'A'],
    ['  mia', 'M'],
    ['é\u0301x', 'É\u0301'],
    ['👩‍🍼 Jo', '👩‍🍼'],
    ['', '·'],
  ])('%s → %s', (name, letter) => {
    expect(initialOf(open(name))).toBe(letter);
  });
});

it('a name that could not be opened is said so, never guessed', () => {
  expect(nameOf({ kind: 'unreadable' })).toBe('Name could not be read');
  expect(nameOf(null)).toBe('Somebody');
});
