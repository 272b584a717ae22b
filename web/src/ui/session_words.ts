/**
 * The words for the parts of a session and their time; pure apart from the language.
 *
 * Called by the screens.
 */
import { t } from '../i18n/language.svelte';
import type { Segment } from '../state/model_session';
import { topicText } from './room_words';

export const MINUTE_MS = 60_000;

/** Its title, or what kind of part it is. */
export function partText({ title, kind }: Segment): string {
  return topicText(title) ?? t(`part.kind.${kind}`);
}

/** Whole minutes, never less than one while there is any time. */
export function wholeMinutes(ms: number): number {
  return Math.max(1, Math.ceil(ms / MINUTE_MS));
}
