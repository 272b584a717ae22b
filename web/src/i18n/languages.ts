/**
 * The languages there are, and which of them somebody gets; pure.
 *
 * Read by `main.ts`, which asks for the words of one before anything else, and by `language.svelte.ts`. Imports no words: each
 * language is a file of its own that travels only to those who read it, and a second one for those who are in.
 */
import { whole } from '../later_files';
import type { FirstWords, LaterWords } from './translate';

interface Language {
  /** Its own name, in its own words. */
  readonly name: string;
  readonly dir: 'ltr' | 'rtl';
  /** What is needed to come in. */
  readonly load: () => Promise<FirstWords>;
  /** All the other words. */
  readonly later: () => Promise<LaterWords>;
}

/** A new language is a file or two, and an entry here. */
export const LANGUAGES = {
  en: {
    name: 'English',
    dir: 'ltr',
    load: () => whole('en', () => import('./en')).then((file) => file.en),
    later: () => whole('en_later', () => import('./en_later')).then((file) => file.enLater),
  },
  es: {
    name: 'Español',
    dir: 'ltr',
    load: () => whole('es', () => import('./es')).then((file) => file.es),
    later: () => whole('es_later', () => import('./es_later')).then((file) => file.esLater),
  },
  fr: {
    name: 'Français',
    dir: 'ltr',
    load: () => whole('fr', () => import('./fr')).then((file) => file.fr),
    later: () => whole('fr_later', () => import('./fr_later')).then((file) => file.frLater),
  },
  ar: {
    name: 'العربية',
    dir: 'rtl',
    load: () => whole('ar', () => import('./ar')).then((file) => file.ar),
    later: () => whole('ar_later', () => import('./ar_later')).then((file) => file.arLater),
  },
} as const satisfies Record<string, Language>;

export type LanguageTag = keyof typeof LANGUAGES;

function isKnown(candidate: string): candidate is LanguageTag {
  return Object.hasOwn(LANGUAGES, candidate);
}

/** The first language of the browser's list that is offered here, else the first of those, else English. offered: empty for all. */
export function preferredLanguage(
  wishes: readonly string[],
  offered: readonly LanguageTag[] = [],
): LanguageTag {
  for (const wish of wishes) {
    const base = wish.toLowerCase().split('-')[0] ?? '';
    if (isKnown(base) && (offered.length === 0 || offered.includes(base))) return base;
  }
  return offered[0] ?? 'en';
}
