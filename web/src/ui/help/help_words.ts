/**
 * Countries and hours of the help card in words; pure apart from the language.
 *
 * Called by the help card.
 */
import { DAY_AND_NIGHT, type Helpline } from '../../helplines';
import { currentLanguage, t } from '../../i18n/language.svelte';

/** "Ireland" in the language of now; the code where the browser knows no name. */
export function countryText(code: string): string {
  return new Intl.DisplayNames(currentLanguage(), { type: 'region' }).of(code) ?? code;
}

/** lang: where the words are the line's own. */
export function hoursText(line: Helpline): { readonly text: string; readonly lang: string | undefined } {
  if (line.hours === null) return { text: t('help.hours_unknown'), lang: undefined };
  if (line.hours === DAY_AND_NIGHT) return { text: t('help.hours_always'), lang: undefined };
  return { text: line.hours, lang: line.lang };
}
