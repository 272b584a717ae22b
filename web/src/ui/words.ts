/**
 * From values of the state to words: names, hints about names, news, notices; pure apart from the language.
 *
 * Called by the screens. Imports only types, selectors and `t`.
 */
import { t } from '../i18n/language.svelte';
import type {
  Deed,
  DeviceKind,
  DeviceState,
  Happening,
  HappeningKind,
  MeetingView,
  NoticeCode,
  Profile,
} from '../state/model';
import { personOf } from '../state/selectors';
import { deedText, isDeed } from './deed_words';

export function nameOf(profile: Profile | null): string {
  if (profile === null) return t('app.someone');
  return profile.kind === 'open' ? profile.name : t('app.name_unreadable');
}

export function pronounsOf(profile: Profile): string | null {
  return profile.kind === 'open' ? profile.pronouns : null;
}

/** The letter for a tile without picture; whole characters, not halves of them. */
export function initialOf(profile: Profile): string {
  const characters = new Intl.Segmenter().segment(nameOf(profile).trim());
  const first = characters[Symbol.iterator]().next();
  return first.done === true ? '·' : first.value.segment.toLocaleUpperCase();
}

export type NameHint = 'name.hint_email' | 'name.hint_phone' | 'name.hint_full';

const EMAIL = /\S@\S+\.\S/;
const PHONE = /(?:\d[\s()./-]*){7,}/;
/** Two words that both begin with a capital, as a first and a family name do: "Ana Silva", not "Mum of two". */
const FULL_NAME = /^\s*\p{Lu}[\p{L}'’-]+(?:\s+\p{L}+\.?)*\s+\p{Lu}[\p{L}'’-]+\s*$/u;

/** What this name may give away without need; null for an ordinary one. Never a refusal. */
export function nameHint(name: string): NameHint | null {
  if (EMAIL.test(name)) return 'name.hint_email';
  if (PHONE.test(name)) return 'name.hint_phone';
  if (FULL_NAME.test(name)) return 'name.hint_full';
  return null;
}

export function happeningText({ kind, by, profile }: Happening): string {
  const name = nameOf(profile);
  if (isDeed(kind)) return deedText(kind, nameOf(by), name);
  const deed = by === null ? null : deedText(kind, nameOf(by), name);
  return deed ?? plainText(kind, name);
}

function plainText(kind: Exclude<HappeningKind, Deed>, name: string): string {
  switch (kind) {
    case 'locked':
    case 'unlocked':
    case 'paused':
    case 'resumed':
    case 'breakouts_planned':
    case 'breakouts_opened':
    case 'breakouts_noticed':
    case 'breakouts_closed':
    case 'room_calling':
    case 'room_alone':
    case 'segment':
    case 'pulse_asked':
    case 'handed_out':
    case 'contacts_opened':
    case 'debrief':
      return t(`happening.${kind}`);
    default:
      return t(`happening.${kind}`, { name });
  }
}

function deviceText(device: DeviceKind, state: DeviceState): string {
  switch (state) {
    case 'denied':
    case 'missing':
    case 'taken':
    case 'ended':
      return t(`devices.${device}.${state}`);
    case 'asking':
      return t('devices.asking');
    case 'on':
    case 'off':
      return `${t(`${device}.short`)}: ${t(`${device}.state.${state}`)}`;
  }
}

export function noticeText(code: NoticeCode, meeting: MeetingView | null): string {
  switch (code.kind) {
    case 'refused':
      return t(`refused.${code.code}`);
    case 'device':
      return deviceText(code.device, code.state);
    case 'device_not_usable':
      return t(`notice.${code.device}_not_usable`);
    case 'message_too_long':
      return t('refused.too_large');
    case 'name_missing':
      return t('name.missing');
    case 'cannot_encrypt':
      return t('transport.unsupported');
    case 'name_too_long':
      return t('name.too_long');
    case 'agreement_missing':
    case 'call_not_loaded':
    case 'place_gone':
      return t(`notice.${code.kind}`);
    case 'plaintext_refused': {
      const person = meeting === null ? null : personOf(meeting, code.who);
      return t('notice.plaintext_refused', { name: nameOf(person?.profile ?? null) });
    }
    case 'mic_held':
    case 'camera_held':
    case 'mic_allowed':
    case 'camera_allowed':
      return t(`notice.${code.kind}`);
  }
}
