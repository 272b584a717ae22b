/**
 * Every message of the wire, one interface each; `docs/protocol.md` explains them, `codec.ts` packs them.
 *
 * Used by the codec, the connection and `state/open_sealed.ts`. Imports nothing.
 */

export const PROTOCOL_VERSION = 1;

// ── from a client ────────────────────────────────────────────────────────────────────────────────

export interface ResumeClaim {
  readonly secret: Uint8Array;
  readonly position: number;
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
  | 'call_on';

/** Commands that name a turn and say no more. */
export type TurnAct =
  'take_turn' | 'pass_turn' | 'come_back_later' | 'skip_turn' | 'end_share' | 'extend_share';

/** A command before it has its id. */
export type Order =
  | { readonly t: 'leave' | 'lock' | 'unlock' | 'end' | 'raise_hand' | 'close_round' }
  | { readonly t: PersonAct; readonly who: string }
  | { readonly t: 'set_media'; readonly mic: boolean; readonly camera: boolean }
  | { readonly t: 'say'; readonly body: Uint8Array }
  | { readonly t: 'delete_message'; readonly message: number }
  | { readonly t: 'offer'; readonly sdp: string }
  | { readonly t: 'set_away'; readonly away: boolean }
  | { readonly t: 'set_floor'; readonly floor: WireFloor }
  | { readonly t: 'order_hands'; readonly fair: boolean }
  | {
      readonly t: 'start_round';
      readonly kind: WireRoundKind;
      readonly share_ms: number | null;
      readonly order: readonly string[];
      readonly invite_passed: boolean;
    }
  | { readonly t: 'reorder_round'; readonly order: readonly string[] }
  | { readonly t: 'invite_passed'; readonly invite: boolean }
  | { readonly t: 'admit_between_shares'; readonly on: boolean }
  | { readonly t: TurnAct; readonly turn: number }
  | { readonly t: 'name_next'; readonly turn: number; readonly who: string }
  | { readonly t: 'share_in_writing'; readonly turn: number; readonly body: Uint8Array };

export type Command = Order & { readonly id: number };

export type ClientMessage = Look | Join | Ping | Command;

// ── parts of server messages ─────────────────────────────────────────────────────────────────────

export interface IceServer {
  readonly urls: readonly string[];
  readonly username: string | null;
  readonly credential: string | null;
}

export type WireRole = 'facilitator' | 'guest' | 'member';
export type WireStatus = 'waiting' | 'open' | 'paused' | 'ended';
export type WireRoom = 'lobby' | 'main';
export type WireFloor = 'open' | 'gentle' | 'held';
export type WireRoundKind = 'circle' | 'volunteers' | 'nomination' | 'facilitator';
export type WirePhase = 'offered' | 'sharing' | 'naming' | 'open' | 'resting';
export type WireStage = 'first' | 'again' | 'invited';
export type WireStanding = 'waiting' | 'later' | 'passed' | 'shared' | 'offered' | 'sharing';

export interface WirePerson {
  readonly id: string;
  readonly role: WireRole;
  readonly profile: Uint8Array;
  readonly room: WireRoom;
  readonly connected: boolean;
  readonly mic: boolean;
  readonly camera: boolean;
  readonly mic_allowed: boolean;
  readonly camera_allowed: boolean;
  readonly returning: boolean;
  readonly away: boolean;
  readonly admitted: boolean;
}

export interface WireChat {
  readonly number: number;
  readonly author: string;
  readonly body: Uint8Array;
  readonly age_ms: number;
}

export interface WireBarred {
  readonly id: string;
  readonly profile: Uint8Array;
  readonly reason: 'removed' | 'denied';
}

export interface WirePlace {
  readonly who: string;
  readonly standing: WireStanding;
}

export interface WireRound {
  readonly kind: WireRoundKind;
  readonly turn: number;
  readonly phase: WirePhase;
  readonly who: string | null;
  readonly left_ms: number | null;
  readonly runs: boolean;
  readonly held: boolean;
  readonly stage: WireStage;
  readonly named: string | null;
  readonly share_ms: number | null;
  readonly invite_passed: boolean;
  readonly places: readonly WirePlace[];
}

export interface WireHands {
  readonly raised: readonly string[];
  readonly fair: boolean;
  readonly called: string | null;
}

export interface Snapshot {
  readonly you: string;
  readonly status: WireStatus;
  readonly locked: boolean;
  readonly lead: string | null;
  readonly present: number;
  readonly people: readonly WirePerson[];
  readonly messages: readonly WireChat[];
  readonly barred: readonly WireBarred[];
  readonly grace_ms: number;
  readonly round: WireRound | null;
  readonly hands: WireHands;
  readonly floor: WireFloor;
  readonly between_shares: boolean;
}

// ── events ───────────────────────────────────────────────────────────────────────────────────────

/** Rounds, hands, the floor and who is away. */
export type TurnEvent =
  | { readonly t: 'away_changed'; readonly who: string; readonly away: boolean }
  | { readonly t: 'round_changed'; readonly round: WireRound | null }
  | { readonly t: 'share_nudged'; readonly turn: number }
  | { readonly t: 'hands_changed'; readonly hands: WireHands }
  | { readonly t: 'floor_changed'; readonly floor: WireFloor }
  | { readonly t: 'admission_changed'; readonly between_shares: boolean }
  | { readonly t: 'admission_held'; readonly who: string };

export type MeetingEvent =
  | TurnEvent
  | { readonly t: 'person_came'; readonly person: WirePerson }
  | { readonly t: 'person_moved'; readonly who: string; readonly room: WireRoom }
  | { readonly t: 'person_parted'; readonly who: string; readonly how: string }
  | { readonly t: 'connection_lost' | 'connection_restored'; readonly who: string }
  | {
      readonly t: 'media_set' | 'media_allowed';
      readonly who: string;
      readonly mic: boolean;
      readonly camera: boolean;
    }
  | { readonly t: 'said'; readonly number: number; readonly author: string; readonly body: Uint8Array }
  | { readonly t: 'message_deleted'; readonly number: number }
  | { readonly t: 'lock_changed'; readonly locked: boolean }
  | { readonly t: 'lead_changed'; readonly lead: string | null }
  | { readonly t: 'status_changed'; readonly status: WireStatus }
  | { readonly t: 'person_barred'; readonly person: WireBarred }
  | { readonly t: 'bar_undone'; readonly who: string };

// ── from the server ──────────────────────────────────────────────────────────────────────────────

export interface Seen {
  readonly t: 'seen';
  readonly v: number;
  readonly status: WireStatus;
  readonly locked: boolean;
  readonly facilitators: readonly Uint8Array[];
  readonly present: number;
}

export interface Joined {
  readonly t: 'joined';
  readonly you: string;
  readonly role: WireRole;
  readonly resume: Uint8Array;
  readonly position: number;
  readonly snapshot: Snapshot | null;
  readonly answer: string | null;
  readonly ice_servers: readonly IceServer[];
}

export interface Happened {
  readonly t: 'happened';
  readonly position: number;
  readonly events: readonly MeetingEvent[];
}

export interface SnapshotMessage {
  readonly t: 'snapshot';
  readonly position: number;
  readonly snapshot: Snapshot;
}

export interface Done {
  readonly t: 'done';
  readonly id: number;
}

export interface Answer {
  readonly t: 'answer';
  readonly id: number;
  readonly sdp: string;
}

export interface Refused {
  readonly t: 'refused';
  readonly id: number | null;
  readonly code: string;
  readonly text: string;
}

export interface WireSeat {
  readonly who: string | null;
  readonly audio: boolean;
  readonly video: boolean;
}

export interface Seats {
  readonly t: 'seats';
  readonly seats: readonly WireSeat[];
}

export interface Speaking {
  readonly t: 'speaking';
  readonly who: readonly string[];
}

export interface Pong {
  readonly t: 'pong';
  readonly n: number;
}

export type ServerMessage =
  Seen | Joined | Happened | SnapshotMessage | Done | Answer | Refused | Seats | Speaking | Pong;
