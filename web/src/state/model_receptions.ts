/**
 * What comes to whom of the pictures, and why no more, as a facilitator is told; types only.
 *
 * Part of the one state in `model.ts`; asked through `receptions.ts`.
 */
import type { ParticipantId } from './model';

/**
 * full: the best there is. fitting: more would not be seen. invisible: not on her screen. not_sent: nothing comes from there.
 * bandwidth: her link takes no more. loss: too much is lost on the way to her. low_data: she asked for little. calm: more will
 * come when all has been calm for a while.
 */
export type Why = 'full' | 'fitting' | 'invisible' | 'not_sent' | 'bandwidth' | 'loss' | 'low_data' | 'calm';

/** One camera, or screen, that she might see. */
export interface ShownPicture {
  readonly who: ParticipantId;
  readonly screen: boolean;
  /** 0: it does not come. */
  readonly heightPx: number;
  readonly bps: number;
  readonly why: Why;
}

export interface Reception {
  readonly who: ParticipantId;
  /** What her browser takes her link for; null: it has not said. */
  readonly estimateBps: number | null;
  /** Of a thousand packets of pictures to her. */
  readonly lostPermille: number;
  readonly lowData: boolean;
  readonly pictures: readonly ShownPicture[];
}

export interface Receptions {
  /** Short links first. */
  readonly people: readonly Reception[];
  /** People who are not in the list, there being so many. */
  readonly leftOut: number;
}
