/**
 * From a key of the dictionary to the words of one language; pure.
 *
 * Called through `language.svelte.ts` by the screens. Imports the English dictionary for its type only.
 */
import type { en } from './en';
import type { enLater } from './en_later';

type English = typeof en & typeof enLater;

export type TextKey = keyof English;

/** Forms of `Intl.PluralRules`; `zero` is also taken for a plain 0, `other` must exist. */
export type PluralForms = { readonly other: string } & Readonly<Partial<Record<Intl.LDMLPluralRule, string>>>;

/** What a language file has to be: every key, a plural where English has one. */
export type Dictionary = {
  readonly [K in TextKey]: English[K] extends string ? string : PluralForms;
};

/** What is needed to come in. */
export type FirstWords = Pick<Dictionary, keyof typeof en>;
export type LaterWords = Pick<Dictionary, keyof typeof enLater>;

type Placeholders<S> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Placeholders<Rest> : never;
type FormsOf<T> = T extends string ? T : T extends object ? T[keyof T] : never;
type Names<K extends TextKey> = Placeholders<FormsOf<English[K]>> | (English[K] extends string ? never : 'n');

/** The values a key needs: none, or an object with exactly its placeholders. */
export type Values<K extends TextKey> = [Names<K>] extends [never]
  ? []
  : [values: { readonly [name in Names<K>]: name extends 'n' ? number : string }];

export type Translate = <K extends TextKey>(key: K, ...values: Values<K>) => string;

const FIRST_STRONG_ISOLATE = '\u2068';
const POP_ISOLATE = '\u2069';
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/;

/** Keeps a name of the other direction from turning the words around it; leaves plain ones as they are. */
function isolated(value: string, rightToLeft: boolean): string {
  const mixes = rightToLeft !== RIGHT_TO_LEFT.test(value);
  return mixes ? FIRST_STRONG_ISOLATE + value + POP_ISOLATE : value;
}

function chosenForm(forms: PluralForms, n: number, rules: Intl.PluralRules): string {
  if (n === 0 && forms.zero !== undefined) return forms.zero;
  return forms[rules.select(n)] ?? forms.other;
}

/** words: those that are here. missing: called for a word that is not; in its place nothing is said. */
export function makeTranslate(
  tag: string,
  words: Partial<Dictionary>,
  rightToLeft: boolean,
  missing: () => void = () => undefined,
): Translate {
  const rules = new Intl.PluralRules(tag);
  const digits = new Intl.NumberFormat(tag);

  function filled(template: string, values: Readonly<Record<string, string | number>>): string {
    return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name];
      if (value === undefined) return whole;
      return typeof value === 'number' ? digits.format(value) : isolated(value, rightToLeft);
    });
  }

  return (key, ...given) => {
    const values: Readonly<Record<string, string | number>> = given[0] ?? {};
    const entry: string | PluralForms | undefined = words[key];
    if (entry === undefined) {
      missing();
      return '';
    }
    if (typeof entry === 'string') return filled(entry, values);
    const { n } = values;
    return filled(chosenForm(entry, typeof n === 'number' ? n : 0, rules), values);
  };
}
