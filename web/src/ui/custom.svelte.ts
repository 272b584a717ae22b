/** What the organisation has made its own, for the screens. Set by `begin.ts` before the first of them is shown. */
import { AS_SHIPPED, ownAgreement, type Custom, type Points } from '../custom';
import { LANGUAGES, type LanguageTag } from '../i18n/languages';

let custom = $state.raw<Custom>(AS_SHIPPED);

export function beginCustom(told: Custom): void {
  custom = told;
}

export function organisation(): Pick<Custom, 'name' | 'logo'> {
  return custom;
}

/** Tag and name of every language that people may choose here. */
export function offeredLanguages(): readonly (readonly [LanguageTag, string])[] {
  const tags = custom.languages.length > 0 ? custom.languages : (Object.keys(LANGUAGES) as LanguageTag[]);
  return tags.map((tag) => [tag, LANGUAGES[tag].name]);
}

/** null: the usual one is shown. */
export function organisationsAgreement(language: LanguageTag): Points | null {
  return ownAgreement(custom, language);
}
