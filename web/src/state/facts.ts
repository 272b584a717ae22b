/**
 * Everything that can change the state: what the server told (already opened) and what happened here.
 *
 * Made by `client.ts`, `visit.ts` and `open_sealed.ts`; understood by `reduce.ts`. Types only.
 */
import type {
  BarredPerson,
  Creation,
  Devices,
  Ending,
  Floor,
  Greeting,
  Hands,
  KnockProblem,
  Line,
  MessageBody,
  NoticeCode,
  OutgoingMessage,
  ParticipantId,
  Person,
  Role,
  Room,
  Round,
  SeatState,
  Status,
  Transport,
} from './model';

export interface OpenedMessage {
  readonly number: number;
  readonly author: ParticipantId;
  readonly body: MessageBody;
  readonly atMs: number;
}

/** As told; what the page remembers of it is added by the reducer. */
export type ToldRound = Omit<Round, 'nudged' | 'secondOffer'>;

/** A snapshot whose seals were opened. */
export interface OpenedSnapshot {
  readonly you: ParticipantId;
  readonly status: Status;
  readonly locked: boolean;
  readonly lead: ParticipantId | null;
  readonly present: number;
  readonly people: readonly Person[];
  readonly messages: readonly OpenedMessage[];
  readonly barred: readonly BarredPerson[];
  readonly graceMs: number;
  readonly round: ToldRound | null;
  readonly hands: Hands;
  readonly floor: Floor;
  readonly betweenShares: boolean;
}

/** An event whose seals were opened. */
export type OpenedEvent =
  | { readonly t: 'person_came'; readonly person: Person }
  | { readonly t: 'person_moved'; readonly who: ParticipantId; readonly room: Room }
  | { readonly t: 'person_parted'; readonly who: ParticipantId; readonly how: string }
  | { readonly t: 'connection_lost' | 'connection_restored'; readonly who: ParticipantId }
  | {
      readonly t: 'media_set' | 'media_allowed';
      readonly who: ParticipantId;
      readonly mic: boolean;
      readonly camera: boolean;
    }
  | { readonly t: 'said'; readonly message: OpenedMessage }
  | { readonly t: 'message_deleted'; readonly number: number }
  | { readonly t: 'lock_changed'; readonly locked: boolean }
  | { readonly t: 'lead_changed'; readonly lead: ParticipantId | null }
  | { readonly t: 'status_changed'; readonly status: Status }
  | { readonly t: 'person_barred'; readonly person: BarredPerson }
  | { readonly t: 'bar_undone'; readonly who: ParticipantId }
  | { readonly t: 'away_changed'; readonly who: ParticipantId; readonly away: boolean }
  | { readonly t: 'round_changed'; readonly round: ToldRound | null }
  | { readonly t: 'share_nudged'; readonly turn: number }
  | { readonly t: 'hands_changed'; readonly hands: Hands }
  | { readonly t: 'floor_changed'; readonly floor: Floor }
  | { readonly t: 'admission_changed'; readonly betweenShares: boolean }
  | { readonly t: 'admission_held'; readonly who: ParticipantId };

export type Fact =
  // the page
  | { readonly kind: 'no_link' }
  | { readonly kind: 'policy'; readonly policy: 'open' | 'organiser_key' }
  | { readonly kind: 'creation'; readonly creation: Creation }
  | { readonly kind: 'link_read'; readonly role: Role; readonly returning: boolean }
  // arriving
  | { readonly kind: 'greeted'; readonly greeting: Greeting }
  | { readonly kind: 'preparing' }
  | { readonly kind: 'back_to_arrived' }
  | { readonly kind: 'knocking' }
  | { readonly kind: 'knock_refused'; readonly problem: KnockProblem }
  | { readonly kind: 'over'; readonly ending: Ending; readonly canTryAgain: boolean }
  // the meeting
  | { readonly kind: 'snapshot'; readonly snapshot: OpenedSnapshot }
  | { readonly kind: 'happened'; readonly events: readonly OpenedEvent[] }
  | { readonly kind: 'seats'; readonly seats: readonly SeatState[] }
  | { readonly kind: 'speaking'; readonly who: readonly ParticipantId[] }
  | { readonly kind: 'outgoing'; readonly message: OutgoingMessage }
  | { readonly kind: 'outgoing_gone'; readonly id: number }
  // here
  | { readonly kind: 'line'; readonly line: Line }
  | { readonly kind: 'transport'; readonly transport: Transport }
  | { readonly kind: 'devices'; readonly patch: Partial<Devices> }
  | { readonly kind: 'wanted'; readonly wanted: Partial<{ mic: boolean; camera: boolean }> }
  | { readonly kind: 'sight'; readonly decrypting: readonly ParticipantId[]; readonly sealing: boolean }
  | { readonly kind: 'sound_blocked'; readonly blocked: boolean }
  | { readonly kind: 'notice'; readonly code: NoticeCode }
  | { readonly kind: 'dismissed'; readonly number: number };
