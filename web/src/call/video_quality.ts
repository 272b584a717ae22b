/**
 * How large and how often my picture is sent; pure apart from asking the page what it runs on.
 *
 * Called by `devices.ts` and `peer.ts`.
 */

export interface VideoQuality {
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  readonly maxBps: number;
}

/** Whoever has the turn is large; others get one of the smaller layers (`layers.ts`). */
export const DESK: VideoQuality = { width: 960, height: 540, framesPerSecond: 24, maxBps: 700_000 };
/** Data is paid for, and batteries are small. */
export const PHONE: VideoQuality = { width: 480, height: 270, framesPerSecond: 20, maxBps: 250_000 };

/** A coarse pointer and no fine one: a phone or tablet; or the person asked the browser to save data. */
export function qualityHere(): VideoQuality {
  const { connection } = navigator as { readonly connection?: { readonly saveData?: boolean } };
  const isPhone = matchMedia('(pointer: coarse)').matches && !matchMedia('(any-pointer: fine)').matches;
  return isPhone || connection?.saveData === true ? PHONE : DESK;
}
