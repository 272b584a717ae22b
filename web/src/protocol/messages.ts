/**
 * Every message of the server, one interface each; `docs/protocol.md` explains them, `codec.ts` unpacks them.
 *
 * Used by the codec, the connection and `open_sealed.ts`. What a client says is in `orders.ts`. Imports nothing.
 */

// ── parts of server messages ─────────────────────────────────────────────────────────────────────

export interface IceServer {
  readonly urls: readonly string[];
  readonly username: string | null;
  readonly credential: string | null;
}

export type WireRole = 'facilitator' | 'guest' | 'member';
export type WireStatus = 'waiting' | 'open' | 'paused' | 'debrief' | 'ended';
export type WireFloor = 'open' | 'gentle' | 'held';
export type WireRoundKind = 'circle' | 'volunteers' | 'nomination' | 'facilitator';
export type WirePhase = 'offered' | 'sharing' | 'naming' | 'open' | 'resting';
export type WireStage = 'first' | 'again' | 'invited';
export type WireStanding = 'waiting' | 'later' | 'passed' | 'shared' | 'offered' | 'sharing';

export type WireChatMode = 'open' | 'approved' | 'facilitators' | 'closed';
export type WireHeld = 'approval' | 'share';
export type WireBreakoutKind = 'by_hand' | 'random' | 'topic' | 'pairs';
export type WireConsent = 'asked' | 'go' | 'stay';
export type WireQuietKind = 'need' | 'greeting' | 'aside';
export type WireSegmentKind = 'gathering' | 'round' | 'open' | 'breakouts' | 'break' | 'closing';

export interface WirePerson {
  readonly id: string;
  readonly role: WireRole;
  readonly profile: Uint8Array;
  readonly room: string;
  readonly connected: boolean;
  readonly mic: boolean;
  readonly camera: boolean;
  readonly mic_allowed: boolean;
  readonly camera_allowed: boolean;
  readonly returning: boolean;
  readonly away: boolean;
  readonly admitted: boolean;
  readonly place: string;
  readonly silent_ms: number | null;
  readonly guest_left_ms: number | null;
  readonly captions: boolean;
  readonly interprets: boolean;
}

export interface WireChat {
  readonly number: number;
  readonly author: string;
  readonly body: Uint8Array;
  readonly age_ms: number;
  readonly line: string | null;
  readonly everywhere: boolean;
  readonly held: WireHeld | null;
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
  readonly again: boolean;
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

export interface WireBreakout {
  readonly id: string;
  readonly topic: Uint8Array;
  readonly host: string | null;
  readonly people: readonly string[];
  readonly calling: boolean;
  readonly alone: boolean;
}

export interface WireBreakouts {
  readonly kind: WireBreakoutKind;
  readonly open: boolean;
  readonly rooms: readonly WireBreakout[];
  readonly left_ms: number | null;
  readonly runs: boolean;
  readonly noticed: boolean;
  readonly unattended: boolean;
  readonly yours: string | null;
  readonly answer: WireConsent | null;
  readonly consents: Readonly<Record<string, WireConsent>>;
}

export interface WireQuietRoom {
  readonly id: string;
  readonly kind: WireQuietKind;
  readonly who: string;
  readonly facilitator: string;
}

export interface WireSegment {
  readonly kind: WireSegmentKind;
  readonly title: Uint8Array;
  readonly length_ms: number;
  readonly floor: WireFloor;
  readonly chat: WireChatMode;
}

export interface WireRunSheet {
  readonly segments: readonly WireSegment[];
  readonly current: number | null;
  /** Below 0: so long over. */
  readonly left_ms: number | null;
  readonly runs: boolean;
}

export interface WirePulse {
  readonly number: number;
  readonly body: Uint8Array;
  readonly options: number;
  readonly answered: boolean;
}

export interface WireResource {
  readonly number: number;
  readonly body: Uint8Array;
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
  readonly chat: WireChatMode;
  readonly slow_ms: number;
  readonly held_by_hand: boolean;
  readonly breakouts: WireBreakouts | null;
  readonly quiet: readonly WireQuietRoom[];
  readonly needs: readonly string[];
  readonly run_sheet: WireRunSheet | null;
  readonly pulse: WirePulse | null;
  readonly resources: readonly WireResource[];
  readonly contacts: readonly string[] | null;
  readonly texts: Uint8Array;
}

// ── events ───────────────────────────────────────────────────────────────────────────────────────

/** Rounds, hands and the floor. */
export type TurnEvent =
  | { readonly t: 'round_changed'; readonly round: WireRound | null }
  | { readonly t: 'share_nudged'; readonly turn: number }
  | { readonly t: 'hands_changed'; readonly hands: WireHands }
  | { readonly t: 'floor_changed'; readonly floor: WireFloor }
  | { readonly t: 'admission_changed'; readonly between_shares: boolean };

/** Breakouts, quiet rooms, and who waits for somebody. */
export type RoomEvent =
  | { readonly t: 'needs_changed'; readonly needs: readonly string[] }
  | { readonly t: 'quiet_rooms_changed'; readonly quiet: readonly WireQuietRoom[] }
  | { readonly t: 'breakouts_changed'; readonly breakouts: WireBreakouts | null };

/** Chat, and what belongs to the session as a whole. */
export type SessionEvent =
  | { readonly t: 'said'; readonly message: WireChat }
  | { readonly t: 'message_deleted' | 'taken_back'; readonly number: number }
  | { readonly t: 'chat_changed'; readonly mode: WireChatMode; readonly slow_ms: number }
  | { readonly t: 'pause_changed'; readonly by_hand: boolean }
  | { readonly t: 'texts_set'; readonly body: Uint8Array }
  | { readonly t: 'run_sheet_changed'; readonly run_sheet: WireRunSheet | null }
  | { readonly t: 'pulse_changed'; readonly pulse: WirePulse | null }
  | { readonly t: 'pulse_shown'; readonly counts: readonly number[] | null }
  | { readonly t: 'handed_out'; readonly resource: WireResource }
  | { readonly t: 'contacts_changed'; readonly contacts: readonly string[] | null }
  | { readonly t: 'contact_made'; readonly who: string; readonly body: Uint8Array }
  | { readonly t: 'captioned'; readonly number: number; readonly who: string; readonly body: Uint8Array };

export type MeetingEvent =
  | TurnEvent
  | RoomEvent
  | SessionEvent
  | { readonly t: 'person_came' | 'person_changed'; readonly person: WirePerson }
  | { readonly t: 'person_parted'; readonly who: string; readonly how: string }
  | { readonly t: 'connection_lost' | 'connection_restored'; readonly who: string }
  | {
      readonly t: 'media_set' | 'media_allowed';
      readonly who: string;
      readonly mic: boolean;
      readonly camera: boolean;
    }
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
  readonly texts: Uint8Array;
}

export interface Joined {
  readonly t: 'joined';
  readonly you: string;
  readonly role: WireRole;
  readonly resume: Uint8Array;
  readonly position: Uint8Array;
  readonly snapshot: Snapshot | null;
  readonly answer: string | null;
  readonly ice_servers: readonly IceServer[];
}

export interface Happened {
  readonly t: 'happened';
  readonly position: Uint8Array;
  readonly events: readonly MeetingEvent[];
  /** The facilitator who ordered it, for facilitators; null: somebody else did, or time. */
  readonly by: string | null;
}

export interface SnapshotMessage {
  readonly t: 'snapshot';
  readonly position: Uint8Array;
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

export type WireWhy =
  'full' | 'fitting' | 'invisible' | 'not_sent' | 'bandwidth' | 'loss' | 'low_data' | 'calm';

/** One camera or screen that somebody might see. `height_px` 0: it does not come. */
export interface WirePicture {
  readonly who: string;
  readonly screen: boolean;
  readonly height_px: number;
  readonly bps: number;
  readonly why: WireWhy;
}

export interface WireReception {
  readonly who: string;
  readonly estimate_bps: number | null;
  readonly lost_permille: number;
  readonly low_data: boolean;
  readonly pictures: readonly WirePicture[];
}

/** What everybody gets of the pictures, for the facilitator who asked. */
export interface Grants {
  readonly t: 'grants';
  readonly id: number;
  readonly people: readonly WireReception[];
  readonly left_out: number;
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

/** Nobody shows these layers of my camera; all others are wanted. */
export interface LayersUnwanted {
  readonly t: 'layers_unwanted';
  readonly rids: readonly string[];
}

/** My media transport is no more at the server: a new one is to be offered. */
export interface MediaLost {
  readonly t: 'media_lost';
}

export interface Pong {
  readonly t: 'pong';
  readonly n: number;
}

export type ServerMessage =
  | Seen
  | Joined
  | Happened
  | SnapshotMessage
  | Done
  | Answer
  | Grants
  | Refused
  | Seats
  | Speaking
  | LayersUnwanted
  | MediaLost
  | Pong;
