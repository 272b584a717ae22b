/**
 * What belongs to the session as a whole: its parts, the pulse, resources, keep in touch; types only.
 *
 * Part of the one state in `model.ts`; asked through `session.ts` and `overview.ts`.
 */
import type { Clock, Floor, MessageBody, ParticipantId, Profile } from './model';

/** Who may write to the room; the line to the facilitators is open in every mode. approved: held until a facilitator approves. */
export type ChatMode = 'open' | 'approved' | 'facilitators' | 'closed';

export type SegmentKind = 'gathering' | 'round' | 'open' | 'breakouts' | 'break' | 'closing';

/** One part of the session and the modes it switches to. */
export interface Segment {
  readonly kind: SegmentKind;
  /** An empty text: no title but its kind. */
  readonly title: MessageBody;
  readonly lengthMs: number;
  readonly floor: Floor;
  readonly chat: ChatMode;
}

/** As it came: whoever replaces it says with it what she looked at. */
export interface SealedSegment extends Omit<Segment, 'title'> {
  readonly title: Uint8Array;
}

/** What a facilitator plans. */
export interface SegmentPlan extends Omit<Segment, 'title'> {
  readonly title: string;
}

/** What the group says of itself to whoever comes. */
export interface GroupTexts {
  /** An empty text: it has none. */
  readonly title: string;
  /** Its own points; none: the usual agreement. */
  readonly agreement: readonly string[];
  readonly plan: readonly SegmentPlan[];
}

/** The clock is that of the current part; it goes on below 0, nothing ends by itself. */
export interface RunSheet extends Clock {
  readonly segments: readonly Segment[];
  readonly sealed: readonly SealedSegment[];
  /** Index of the part that is going on; null: none is. */
  readonly current: number | null;
}

export type PulseQuestion =
  | { readonly kind: 'open'; readonly question: string; readonly answers: readonly string[] }
  | { readonly kind: 'unreadable' };

export interface Pulse {
  /** What an answer names, so that a late one answers no other question. */
  readonly number: number;
  readonly question: PulseQuestion;
  /** How many answers there are, also where they cannot be read. */
  readonly options: number;
  /** I have answered; what, nobody keeps. */
  readonly answered: boolean;
}

/** Told once, when the pulse was closed. */
export interface PulseResult {
  readonly question: PulseQuestion;
  /** One number for each answer; null: too few answered, so nothing is shown. */
  readonly counts: readonly number[] | null;
}

/** `href`: only for https addresses; null: show the address as plain text, never as a link. */
export interface ResourceLink {
  readonly address: string;
  readonly href: string | null;
}

export type ResourceBody =
  | {
      readonly kind: 'open';
      readonly title: string;
      readonly link: ResourceLink | null;
      readonly text: string | null;
    }
  | { readonly kind: 'unreadable' };

export interface Resource {
  readonly number: number;
  readonly body: ResourceBody;
}

/** What a facilitator hands out. */
export interface ResourcePlan {
  readonly title: string;
  readonly url: string | null;
  readonly text: string | null;
}

/** Somebody and I chose each other: what she wrote for me. */
export interface MadeContact {
  readonly who: ParticipantId;
  readonly profile: Profile | null;
  readonly body: MessageBody;
}
