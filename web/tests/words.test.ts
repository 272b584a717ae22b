import { describe, expect, it } from 'vitest';
import { checkWords, faultsOf } from '../vite.words';

const ENGLISH = { 'app.close': 'Close', 'people.n': { one: 'One', other: '{n} people' } };

describe('a language', () => {
  it.each([
    ['en', ENGLISH, []],
    ['en', { ...ENGLISH, 'people.n': { zero: 'Nobody', one: 'One', other: '{n}' } }, []],
    ['en', { 'people.n': ENGLISH['people.n'] }, ['en: app.close is missing']],
    ['en', { ...ENGLISH, 'app.opne': 'Open' }, ['en: app.opne is no word of English']],
    ['en', { ...ENGLISH, 'people.n': '{n} people' }, ['en: people.n is a plural in one of the two only']],
    [
      'ar',
      ENGLISH,
      ['ar: people.n has the forms one,other, and its numbers ask for few,many,one,other,two,zero'],
    ],
  ])('%s with %j has the faults %j', (tag, words, faults) => {
    expect(faultsOf(tag, words, ENGLISH)).toEqual(faults);
  });
});

describe('the build', () => {
  it('goes on with the languages there are', () => {
    expect(() => {
      checkWords();
    }).not.toThrow();
  });

  it('fails where one lacks a word', () => {
    const lacking = { en: ENGLISH, es: { 'people.n': ENGLISH['people.n'] } };
    expect(() => {
      checkWords(lacking);
    }).toThrow('es: app.close is missing');
  });
});
