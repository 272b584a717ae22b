/**
 * The language of this page: chosen from the browser's list, changed by the person, never stored.
 *
 * Read by every screen through `t`. No word is there before `learn` or `speak` has ended; nothing is shown before.
 * Words that nobody needs to come in come with the screens that say them (`later.svelte.ts`).
 */
import { LANGUAGES, type LanguageTag } from './languages';
import { makeTranslate, type Dictionary, type Translate } from './translate';

let tag = $state<LanguageTag>('en');
let translate = $state.raw<Translate | null>(null);
let words: Partial<Dictionary> = {};
let knowsAll = false;
let learning: Promise<boolean> | null = null;
/** How many languages were asked for: the newest is spoken, whichever comes last. */
let asks = 0;

/** The words for a key in the language of now; reactive. */
export const t: Translate = (key, ...values) => translate?.(key, ...values) ?? key;

export function currentLanguage(): LanguageTag {
  return tag;
}

/** "Ana, Ruth and Mia" in the language of now. */
export function listed(names: readonly string[]): string {
  return new Intl.ListFormat(tag, { type: 'conjunction' }).format(names);
}

export function dateText(atMs: number): string {
  return new Intl.DateTimeFormat(tag, { dateStyle: 'long', timeStyle: 'short' }).format(atMs);
}

/** A day as YYYY-MM-DD, wherever one is. */
export function dayText(day: string): string {
  return new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeZone: 'UTC' }).format(Date.parse(day));
}

export function timeText(atMs: number): string {
  return new Intl.DateTimeFormat(tag, { timeStyle: 'short' }).format(atMs);
}

/** `t` answers in this language from now on, or in one that was asked for after it; false: its words did not come, and all stays as it was. */
export async function learn(next: LanguageTag): Promise<boolean> {
  const ask = (asks += 1);
  const asked: Promise<Partial<Dictionary>[]> = Promise.all([
    LANGUAGES[next].load(),
    ...(knowsAll ? [LANGUAGES[next].later()] : []),
  ]);
  const told = await asked.catch(() => null);
  if (ask !== asks) return true;
  if (told === null) return false;
  words = Object.assign({}, ...told) as Partial<Dictionary>;
  tag = next;
  use();
  return true;
}

/** `t` knows all words from now on, also of a language chosen later; false: they did not come. */
export function learnAll(): Promise<boolean> {
  learning ??= learnRest().finally(() => {
    learning = null;
  });
  return learning;
}

async function learnRest(): Promise<boolean> {
  const asked = tag;
  const told = await LANGUAGES[asked].later().catch(() => null);
  if (told === null) return false;
  if (asked !== tag) return learnRest();
  knowsAll = true;
  words = { ...words, ...told };
  use();
  return true;
}

function use(): void {
  translate = makeTranslate(tag, words, LANGUAGES[tag].dir === 'rtl', () => void learnAll());
}

/** The page speaks this language from now on, as `learn` says. */
export async function speak(next: LanguageTag): Promise<boolean> {
  const learned = await learn(next);
  if (learned) {
    document.documentElement.lang = tag;
    document.documentElement.dir = LANGUAGES[tag].dir;
    document.title = t('app.title');
  }
  return learned;
}
