/**
 * Words that a language lacks, or has too many of, against English; the build fails where there are any.
 *
 * Used by `vite.config.ts`. A language whose type was silenced, or that is no TypeScript, would else show gaps to those who read it.
 */
import { LANGUAGES } from './src/i18n/languages.ts';

type Words = Readonly<Record<string, string | Readonly<Record<string, string>>>>;

/** No number on a screen is larger: minutes of a session, people, letters of a message. */
const LARGEST_NUMBER = 5_000;

/** Every language, both of its files; here and now, because who imports this by `runnerImport` can load nothing afterwards. */
const SPOKEN = Object.fromEntries(
  await Promise.all(
    Object.entries(LANGUAGES).map(async ([tag, { load, later }]) => {
      const words: Words = { ...(await load()), ...(await later()) };
      return [tag, words] as const;
    }),
  ),
);

/** Raises: Error with every fault of every language. The first one is what the others are held against. */
export function checkWords(spoken: Readonly<Record<string, Words>> = SPOKEN): void {
  const [english = {}] = Object.values(spoken);
  const faults = Object.entries(spoken).flatMap(([tag, words]) => faultsOf(tag, words, english));
  if (faults.length > 0) throw new Error(`words that are not right:\n${faults.join('\n')}`);
}

/** One line for each fault: a key too few or too many, a plural that is none or the other way round, a form too few or too many. */
export function faultsOf(tag: string, words: Words, english: Words): readonly string[] {
  const rules = new Intl.PluralRules(tag);
  const missing = Object.keys(english).filter((key) => words[key] === undefined);
  const faults = missing.map((key) => `${tag}: ${key} is missing`);
  for (const [key, entry] of Object.entries(words)) {
    const model = english[key];
    if (model === undefined) faults.push(`${tag}: ${key} is no word of English`);
    else if (typeof entry !== typeof model) faults.push(`${tag}: ${key} is a plural in one of the two only`);
    else if (typeof entry !== 'string') {
      const [given, asked] = [Object.keys(entry).sort().join(), formsAsked(rules, 'zero' in entry).join()];
      if (given !== asked)
        faults.push(`${tag}: ${key} has the forms ${given}, and its numbers ask for ${asked}`);
    }
  }
  return faults;
}

/** As `translate.ts` chooses them. */
function formsAsked(rules: Intl.PluralRules, withZero: boolean): readonly string[] {
  const forms = new Set<string>();
  for (let n = 0; n <= LARGEST_NUMBER; n += 1) forms.add(n === 0 && withZero ? 'zero' : rules.select(n));
  return [...forms].sort();
}
