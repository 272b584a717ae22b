/**
 * The language of this page: chosen from the browser's list, changed by the person, never stored.
 *
 * Read by every screen through `t`. Languages other than English are loaded when asked for.
 */
import { en } from './en';
import { makeTranslate, type Dictionary, type Translate } from './translate';

interface Language {
  /** Its own name, in its own words. */
  readonly name: string;
  readonly dir: 'ltr' | 'rtl';
  readonly load: () => Promise<Dictionary>;
}

/** A new language is one file and one line here. */
export const LANGUAGES = {
  en: { name: 'English', dir: 'ltr', load: () => Promise.resolve(en) },
  es: { name: 'Español', dir: 'ltr', load: () => import('./es').then((file) => file.es) },
} as const satisfies Record<string, Language>;

export type LanguageTag = keyof typeof LANGUAGES;

let tag = $state<LanguageTag>('en');
let translate = $state.raw<Translate>(makeTranslate('en', en, false));

/** The words for a key in the language of now; reactive. */
export const t: Translate = (key, ...values) => translate(key, ...values);

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

export function timeText(atMs: number): string {
  return new Intl.DateTimeFormat(tag, { timeStyle: 'short' }).format(atMs);
}

function isKnown(candidate: string): candidate is LanguageTag {
  return Object.hasOwn(LANGUAGES, candidate);
}

/** The first language of the browser's list that we have, else English. */
export function preferredLanguage(wishes: readonly string[]): LanguageTag {
  for (const wish of wishes) {
    const base = wish.toLowerCase().split('-')[0] ?? '';
    if (isKnown(base)) return base;
  }
  return 'en';
}

/** The page speaks this language from now on; on a failed load it stays as it was. */
export async function speak(next: LanguageTag): Promise<void> {
  const language: Language = LANGUAGES[next];
  const words = await language.load().catch(() => null);
  if (words === null) return;
  translate = makeTranslate(next, words, language.dir === 'rtl');
  tag = next;
  document.documentElement.lang = next;
  document.documentElement.dir = language.dir;
  document.title = translate('app.title');
}
