/**
 * What to do when the socket has closed: one line for each close code of `docs/protocol.md` §2; pure.
 *
 * Called by `connection.ts`.
 */

export type ClosedFor = 'removed' | 'denied' | 'ended' | 'replaced' | 'left' | 'idle' | 'fault';

export type Verdict =
  | { readonly kind: 'over'; readonly why: ClosedFor }
  /** Connect again and resume; notBeforeMs on top of the usual schedule. */
  | { readonly kind: 'retry'; readonly notBeforeMs: number };

/** Between attempts, ms; the last one repeats. */
export const RETRY_SCHEDULE_MS: readonly number[] = [0, 300, 1_200, 2_700, 4_800, 7_000];
/** After 4429: the server counts 20 messages a second. */
const AFTER_TOO_MANY_MS = 5_000;

const OVER: Readonly<Record<number, ClosedFor>> = {
  4400: 'fault',
  4403: 'removed',
  4404: 'denied',
  4408: 'idle',
  4410: 'replaced',
  4411: 'left',
  4412: 'ended',
};

export function verdictOn(code: number): Verdict {
  const why = OVER[code];
  if (why !== undefined) return { kind: 'over', why };
  return { kind: 'retry', notBeforeMs: code === 4429 ? AFTER_TOO_MANY_MS : 0 };
}

/** How long to wait before attempt 0, 1, 2 … */
export function retryDelayMs(attempt: number): number {
  return RETRY_SCHEDULE_MS[Math.min(attempt, RETRY_SCHEDULE_MS.length - 1)] ?? 0;
}
