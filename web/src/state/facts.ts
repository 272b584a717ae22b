/**
 * Everything that can change the state: what the server told (already opened) and what happened here.
 *
 * Made by `client.ts`, `visit.ts` and `open_sealed.ts`; understood by `reduce.ts`. Types only.
 */
import type {
  AppState,
  BarredPerson,
  CaptionLine,
  ChatMessage,
  Creation,
  Devices,
  Ending,
  Floor,
  Greeting,
  Hands,
  KnockProblem,
  Line,
  MeetingView,
  NoticeCode,
  OutgoingMessage,
  ParticipantId,
  Person,
  Role,
  Round,
  SeatState,
  Status,
  Traffic,
  Transport,
} from './model';
import type { Receptions } from './model_receptions';
import type { Breakouts, QuietRoom } from './model_rooms';
import type { GroupTexts, ChatMode, MadeContact, Pulse, Resource, RunSheet } from './model_session';

/** Who wrote it, by name, is added by the reducer. */
export type OpenedMessage = Omit<ChatMessage, 'authorProfile' | 'mine'>;

/** As told; what the page remembers of it is added by the reducer. */
export type ToldRound = Omit<Round, 'nudged'>;

/** What only this page knows, or works out for itself. */
type PageOnly =
  | 'role'
  | 'outgoing'
  | 'speaking'
  | 'seats'
  | 'decrypting'
  | 'happenings'
  | 'captions'
  | 'pulseResult'
  | 'contactsMade'
  | 'receptions';

/** A snapshot whose seals were opened. */
export type OpenedSnapshot = Omit<MeetingView, PageOnly | 'messages' | 'round'> & {
  readonly messages: readonly OpenedMessage[];
  readonly round: ToldRound | null;
};

/** An event whose seals were opened. */
export type OpenedEvent =
  | { readonly t: 'person_came' | 'person_changed'; readonly person: Person }
  | { readonly t: 'person_parted'; readonly who: ParticipantId; readonly how: string }
  | { readonly t: 'connection_lost' | 'connection_restored'; readonly who: ParticipantId }
  | {
      readonly t: 'media_set' | 'media_allowed';
      readonly who: ParticipantId;
      readonly mic: boolean;
      readonly camera: boolean;
    }
  | { readonly t: 'lock_changed'; readonly locked: boolean }
  | { readonly t: 'lead_changed'; readonly lead: ParticipantId | null }
  | { readonly t: 'status_changed'; readonly status: Status }
  | { readonly t: 'person_barred'; readonly person: BarredPerson }
  | { readonly t: 'bar_undone'; readonly who: ParticipantId }
  | OpenedTurnEvent
  | OpenedRoomEvent
  | OpenedSessionEvent;

/** Rounds, hands and the floor; `atMs`: when it was told, by the clock of this device. */
export type OpenedTurnEvent =
  | { readonly t: 'round_changed'; readonly round: ToldRound | null; readonly atMs: number }
  | { readonly t: 'share_nudged'; readonly turn: number }
  | { readonly t: 'hands_changed'; readonly hands: Hands; readonly atMs: number }
  | { readonly t: 'floor_changed'; readonly floor: Floor }
  | { readonly t: 'admission_changed'; readonly betweenShares: boolean };

/** Breakouts, quiet rooms, and who waits for somebody. */
export type OpenedRoomEvent =
  | { readonly t: 'needs_changed'; readonly needs: readonly ParticipantId[] }
  | { readonly t: 'quiet_rooms_changed'; readonly quiet: readonly QuietRoom[] }
  | { readonly t: 'breakouts_changed'; readonly breakouts: Breakouts | null };

/** Chat, and what belongs to the session as a whole. */
export type OpenedSessionEvent =
  | { readonly t: 'said'; readonly message: OpenedMessage }
  | { readonly t: 'message_deleted' | 'taken_back'; readonly number: number }
  | { readonly t: 'chat_changed'; readonly mode: ChatMode; readonly slowMs: number }
  | { readonly t: 'pause_changed'; readonly byHand: boolean }
  | { readonly t: 'texts_set'; readonly group: GroupTexts | null }
  | { readonly t: 'run_sheet_changed'; readonly runSheet: RunSheet | null }
  | { readonly t: 'pulse_changed'; readonly pulse: Pulse | null }
  | { readonly t: 'pulse_shown'; readonly counts: readonly number[] | null }
  | { readonly t: 'handed_out'; readonly resource: Resource }
  | { readonly t: 'contacts_changed'; readonly contacts: readonly ParticipantId[] | null }
  | { readonly t: 'captioned'; readonly line: CaptionLine }
  | ({ readonly t: 'contact_made' } & MadeContact);

export type Fact =
  // the page
  | { readonly kind: 'no_link' }
  | { readonly kind: 'terms'; readonly policy: 'open' | 'organiser_key'; readonly mostPeople: number }
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
  /** wasTold: what the meeting had told of my media before it told nothing for a while; null: it never did, or I asked for something since. */
  | {
      readonly kind: 'snapshot';
      readonly snapshot: OpenedSnapshot;
      readonly wasTold?: AppState['wanted'] | null;
    }
  /** by: the facilitator who ordered it, as far as I may know. */
  | { readonly kind: 'happened'; readonly events: readonly OpenedEvent[]; readonly by?: ParticipantId | null }
  | { readonly kind: 'seats'; readonly seats: readonly SeatState[] }
  | { readonly kind: 'speaking'; readonly who: readonly ParticipantId[] }
  | { readonly kind: 'receptions'; readonly receptions: Receptions }
  | { readonly kind: 'outgoing'; readonly message: OutgoingMessage }
  | { readonly kind: 'outgoing_gone'; readonly id: number }
  // here
  | { readonly kind: 'line'; readonly line: Line }
  | { readonly kind: 'transport'; readonly transport: Transport }
  | { readonly kind: 'devices'; readonly patch: Partial<Devices> }
  | { readonly kind: 'low_data'; readonly lowData: boolean }
  | { readonly kind: 'wanted'; readonly wanted: Partial<{ mic: boolean; camera: boolean }> }
  | { readonly kind: 'sight'; readonly decrypting: readonly ParticipantId[]; readonly sealing: boolean }
  | { readonly kind: 'traffic'; readonly traffic: Traffic }
  | { readonly kind: 'sound_blocked'; readonly blocked: boolean }
  | { readonly kind: 'notice'; readonly code: NoticeCode }
  | { readonly kind: 'dismissed'; readonly number: number };
