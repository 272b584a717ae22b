/**
 * Four ways to spend an evening, as facilitators really do, and the drafts the editor works on; pure.
 *
 * Called by `RunSheetEditor.svelte`. Titles are words of the facilitator's language: they are sealed as she sees them.
 */
import { t } from '../../i18n/language.svelte';
import type { TextKey } from '../../i18n/translate';
import type { Segment, SegmentKind, SegmentPlan } from '../../state/model_session';
import { topicText } from '../room_words';
import { MINUTE_MS, wholeMinutes } from '../session_words';

export type TemplateName = 'evening' | 'hour' | 'guest' | 'pairs';

export const TEMPLATES: readonly TemplateName[] = ['evening', 'hour', 'guest', 'pairs'];

export const KINDS: readonly SegmentKind[] = ['gathering', 'round', 'open', 'breakouts', 'break', 'closing'];

/** What goes with a kind unless somebody says otherwise: in rounds only the holder is heard, in a break nobody must be quiet. */
const USUAL: Readonly<Record<SegmentKind, Pick<SegmentPlan, 'floor' | 'chat'>>> = {
  gathering: { floor: 'open', chat: 'open' },
  round: { floor: 'held', chat: 'open' },
  open: { floor: 'gentle', chat: 'open' },
  breakouts: { floor: 'open', chat: 'open' },
  break: { floor: 'open', chat: 'open' },
  closing: { floor: 'held', chat: 'open' },
};

type NamedKey = Extract<TextKey, `sheet.named.${string}`>;
type Line = readonly [SegmentKind, NamedKey | null, number];

const LINES: Readonly<Record<TemplateName, readonly Line[]>> = {
  evening: [
    ['gathering', null, 5],
    ['open', 'sheet.named.welcome', 5],
    ['open', 'sheet.named.agreement', 5],
    ['round', 'sheet.named.check_in', 20],
    ['break', 'sheet.named.baby_break', 5],
    ['open', 'sheet.named.topic', 20],
    ['closing', 'sheet.named.closing', 10],
    ['open', 'sheet.named.resources', 5],
  ],
  hour: [
    ['gathering', null, 5],
    ['open', 'sheet.named.welcome', 5],
    ['round', 'sheet.named.check_in', 25],
    ['break', 'sheet.named.baby_break', 5],
    ['open', 'sheet.named.topic', 10],
    ['closing', 'sheet.named.closing', 10],
  ],
  guest: [
    ['gathering', null, 5],
    ['open', 'sheet.named.welcome', 10],
    ['round', 'sheet.named.check_in', 20],
    ['open', 'sheet.named.guest', 20],
    ['open', 'sheet.named.questions', 15],
    ['break', 'sheet.named.baby_break', 5],
    ['closing', 'sheet.named.closing', 10],
    ['open', 'sheet.named.resources', 5],
  ],
  pairs: [
    ['gathering', null, 5],
    ['open', 'sheet.named.welcome', 5],
    ['round', 'sheet.named.check_in', 15],
    ['breakouts', 'sheet.named.pairs', 15],
    ['break', 'sheet.named.baby_break', 5],
    ['closing', 'sheet.named.closing', 10],
    ['open', 'sheet.named.resources', 5],
  ],
};

/** One part while it is edited. */
export interface PartDraft extends Pick<SegmentPlan, 'kind' | 'title' | 'floor' | 'chat'> {
  readonly minutes: number;
}

export const LONGEST_MINUTES = 180;
/** As many as the meeting takes (`max_segments` of its rules). */
export const MOST_PARTS = 24;

export function template(name: TemplateName): readonly PartDraft[] {
  return LINES[name].map(([kind, key, minutes]) => ({
    kind,
    title: key === null ? '' : t(key),
    minutes,
    ...USUAL[kind],
  }));
}

export function newPart(): PartDraft {
  return { kind: 'open', title: '', minutes: 10, ...USUAL.open };
}

/** With the kind, who is heard and who may write change to what is usual there. */
export function withKind(part: PartDraft, kind: SegmentKind): PartDraft {
  return { ...part, kind, ...USUAL[kind] };
}

export function draftOf(segments: readonly Segment[]): readonly PartDraft[] {
  return segments.map(({ kind, title, lengthMs, floor, chat }) => ({
    kind,
    title: topicText(title) ?? '',
    minutes: wholeMinutes(lengthMs),
    floor,
    chat,
  }));
}

export function plansOf(parts: readonly PartDraft[]): readonly SegmentPlan[] {
  return parts.map(({ minutes, title, ...rest }) => ({
    ...rest,
    title: title.trim(),
    lengthMs: Math.min(LONGEST_MINUTES, Math.max(1, Math.round(minutes) || 1)) * MINUTE_MS,
  }));
}

export function swapped<T>(list: readonly T[], index: number, by: -1 | 1): readonly T[] {
  const [one, other] = [list[index], list[index + by]];
  return one === undefined || other === undefined ? list : list.with(index, other).with(index + by, one);
}
