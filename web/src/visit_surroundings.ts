/**
 * What a visit needs around it, and whom it tells; types only, so that tests give others.
 *
 * Used by `visit.ts`, `surroundings.ts` and `client.ts`.
 */
import type { CallListener } from './call/call';
import type { CallPort } from './my_call';
import type { OpenWire } from './protocol/web_socket';
import type { Fact } from './state/facts';
import type { AppState, Ending } from './state/model';
import type { RememberedPlace } from './state/page_memory';
import type { Timers } from './timers';

export interface VisitSurroundings {
  readonly openWire: OpenWire;
  readonly timers: Timers;
  /** Ms since 1970 on this device's clock. */
  readonly wallMs: () => number;
  readonly makeCall: (listener: CallListener) => Promise<CallPort>;
}

export interface VisitListener {
  readonly dispatch: (fact: Fact) => void;
  readonly state: () => AppState;
  readonly remember: (place: RememberedPlace | null) => void;
  /** The visit has ended and is not used again. */
  readonly over: (ending: Ending, canTryAgain: boolean) => void;
}
