/**
 * The words of slow mode; pure apart from the language.
 *
 * Called by the chat.
 */
import { t } from '../../i18n/language.svelte';
import { MINUTE_MS } from '../session_words';

const SECOND_MS = 1_000;

export function pauseText(ms: number): string {
  return ms < MINUTE_MS
    ? t('chat.slow_s', { n: Math.round(ms / SECOND_MS) })
    : t('chat.slow_m', { n: Math.round(ms / MINUTE_MS) });
}

export function pauseChoice(ms: number): string {
  if (ms === 0) return t('chat.lead_slow_none');
  return ms < MINUTE_MS
    ? t('chat.lead_slow_s', { n: Math.round(ms / SECOND_MS) })
    : t('chat.lead_slow_m', { n: Math.round(ms / MINUTE_MS) });
}
