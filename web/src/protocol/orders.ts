/**
 * Every message from a client, one type each; `docs/protocol.md` explains them, `codec.ts` packs them.
 *
 * Made by `visit.ts` and the commands of the client, sent by the connection. Imports words of `messages.ts` only.
 */
import type { WireBreakoutKind, WireChatMode, WireFloor, WireRoundKind, WireSegment } from './messages';

export const PROTOCOL_VERSION = 1;

export interface ResumeClaim {
  readonly secret: Uint8Array;
  /** As it came last; empty: nothing was seen. */
  readonly position: Uint8Array;
}

export interface Look {
  readonly t: 'look';
  readonly v: number;
  readonly token: string;
}

export interface Join {
  readonly t: 'join';
  readonly v: number;
  readonly token: string;
  readonly device: Uint8Array;
  readonly profile: Uint8Array;
  readonly offer: string | null;
  readonly resume: ResumeClaim | null;
}

export interface Ping {
  readonly t: 'ping';
  readonly n: number;
}

/** Commands about one person, by facilitators. */
export type PersonAct =
  | 'admit'
  | 'deny'
  | 'send_to_lobby'
  | 'mute'
  | 'allow_mic'
  | 'stop_camera'
  | 'allow_camera'
  | 'remove'
  | 'undo_bar'
  | 'lower_hand'
  | 'call_on'
  | 'accept_need'
  | 'greet'
  | 'take_aside'
  | 'withdraw_contact';

/** Commands that say no more than their name. */
export type PlainAct =
  | 'leave'
  | 'lock'
  | 'unlock'
  | 'end'
  | 'raise_hand'
  | 'ask_for_someone'
  | 'withdraw_need'
  | 'end_quiet'
  | 'call_facilitator'
  | 'pause'
  | 'go_on'
  | 'open_contacts'
  | 'close_contacts'
  | 'begin_debrief'
  | 'ask_grants';

/** Commands that name a turn and say no more. */
export type TurnAct =
  'take_turn' | 'pass_turn' | 'come_back_later' | 'skip_turn' | 'end_share' | 'extend_share';

/** Commands that carry one sealed text and say no more. */
export type WrittenAct = 'say' | 'say_to_facilitators' | 'broadcast' | 'hand_out' | 'caption';

export interface PlannedRoom {
  readonly topic: Uint8Array;
  readonly host: string | null;
  readonly people: readonly string[];
}

/** Rooms: breakouts and quiet rooms. `was`: the rooms of the plan I looked at, empty: there was none; null: whatever it is. */
export type RoomOrder =
  | {
      readonly t: 'plan_breakouts';
      readonly kind: WireBreakoutKind;
      readonly rooms: readonly PlannedRoom[];
      readonly size: number | null;
      readonly seed: number;
      readonly length_ms: number | null;
      readonly unattended: boolean;
      readonly was: readonly string[] | null;
    }
  | { readonly t: 'drop_plan' | 'open_breakouts'; readonly was: readonly string[] | null }
  | { readonly t: 'answer_breakout'; readonly room: string | null }
  | { readonly t: 'assign_room'; readonly who: string; readonly room: string | null }
  | { readonly t: 'set_host'; readonly room: string; readonly who: string | null }
  | { readonly t: 'enter_room'; readonly room: string }
  | { readonly t: 'extend_breakouts'; readonly ms: number; readonly was: readonly string[] | null }
  | {
      readonly t: 'recall_breakouts';
      readonly at_once: boolean;
      readonly was: readonly string[] | null;
    };

/** Chat modes, the line to the facilitators, and what belongs to the session as a whole. `was`: what I looked at; null: whatever it is. */
export type SessionOrder =
  | { readonly t: 'set_chat_mode'; readonly mode: WireChatMode; readonly was: WireChatMode | null }
  | { readonly t: 'set_slow_mode'; readonly ms: number; readonly was: number | null }
  | { readonly t: 'delete_message' | 'approve_message'; readonly message: number }
  | { readonly t: 'answer_on_line' | 'offer_contact'; readonly who: string; readonly body: Uint8Array }
  | { readonly t: 'name_captioner' | 'name_interpreter'; readonly who: string | null }
  | { readonly t: 'set_texts'; readonly body: Uint8Array }
  | {
      readonly t: 'set_run_sheet';
      readonly segments: readonly WireSegment[];
      /** What I looked at, as it came; null: whatever it is. */
      readonly was: readonly WireSegment[] | null;
    }
  | {
      readonly t: 'go_to_segment';
      readonly index: number | null;
      readonly was: readonly WireSegment[] | null;
    }
  | { readonly t: 'set_guest_time'; readonly who: string; readonly ms: number }
  | { readonly t: 'open_pulse'; readonly body: Uint8Array; readonly options: number }
  /** `pulse`: the number of the question I looked at; null: whatever it is. */
  | { readonly t: 'answer_pulse'; readonly option: number; readonly pulse: number | null }
  | { readonly t: 'close_pulse'; readonly pulse: number | null }
  | { readonly t: 'take_back'; readonly resource: number };

/** A command before it has its id. */
export type Order =
  | RoomOrder
  | SessionOrder
  | { readonly t: PlainAct }
  | { readonly t: PersonAct; readonly who: string }
  | { readonly t: WrittenAct; readonly body: Uint8Array }
  | { readonly t: 'set_media'; readonly mic: boolean; readonly camera: boolean }
  | { readonly t: 'offer'; readonly sdp: string }
  | { readonly t: 'set_away'; readonly away: boolean }
  | { readonly t: 'set_floor'; readonly floor: WireFloor; readonly was: WireFloor | null }
  | { readonly t: 'order_hands'; readonly fair: boolean }
  | {
      readonly t: 'start_round';
      readonly kind: WireRoundKind;
      readonly share_ms: number | null;
      readonly order: readonly string[];
      readonly invite_passed: boolean;
    }
  /** `was`: the whole order I looked at; null: whatever it is. */
  | {
      readonly t: 'reorder_round';
      readonly order: readonly string[];
      readonly was: readonly string[] | null;
    }
  /** `turn`: the one I looked at; null: whatever it is. */
  | { readonly t: 'invite_passed'; readonly invite: boolean; readonly turn: number | null }
  | { readonly t: 'close_round'; readonly turn: number | null }
  | { readonly t: 'admit_between_shares'; readonly on: boolean }
  | { readonly t: TurnAct; readonly turn: number }
  | { readonly t: 'name_next'; readonly turn: number; readonly who: string }
  | { readonly t: 'share_in_writing'; readonly turn: number; readonly body: Uint8Array };

export type Command = Order & { readonly id: number };

/** What I see now; the newest word counts, there is no answer. Heights in device pixels, 0: not visible. */
export interface Watching {
  readonly t: 'watching';
  readonly heights: Readonly<Record<string, number>>;
  readonly pinned: string | null;
  readonly low_data: boolean;
}

export type ClientMessage = Look | Join | Ping | Watching | Command;
