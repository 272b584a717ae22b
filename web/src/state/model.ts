// Longer than 400 lines: the one list of what a screen may read.
/**
 * The types of everything the screens show: one value, replaced and never changed in place.
 *
 * Written by `reduce.ts` only, read through `selectors.ts` and by the screens. Imports only the types beside it.
 */
import type { Receptions } from './model_receptions';
import type { Breakouts, QuietRoom } from './model_rooms';
import type {
  ChatMode,
  GroupTexts,
  MadeContact,
  Pulse,
  PulseResult,
  Resource,
  RunSheet,
} from './model_session';

/** Random, chosen by the server at join (11 characters). */
export type ParticipantId = string;

export type Role = 'facilitator' | 'guest' | 'member';

/**
 * `waiting`: no facilitator has come yet. `paused`: none is connected or one asked for it, media and chat stand still.
 * `debrief`: the group is over and erased, the facilitators are among themselves.
 */
export type Status = 'waiting' | 'open' | 'paused' | 'debrief' | 'ended';

/** `lobby`, `main`, breakouts `b1`, `b2` …, quiet rooms `q1`, `q2` …; never used twice. */
export type RoomId = string;

export type DeviceKind = 'mic' | 'camera';

/** What somebody calls herself; what cannot be opened is shown as such and never guessed. */
export type Profile =
  | { readonly kind: 'open'; readonly name: string; readonly pronouns: string | null }
  | { readonly kind: 'unreadable' };

// ── the meeting ──────────────────────────────────────────────────────────────────────────────────

export interface Person {
  readonly id: ParticipantId;
  readonly role: Role;
  readonly profile: Profile;
  /** Where she is heard and seen. */
  readonly room: RoomId;
  /** Where she belongs: rounds and hands. Differs from `room` in a quiet room only; `lobby`: not let in. */
  readonly place: RoomId;
  /** False: her connection was lost, her place is kept for the grace time. */
  readonly connected: boolean;
  /** What she sends. */
  readonly mic: boolean;
  readonly camera: boolean;
  /** What a facilitator lets her send. */
  readonly micAllowed: boolean;
  readonly cameraAllowed: boolean;
  /** Facilitators only: may be somebody who was turned away before (same network). */
  readonly returning: boolean;
  /** "Back soon": microphone and camera are off, every place is kept. */
  readonly away: boolean;
  /** Facilitators and herself: let in, and comes when the share of now has ended. */
  readonly admitted: boolean;
  /** Facilitators only: held the turn or wrote for the last time then. Wall clock, ms since 1970. */
  readonly silentSinceMs: number | null;
  /** Writes captions for all; one person at most. */
  readonly captions: boolean;
  /** Interprets: heard whatever the floor, and shown first; one person at most. */
  readonly interprets: boolean;
  /** A guest's time is over then; for herself and facilitators. Wall clock, ms since 1970. */
  readonly guestUntilMs: number | null;
}

// ── turns ────────────────────────────────────────────────────────────────────────────────────────

/** Who is heard: everybody; everybody, asked to stay muted; only the holder of the turn and facilitators. */
export type Floor = 'open' | 'gentle' | 'held';

/** Who comes next: the next in the order; who steps forward; whom the speaker, or a facilitator, names. */
export type RoundKind = 'circle' | 'volunteers' | 'nomination' | 'facilitator';

/** open: whoever wants may step forward. resting: only people who are away are left, the round waits a while. */
export type RoundPhase = 'offered' | 'sharing' | 'naming' | 'open' | 'resting';

export type Standing = 'waiting' | 'later' | 'passed' | 'shared' | 'offered' | 'sharing';

export interface Place {
  readonly who: ParticipantId;
  readonly standing: Standing;
}

/** A time that was told once and is counted on here (`leftMsAt`). */
export interface Clock {
  /** As of `atMs`; null: no limit, or not for me to know. */
  readonly leftMs: number | null;
  /** Wall clock, ms since 1970. */
  readonly atMs: number;
  /** The clock runs. */
  readonly runs: boolean;
}

export interface Round extends Clock {
  readonly kind: RoundKind;
  /** The open turn: commands name it. */
  readonly turn: number;
  readonly phase: RoundPhase;
  /** Who is offered or sharing; while naming: who may name. */
  readonly who: ParticipantId | null;
  /** The speaker dropped or is away; her turn is kept for her. */
  readonly held: boolean;
  /** invited: those who passed are asked whether they would like to add something. */
  readonly stage: 'first' | 'again' | 'invited';
  /** Chosen to be the next. */
  readonly named: ParticipantId | null;
  /** Soft limit of one share. */
  readonly shareMs: number | null;
  readonly invitePassed: boolean;
  /** The one order for everybody. */
  readonly places: readonly Place[];
  /** The time of this share is over, gently. */
  readonly nudged: boolean;
  /** Whoever is offered had asked for later: there is no other later. */
  readonly secondOffer: boolean;
}

export interface Hands {
  /** As they are to be called. */
  readonly raised: readonly ParticipantId[];
  /** Who has spoken least comes first. */
  readonly fair: boolean;
  /** Who was called on and holds the floor. */
  readonly called: ParticipantId | null;
}

// ── chat and what happened ───────────────────────────────────────────────────────────────────────

export type MessageBody = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'unreadable' };

export interface ChatMessage {
  /** 1, 2, 3 … as the meeting accepted them; a key for lists. */
  readonly number: number;
  readonly author: ParticipantId;
  /** Kept here because the author may have left; null: she left before I could know her name. */
  readonly authorProfile: Profile | null;
  readonly mine: boolean;
  readonly body: MessageBody;
  /** Wall clock, ms since 1970, when it was accepted. */
  readonly atMs: number;
  /** On whose private line to the facilitators it is; null: it is for a room. */
  readonly line: ParticipantId | null;
  /** A facilitator said it to all rooms. */
  readonly everywhere: boolean;
  /** Only its author and the facilitators see it yet: until one approves it, or until the share of now has ended. */
  readonly held: 'approval' | 'share' | null;
}

/** Where a message goes. `line`: my private line to the facilitators, or `who`'s, where a facilitator answers. */
export type Destination =
  | { readonly kind: 'room' }
  /** It counts as my share of this turn. */
  | { readonly kind: 'turn'; readonly turn: number }
  | { readonly kind: 'line'; readonly who: ParticipantId }
  | { readonly kind: 'everywhere' };

/** One line of captions; never kept, never in the chat. */
export interface CaptionLine {
  readonly number: number;
  readonly who: ParticipantId;
  readonly body: MessageBody;
}

/** A message of mine on its way. It disappears when the meeting has accepted it. */
export interface OutgoingMessage {
  /** The key for lists; also for `client.discardOutgoing`. */
  readonly id: number;
  readonly text: string;
  readonly to: Destination;
  /** null while on its way; otherwise why it was not accepted: offer to try again or to discard. */
  readonly refused: RefusalCode | null;
}

export interface BarredPerson {
  readonly id: ParticipantId;
  readonly profile: Profile;
  readonly reason: 'removed' | 'denied';
}

/** Who sits in one receive seat and what flows in it now. */
export interface SeatState {
  readonly who: ParticipantId | null;
  readonly audio: boolean;
  readonly video: boolean;
}

export type HappeningKind =
  | 'knocked'
  | 'came'
  | 'left'
  | 'lost'
  | 'removed'
  | 'denied'
  | 'sent_to_lobby'
  | 'connection_lost'
  | 'connection_restored'
  | 'lead'
  | 'said'
  | 'locked'
  | 'unlocked'
  | 'paused'
  | 'resumed'
  | 'away'
  | 'back'
  /** A facilitator spoke to all rooms. */
  | 'said_everywhere'
  /** On a private line: to me by a facilitator, or to the facilitators. */
  | 'said_on_line'
  /** Facilitators only: waits for approval. */
  | 'said_held'
  /** Facilitators only: asks for someone. */
  | 'needs_someone'
  /** In or out of my room, not of the meeting. */
  | 'went'
  | 'breakouts_planned'
  | 'breakouts_opened'
  /** They close soon. */
  | 'breakouts_noticed'
  | 'breakouts_closed'
  /** Facilitators only: a room called for one. */
  | 'room_calling'
  /** Facilitators only: a room has nobody who looks after it. */
  | 'room_alone'
  | 'segment'
  | 'pulse_asked'
  | 'handed_out'
  | 'contacts_opened'
  | 'contact_made'
  | 'debrief'
  | Deed;

/** What another facilitator did that nobody else need hear of; `by` is never null. */
export type Deed =
  | 'did_floor'
  | 'did_chat'
  | 'did_hands'
  | 'did_call_on'
  | 'did_sheet'
  | 'did_begin_round'
  | 'did_close_round'
  | 'did_order'
  | 'did_move_on'
  | 'did_name_next'
  | 'did_extend'
  | 'did_invite'
  | 'did_between'
  | 'did_drop_plan'
  | 'did_mute'
  | 'did_camera'
  | 'did_rooms'
  | 'did_take_back'
  | 'did_contacts'
  | 'did_texts'
  | 'did_undo_bar'
  | 'did_aides'
  | 'did_guest_time';

/** Something to tell in a live region; the newest 20, oldest first. Never about myself. */
export interface Happening {
  readonly number: number;
  readonly kind: HappeningKind;
  readonly who: ParticipantId | null;
  readonly profile: Profile | null;
  /** The other facilitator who ordered it, for facilitators; null: nobody did, or it was me. */
  readonly by: Profile | null;
}

/** All I may know of the meeting while I wait in the lobby or am inside. */
export interface MeetingView {
  readonly you: ParticipantId;
  readonly role: Role;
  readonly status: Status;
  readonly locked: boolean;
  /** Which facilitator holds the group. */
  readonly lead: ParticipantId | null;
  /** Head count, the lobby not counted. */
  readonly present: number;
  /** Me included, as the server told them; for tiles use `selectors.tiles`. */
  readonly people: readonly Person[];
  readonly messages: readonly ChatMessage[];
  readonly outgoing: readonly OutgoingMessage[];
  /** Facilitators only, else empty. */
  readonly barred: readonly BarredPerson[];
  /** How long the place of somebody who lost the connection is kept. */
  readonly graceMs: number;
  /** Loudest first. */
  readonly speaking: readonly ParticipantId[];
  readonly seats: readonly SeatState[];
  /** People whose media frames were decrypted within the last seconds: only these may be called encrypted. */
  readonly decrypting: readonly ParticipantId[];
  readonly happenings: readonly Happening[];
  /** The newest lines of my room, oldest first; told once and kept only here. */
  readonly captions: readonly CaptionLine[];
  /** null: no round now. */
  readonly round: Round | null;
  readonly hands: Hands;
  readonly floor: Floor;
  /** Facilitators: who is let in during a share comes in after it. */
  readonly betweenShares: boolean;
  readonly chatMode: ChatMode;
  /** Between two messages of a member to her room; 0: no slow mode. */
  readonly slowMs: number;
  /** While `paused`: a facilitator asked for it; else none is connected. */
  readonly heldByHand: boolean;
  /** null: none, or none for me. */
  readonly breakouts: Breakouts | null;
  /** Those I may know of. */
  readonly quiet: readonly QuietRoom[];
  /** Who asked for someone and waits: facilitators see all, others only themselves. */
  readonly needs: readonly ParticipantId[];
  /** null: it says nothing of itself, or nothing that can be read. */
  readonly group: GroupTexts | null;
  readonly runSheet: RunSheet | null;
  /** null: no question is open. */
  readonly pulse: Pulse | null;
  /** Of the last pulse; kept here until another one is asked. */
  readonly pulseResult: PulseResult | null;
  readonly resources: readonly Resource[];
  /** Keep in touch is open: to whom I offered; null: it is closed. */
  readonly contacts: readonly ParticipantId[] | null;
  /** Told once and kept only here. */
  readonly contactsMade: readonly MadeContact[];
  /** What everybody gets of the pictures, as a facilitator was told last; null: she has not asked yet. */
  readonly receptions: Receptions | null;
}

// ── phases ───────────────────────────────────────────────────────────────────────────────────────

/** What `look` told: who is here, before anything of mine is shown. */
export interface Greeting {
  readonly status: Status;
  readonly locked: boolean;
  readonly facilitators: readonly Profile[];
  readonly present: number;
  readonly group: GroupTexts | null;
}

/** What somebody wants who starts a group. */
export interface GroupWish {
  /** How long the links hold; null: as long as the server likes. */
  readonly linkMinutes: number | null;
  /** Members with a link of their own; null: they share one. */
  readonly people: number | null;
  readonly organiserKey: string | null;
  /** Of a meeting, in minutes; like `texts` not told to the server. */
  readonly lengthMin: number;
  readonly texts: GroupTexts | null;
}

/** By what members come: one link for all, or one for each, so that whoever is removed stays out. */
export type MemberLinks =
  | { readonly kind: 'shared'; readonly link: string }
  | { readonly kind: 'own'; readonly links: readonly string[] };

export interface MeetingLinks {
  readonly facilitator: string;
  readonly guest: string;
  readonly members: MemberLinks;
  /** Of a meeting, in minutes. */
  readonly lengthMin: number;
  /** Wall clock, ms since 1970. */
  readonly expiresAtMs: number;
  /** Of the group; empty: none was given. */
  readonly title: string;
}

export type CreationProblem =
  'bad_request' | 'organiser_key_needed' | 'too_large' | 'too_many' | 'too_many_people' | 'unreachable';

/** Starting a group. `policy` null: not known yet. */
export type Creation =
  | { readonly kind: 'idle'; readonly problem: CreationProblem | null }
  | { readonly kind: 'asking' }
  | { readonly kind: 'made'; readonly links: MeetingLinks };

export type LinkProblem =
  'malformed_link' | 'token_invalid' | 'token_expired' | 'token_not_yet' | 'version' | 'barred';

/** Why it is over. After any of these nothing of the meeting is kept in the page's history. */
export type Ending =
  /** I left, as I asked. */
  | { readonly kind: 'left' }
  | { readonly kind: 'removed' }
  | { readonly kind: 'denied' }
  /** The facilitators ended the meeting for all. */
  | { readonly kind: 'ended' }
  /** My place was taken up in another window. */
  | { readonly kind: 'replaced' }
  /** Nothing was done on the arriving pages for an hour. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'link'; readonly code: LinkProblem }
  /** A bug of ours (4400). */
  | { readonly kind: 'fault' };

/** Why the last knock was refused while the link itself is good; she may try again. */
export type KnockProblem = 'locked' | 'full' | 'busy' | 'name_too_long' | 'media_refused' | 'lost';

export interface Keepsakes {
  readonly pulse: PulseResult | null;
  readonly resources: readonly Resource[];
  readonly contacts: readonly MadeContact[];
}

export type Phase =
  /** No link in the address: the page to start a group. */
  | {
      readonly kind: 'start';
      /** Whether this server lets anybody start a group; null: not known yet. */
      readonly policy: 'open' | 'organiser_key' | null;
      /** Members with a link of their own, at most; 0: they share one; null: not known yet. */
      readonly mostPeople: number | null;
      readonly creation: Creation;
    }
  /** A link was read; asking who is there. Also shown when coming back after a reload (`returning`). */
  | { readonly kind: 'arriving'; readonly role: Role; readonly returning: boolean }
  /** Who is here, nothing of mine shown yet. */
  | { readonly kind: 'arrived'; readonly role: Role; readonly greeting: Greeting }
  /** Name, preview of the devices, agreement. */
  | {
      readonly kind: 'preparing';
      readonly role: Role;
      readonly greeting: Greeting;
      readonly problem: KnockProblem | null;
    }
  /** `join` is on its way. */
  | { readonly kind: 'knocking'; readonly role: Role; readonly greeting: Greeting }
  | {
      readonly kind: 'lobby';
      readonly meeting: MeetingView;
      /** A facilitator sent me back from the room. */
      readonly sentBack: boolean;
    }
  | { readonly kind: 'meeting'; readonly meeting: MeetingView }
  | {
      readonly kind: 'over';
      readonly ending: Ending;
      /** `client.tryAgain()` leads back to the arriving page. */
      readonly canTryAgain: boolean;
      /** What was handed out, who chose me and what the pulse gave, when the facilitators ended the meeting; else empty. Gone with this page. */
      readonly keepsakes: Keepsakes;
    };

// ── what is mine ─────────────────────────────────────────────────────────────────────────────────

/**
 * One device of mine. All but `on` and `asking` are normal states in which one listens and types.
 * denied: the browser or I said no. missing: there is none. taken: another program has it.
 * ended: it stopped by itself (unplugged, a phone call); a tap of the user may bring it back.
 */
export type DeviceState = 'off' | 'asking' | 'on' | 'denied' | 'missing' | 'taken' | 'ended';

export interface DeviceChoice {
  readonly id: string;
  /** As the browser names it; may be empty. */
  readonly label: string;
}

export interface Devices {
  readonly mic: DeviceState;
  readonly camera: DeviceState;
  readonly mics: readonly DeviceChoice[];
  readonly cameras: readonly DeviceChoice[];
  readonly speakers: readonly DeviceChoice[];
  readonly micId: string | null;
  readonly cameraId: string | null;
  readonly speakerId: string | null;
  /** 0 … 10, about ten times a second while the microphone is on. */
  readonly micLevel: number;
  /** Changes whenever `client.previewStream` gives another stream. */
  readonly previewVersion: number;
}

/** The signaling connection; shown as an overlay over any phase. */
export type Line =
  | { readonly kind: 'none' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'up' }
  /** The place is kept; attempts go on by themselves. sinceMs: wall clock, ms since 1970. */
  | { readonly kind: 'reconnecting'; readonly attempt: number; readonly sinceMs: number };

/** The media transport. `unsupported`: this browser cannot encrypt media end to end, so one listens to nobody and types. */
export type Transport = 'none' | 'connecting' | 'up' | 'recovering' | 'unsupported';

/** `refused.code` of commands. */
export type RefusalCode =
  | 'not_allowed'
  | 'not_here'
  | 'no_such_person'
  | 'no_such_message'
  | 'already_so'
  | 'paused'
  | 'ended'
  | 'too_large'
  | 'mic_held'
  | 'camera_held'
  | 'full'
  | 'stale_turn'
  | 'changed_meanwhile'
  | 'not_now'
  | 'away'
  | 'chat_closed'
  | 'too_soon'
  | 'no_such_room'
  | 'unattended'
  | 'no_such_resource'
  | 'media_refused'
  | 'unknown';

export type NoticeCode =
  | { readonly kind: 'refused'; readonly code: RefusalCode }
  /** A facilitator closed mine; I cannot open it until she allows it. */
  | { readonly kind: 'mic_held' }
  | { readonly kind: 'camera_held' }
  /** She allows it again; it is still off. */
  | { readonly kind: 'mic_allowed' }
  | { readonly kind: 'camera_allowed' }
  | { readonly kind: 'device'; readonly device: DeviceKind; readonly state: DeviceState }
  /** The chosen device could not be used; the earlier one goes on. */
  | { readonly kind: 'device_not_usable'; readonly device: DeviceKind | 'speaker' }
  /** The code for microphone, camera and sound did not come; asked for again with the next tap. */
  | { readonly kind: 'call_not_loaded' }
  | { readonly kind: 'message_too_long' }
  | { readonly kind: 'name_missing' }
  | { readonly kind: 'name_too_long' }
  | { readonly kind: 'agreement_missing' }
  /** This browser seals no media, so a device of mine stays closed: nobody could hear or see it. */
  | { readonly kind: 'cannot_encrypt' }
  /** I was away for longer than a place is kept, or the server began anew. */
  | { readonly kind: 'place_gone' }
  /** Unencrypted media arrived and was dropped, not shown. */
  | { readonly kind: 'plaintext_refused'; readonly who: ParticipantId };

export interface Notice {
  readonly number: number;
  readonly code: NoticeCode;
}

/** Counted here; null: not known yet. */
export interface Traffic {
  readonly mbPerHour: number | null;
  /** Whose picture is drawn and does not come: there is no room for it. */
  readonly resting: readonly ParticipantId[];
}

export interface AppState {
  readonly phase: Phase;
  readonly line: Line;
  readonly transport: Transport;
  readonly devices: Devices;
  /** What I chose to send as soon as I may; the truth about what is sent is in my own `Person`. */
  readonly wanted: { readonly mic: boolean; readonly camera: boolean };
  /** She asked for little data. */
  readonly lowData: boolean;
  /** True while my own frames leave sealed. */
  readonly sealing: boolean;
  /** The browser wants a tap before it plays sound (`client.allowSound`). */
  readonly soundBlocked: boolean;
  readonly traffic: Traffic;
  /** Oldest first; `client.dismiss(number)`. */
  readonly notices: readonly Notice[];
}
