/**
 * Time as everything here sees it, so that tests move it by hand.
 *
 * Used by the connection and the call. Imports nothing.
 */

export interface Timers {
  /** Monotonic, ms. */
  nowMs(): number;
  /** Once, after so many ms; returns the way to cancel it. */
  after(ms: number, act: () => void): () => void;
}

export const browserTimers: Timers = {
  nowMs: () => performance.now(),
  after: (ms, act) => {
    const timer = setTimeout(act, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};
