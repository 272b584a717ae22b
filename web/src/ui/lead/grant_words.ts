/**
 * The words for what everybody gets of the pictures; pure apart from the language.
 *
 * Called by the view of facilitators.
 */
import { currentLanguage, t } from '../../i18n/language.svelte';
import { type Received, sizeOf, type Verdict } from '../../state/receptions';
import { nameOf } from '../words';

const BITS_PER_KBIT = 1_000;
const PERMILLE = 1_000;

/** Whether a facilitator may want to do something: speak slowly, wait, ask in the chat. */
export function needsThought(verdict: Verdict): boolean {
  return ['dark', 'lossy', 'narrow', 'text'].includes(verdict);
}

export function rateText(bps: number): string {
  return t('grants.rate', {
    kbits: new Intl.NumberFormat(currentLanguage()).format(Math.round(bps / BITS_PER_KBIT)),
  });
}

export function shareText(permille: number): string {
  const percent = { style: 'percent', maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(currentLanguage(), percent).format(permille / PERMILLE);
}

/** "Mia: large (540 lines), 700 kbit/s. The best there is.". */
export function pictureText(picture: Received['pictures'][number]): string {
  const why = t(`grants.why.${picture.why}`);
  const name = nameOf(picture.of?.profile ?? null);
  const whose = picture.screen ? t('grants.screen_of', { name }) : name;
  const size = sizeOf(picture);
  if (size === 'none') return t('grants.no_picture', { name: whose, why });
  const lines = t('grants.lines', { size: t(`grants.size.${size}`), lines: String(picture.heightPx) });
  return t('grants.picture', { name: whose, size: lines, rate: rateText(picture.bps), why });
}
