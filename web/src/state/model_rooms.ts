/**
 * Rooms beside the main one: breakouts, planned or open, and quiet rooms; types only.
 *
 * Part of the one state in `model.ts`; asked through `rooms.ts`.
 */
import type { Clock, MessageBody, ParticipantId, RoomId } from './model';

/** by_hand, random: a facilitator's plan; topic: everybody chooses herself; pairs: rotating, two and two. */
export type BreakoutKind = 'by_hand' | 'random' | 'topic' | 'pairs';

/** stay: in the main room; she may still go later. */
export type Consent = 'asked' | 'go' | 'stay';

export interface Breakout {
  readonly id: RoomId;
  /** An empty text: no topic. */
  readonly topic: MessageBody;
  /** Who looks after it. */
  readonly host: ParticipantId | null;
  /** For whom it is meant. Facilitators know all, others those of their own room (with kind `topic`: of every room). */
  readonly people: readonly ParticipantId[];
  /** Its people called a facilitator; cleared when one comes. */
  readonly calling: boolean;
  /** People are in it, and neither its host nor a facilitator. */
  readonly alone: boolean;
}

/** One plan: shown before (`open` false), then the open rooms. The clock has no limit where `leftMs` is null. */
export interface Breakouts extends Clock {
  readonly kind: BreakoutKind;
  readonly open: boolean;
  readonly rooms: readonly Breakout[];
  /** They close soon: finish your thought. */
  readonly noticed: boolean;
  /** Rooms that nobody looks after are allowed. */
  readonly unattended: boolean;
  /** Meant for me; null: none (yet). */
  readonly yours: RoomId | null;
  /** null: I was not asked. */
  readonly answer: Consent | null;
  /** Facilitators only: what each person answered. */
  readonly consents: Readonly<Record<ParticipantId, Consent>>;
}

/** need: she asked for someone. greeting: a newcomer from the lobby. aside: a facilitator took her aside and ends it. */
export type QuietKind = 'need' | 'greeting' | 'aside';

/** Only its two people and the facilitators know of it. */
export interface QuietRoom {
  readonly id: RoomId;
  readonly kind: QuietKind;
  readonly who: ParticipantId;
  readonly facilitator: ParticipantId;
}

/** What a facilitator plans; the server numbers the rooms. */
export interface RoomPlan {
  readonly topic: string;
  readonly host: ParticipantId | null;
  readonly people: readonly ParticipantId[];
}

export interface BreakoutPlan {
  readonly kind: BreakoutKind;
  /** by_hand: who goes where. topic: what they are about. random and pairs: topics and hosts, in order, where wanted. */
  readonly rooms: readonly RoomPlan[];
  /** People in each room; `random` only, else null. */
  readonly size: number | null;
  /** null: until a facilitator calls them back. */
  readonly lengthMs: number | null;
  readonly unattended: boolean;
}
