/**
 * The words of the strip: whose turn it is, who comes next, where I am; pure apart from the language.
 *
 * Called by the screens of the circle.
 */
import { currentLanguage, t } from '../i18n/language.svelte';
import type { MeetingView, Person, Round } from '../state/model';
import { personOf } from '../state/selectors';
import { amAskedToStayMuted, amSilenced, hands, myPlace, next } from '../state/turns';
import { nameOf } from './words';

const MINUTE_MS = 60_000;

function named(meeting: MeetingView, who: string | null): string {
  return nameOf(who === null ? null : (personOf(meeting, who)?.profile ?? null));
}

/** What is going on now; null: nothing to say. */
export function nowText(meeting: MeetingView): string | null {
  const { round, hands: told, you } = meeting;
  if (round !== null) return roundText(meeting, round);
  if (told.called === null) return null;
  return told.called === you ? t('turn.called_me') : t('turn.called', { name: named(meeting, told.called) });
}

function roundText(meeting: MeetingView, round: Round): string {
  const mine = round.who === meeting.you;
  const name = named(meeting, round.who);
  switch (round.phase) {
    case 'offered':
      return mine ? t('turn.offered_me') : t('turn.offered', { name });
    case 'sharing':
      if (round.held) return t('turn.held', { name });
      return mine ? t('turn.now_me') : t('turn.now', { name });
    case 'naming':
      if (round.kind === 'facilitator' || round.who === null) return t('turn.naming_lead');
      return mine ? t('turn.naming_me') : t('turn.naming', { name });
    case 'open':
      return round.stage === 'invited' ? t('turn.invited') : t('turn.open');
    case 'resting':
      return t('turn.resting');
  }
}

export function nextText(meeting: MeetingView): string | null {
  const person = next(meeting);
  if (person === null) return null;
  return person.id === meeting.you ? t('turn.next_me') : t('turn.next', { name: nameOf(person.profile) });
}

/** "You are 3rd"; null where now and next have said it. */
export function placeText(meeting: MeetingView): string | null {
  const n = myPlace(meeting);
  if (n === null || n === 1 || next(meeting)?.id === meeting.you) return null;
  const form = new Intl.PluralRules(currentLanguage(), { type: 'ordinal' }).select(n);
  switch (form) {
    case 'one':
    case 'two':
    case 'few':
      return t(`turn.place_${form}`, { n });
    default:
      return t('turn.place_other', { n });
  }
}

/** Outside of rounds: whose hands are up, in their order. */
export function handsText(meeting: MeetingView, list: (names: readonly string[]) => string): string | null {
  const names = hands(meeting).map((person: Person) => nameOf(person.profile));
  return names.length === 0 ? null : t('turn.hands', { names: list(names) });
}

export function floorText(meeting: MeetingView): string | null {
  if (amSilenced(meeting)) return t('turn.silenced');
  return amAskedToStayMuted(meeting) ? t('turn.gentle') : null;
}

/** Whole minutes: a clock that counts seconds would press. */
export function minutesText(leftMs: number): string {
  return t('turn.time_left', { n: Math.max(1, Math.ceil(leftMs / MINUTE_MS)) });
}
