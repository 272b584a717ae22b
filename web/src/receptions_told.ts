/**
 * From the wire's word on who gets what to that of the state; pure.
 *
 * Called by `visit.ts`.
 */
import type { Grants } from './protocol/messages';
import type { Receptions } from './state/model_receptions';

export function receptionsOf({ people, left_out: leftOut }: Grants): Receptions {
  return {
    leftOut,
    people: people.map((one) => ({
      who: one.who,
      estimateBps: one.estimate_bps,
      lostPermille: one.lost_permille,
      lowData: one.low_data,
      pictures: one.pictures.map(({ who, screen, height_px: heightPx, bps, why }) => ({
        who,
        screen,
        heightPx,
        bps,
        why,
      })),
    })),
  };
}
