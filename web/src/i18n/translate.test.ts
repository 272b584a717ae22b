import { describe, expect, it } from 'vitest';
import { en as first } from './en';
import { enLater } from './en_later';
import { LANGUAGES, type LanguageTag, preferredLanguage } from './languages';
import { makeTranslate, type Dictionary, type PluralForms } from './translate';

/** No number on a screen is larger: minutes of a session, people, letters of a message. */
const LARGEST_NUMBER = 5_000;

const en = { ...first, ...enLater };
const t = makeTranslate('en', en, false);
const keys = Object.keys(en) as (keyof Dictionary)[]; // Object.keys forgets them

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

  it('that is not here yet is asked for, and nothing is said in its place', () => {
    let asked = 0;
    const early = makeTranslate('en', first, false, () => (asked += 1));
    expect([early('app.title'), asked]).toEqual(['Meeting', 0]);
    expect([early('rooms.title'), asked]).toEqual(['', 1]);
  });

  it('shows braces in a name as they are', () => {
    expect(t('happening.came', { name: '{name}' })).toBe('{name} came in.');
  });
});

it('Arabic counts in its six ways', async () => {
  const arabic = makeTranslate('ar', await allWords('ar'), true);
  const counted = [0, 1, 2, 3, 11, 100].map((n) => arabic('people.inside', { n }));
  expect(counted).toEqual([
    'لا أحد في الداخل',
    'شخص واحد في الداخل',
    'شخصان في الداخل',
    '3 أشخاص في الداخل',
    '11 شخصًا في الداخل',
    '100 شخص في الداخل',
  ]);
});

async function allWords(tag: LanguageTag): Promise<Dictionary> {
  return { ...(await LANGUAGES[tag].load()), ...(await LANGUAGES[tag].later()) };
}

// ── every language ───────────────────────────────────────────────────────────────────────────────

function formsOf(entry: string | PluralForms): [form: string, text: string][] {
  return typeof entry === 'string' ? [['', entry]] : Object.entries(entry);
}

/** The names in braces of one text. */
function placeholders(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort();
}

/** How many numbers each plural form is for, as `translate.ts` chooses it. */
function countsByForm(tag: string, withZero: boolean): ReadonlyMap<string, number> {
  const rules = new Intl.PluralRules(tag);
  const counts = new Map<string, number>();
  for (let n = 0; n <= LARGEST_NUMBER; n += 1) {
    const form = n === 0 && withZero ? 'zero' : rules.select(n);
    counts.set(form, (counts.get(form) ?? 0) + 1);
  }
  return counts;
}

describe.each(Object.keys(LANGUAGES) as LanguageTag[])('the language %s', (tag) => {
  const counts = { plain: countsByForm(tag, false), withZero: countsByForm(tag, true) };
  const countsOf = (entry: PluralForms) => (entry.zero === undefined ? counts.plain : counts.withZero);

  it('has the words of English and no others', async () => {
    expect(Object.keys(await allWords(tag)).sort()).toEqual([...keys].sort());
  });

  it('says something everywhere', async () => {
    const words = await allWords(tag);
    const silent = keys.filter((key) => formsOf(words[key]).some(([, text]) => text.trim() === ''));
    expect(silent).toEqual([]);
  });

  it('has a plural where English has one, with every form its numbers ask for', async () => {
    const words = await allWords(tag);
    for (const key of keys) {
      const entry: string | PluralForms = words[key];
      expect([key, typeof entry]).toEqual([key, typeof en[key]]);
      if (typeof entry === 'string') continue;
      const asked = [...countsOf(entry).keys()].sort();
      expect([key, Object.keys(entry).sort()]).toEqual([key, asked]);
    }
  });

  it('needs the same values as English in each of its forms', async () => {
    const words = await allWords(tag);
    for (const key of keys) {
      const entry: string | PluralForms = words[key];
      const wanted = placeholders(typeof en[key] === 'string' ? en[key] : en[key].other);
      for (const [form, text] of formsOf(entry)) {
        // "Two people" needs no number, as long as the form is for two alone.
        const mayLeaveOutN = typeof entry !== 'string' && countsOf(entry).get(form) === 1;
        const given = placeholders(text);
        const expected =
          mayLeaveOutN && !given.includes('n') ? wanted.filter((name) => name !== 'n') : wanted;
        expect([key, form, given]).toEqual([key, form, expected]);
      }
    }
  });
});

it('French keeps its tall signs with the word before them', async () => {
  const words = await allWords('fr');
  const loose = keys.filter((key) =>
    formsOf(words[key]).some(([, text]) => /[ \w][;?!:](\s|$)|« | »/.test(text)),
  );
  expect(loose).toEqual([]);
});

it.each([
  [['fr-CA', 'en-GB'], 'fr'],
  [['es-MX', 'en'], 'es'],
  [['ar-EG'], 'ar'],
  [['EN'], 'en'],
  [['xx', 'tlh'], 'en'],
  [['constructor'], 'en'],
  [[], 'en'],
])('of the wishes %j it takes %s', (wishes, tag) => {
  expect(preferredLanguage(wishes)).toBe(tag);
});
