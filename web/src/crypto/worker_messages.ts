/**
 * What the page and the frame worker say to each other.
 *
 * Used by `call/sealing.ts` and `frame.worker.ts`. Imports types only.
 */
import type { MediaKind } from './keys';

/** `options` of each RTCRtpScriptTransform: which frames pass through it. */
export type TransformOptions =
  | { readonly side: 'send'; readonly kind: MediaKind }
  | { readonly side: 'receive'; readonly kind: MediaKind; readonly seat: number };

export type ToWorker =
  /** From now on frames can be sealed as `you` and opened; before that every frame is dropped. */
  | {
      readonly kind: 'keys';
      readonly secret: Uint8Array<ArrayBuffer>;
      readonly meeting: string;
      readonly you: string;
    }
  | { readonly kind: 'seats'; readonly seats: readonly (string | null)[] }
  /** Nothing is sealed or opened any more. */
  | { readonly kind: 'forget' };

/** Totals since the worker began; told once a second while something changes. */
export interface FrameCounts {
  /** Frames of mine that left sealed. */
  readonly sealed: number;
  /** Frames opened, by sender. */
  readonly opened: ReadonlyMap<string, number>;
  /** Frames that nobody's key opened, by the occupant of the seat they came in: dropped, never shown. */
  readonly notSealed: ReadonlyMap<string, number>;
  readonly replayed: number;
}
