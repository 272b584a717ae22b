/**
 * The words for what another facilitator did: who did it matters as much as what; pure apart from the language.
 *
 * Called by `words.ts`.
 */
import { t } from '../i18n/language.svelte';
import type { Deed, HappeningKind } from '../state/model';

export function isDeed(kind: HappeningKind): kind is Deed {
  return kind.startsWith('did_');
}

/** null: that a facilitator ordered it says nothing. by: who did it; name: about whom, if anybody. */
export function deedText(kind: Deed, by: string, name: string): string;
export function deedText(kind: HappeningKind, by: string, name: string): string | null;
export function deedText(kind: HappeningKind, by: string, name: string): string | null {
  switch (kind) {
    case 'locked':
    case 'unlocked':
    case 'paused':
    case 'resumed':
    case 'segment':
    case 'breakouts_planned':
    case 'breakouts_opened':
    case 'breakouts_closed':
    case 'pulse_asked':
    case 'handed_out':
    case 'contacts_opened':
    case 'debrief':
    case 'did_floor':
    case 'did_chat':
    case 'did_hands':
    case 'did_sheet':
    case 'did_begin_round':
    case 'did_close_round':
    case 'did_order':
    case 'did_move_on':
    case 'did_invite':
    case 'did_between':
    case 'did_drop_plan':
    case 'did_rooms':
    case 'did_take_back':
    case 'did_contacts':
    case 'did_texts':
    case 'did_aides':
      return t(`deed.${kind}`, { by });
    case 'came':
    case 'removed':
    case 'denied':
    case 'sent_to_lobby':
    case 'did_call_on':
    case 'did_name_next':
    case 'did_extend':
    case 'did_mute':
    case 'did_camera':
    case 'did_undo_bar':
    case 'did_guest_time':
      return t(`deed.${kind}`, { by, name });
    default:
      return null;
  }
}
