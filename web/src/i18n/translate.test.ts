import { describe, expect, it } from 'vitest';
import { en } from './en';
import { LANGUAGES, preferredLanguage } from './language.svelte';
import { makeTranslate, type Dictionary } from './translate';

const t = makeTranslate('en', en, false);

/** The names in braces of one text, all plural forms together. */
function placeholders(entry: Dictionary[keyof Dictionary]): string[] {
  const forms = typeof entry === 'string' ? [entry] : Object.values(entry);
  const names = forms.flatMap((form) => [...form.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''));
  return [...new Set(names)].filter((name) => name !== 'n').sort();
}

describe('a text', () => {
  it('is filled in', () => {
    expect(t('happening.came', { name: 'Ana' })).toBe('Ana came in.');
  });

  it('has the plural of its number', () => {
    expect(t('arrive.present', { n: 0 })).toBe('Nobody is inside yet.');
    expect(t('arrive.present', { n: 1 })).toBe('One person is inside.');
    expect(t('arrive.present', { n: 1200 })).toBe('1,200 people are inside.');
  });

  it('keeps a name of the other direction in its place', () => {
    expect(t('happening.came', { name: 'فاطمة' })).toBe('\u2068فاطمة\u2069 came in.');
    expect(makeTranslate('ar', en, true)('happening.came', { name: 'Ana' })).toBe('\u2068Ana\u2069 came in.');
  });

  it('shows braces in a name as they are', () => {
    expect(t('happening.came', { name: '{name}' })).toBe('{name} came in.');
  });
});

describe.each(Object.keys(LANGUAGES))('the language %s', (tag) => {
  it('needs the same values as English', async () => {
    const words = await LANGUAGES[preferredLanguage([tag])].load();
    const keys = Object.keys(en) as (keyof Dictionary)[]; // Object.keys forgets them
    for (const key of keys) expect([key, placeholders(words[key])]).toEqual([key, placeholders(en[key])]);
  });
});

it.each([
  [['fr-CA', 'en-GB'], 'en'],
  [['es-MX', 'en'], 'es'],
  [['EN'], 'en'],
  [['xx', 'tlh'], 'en'],
  [['constructor'], 'en'],
  [[], 'en'],
])('of the wishes %j it takes %s', (wishes, tag) => {
  expect(preferredLanguage(wishes)).toBe(tag);
});
