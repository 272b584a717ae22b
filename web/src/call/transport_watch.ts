/**
 * When to move a transport to another path (ICE restart) and when to build a new one; decides, does nothing.
 *
 * Called by `call.ts`; time is given to it.
 */
import type { Timers } from '../timers';

/** Short gaps heal by themselves. */
export const DISCONNECTED_MS = 2_000;
/** How long one attempt may take; grows by a half each time up to the longest. */
export const ATTEMPT_MS = 8_000;
export const LONGEST_ATTEMPT_MS = 30_000;

export interface WatchListener {
  /** Offer an ICE restart of the transport. */
  restart(): void;
  /** Throw the transport away and offer a new one. */
  renew(): void;
  state(state: 'connecting' | 'up' | 'recovering'): void;
}

export class TransportWatch {
  readonly #timers: Timers;
  readonly #listener: WatchListener;
  #cancel: (() => void) | null = null;
  #attempts = 0;
  #wasUp = false;
  #isUp = false;
  #lineUp = true;
  #waitsForLine = false;

  constructor(timers: Timers, listener: WatchListener) {
    this.#timers = timers;
    this.#listener = listener;
  }

  /** The first offer was answered: from now on it must come up. */
  begin(): void {
    this.#listener.state('connecting');
    this.#allow();
  }

  changed(state: RTCPeerConnectionState): void {
    switch (state) {
      case 'connected':
        this.#settled();
        return;
      case 'disconnected':
        this.#isUp = false;
        this.#wait(DISCONNECTED_MS);
        return;
      case 'failed':
        this.#isUp = false;
        this.#attempt();
        return;
      case 'new':
      case 'connecting':
      case 'closed':
        return;
    }
  }

  /** Offers can travel, or not; what is due waits. */
  line(up: boolean): void {
    this.#lineUp = up;
    if (up && this.#waitsForLine) this.#attempt();
  }

  /** The device is on another network: do not wait for the old path to fail. */
  networkChanged(): void {
    if (this.#isUp && this.#lineUp) this.#listener.restart();
    else if (this.#wasUp) this.#attempt();
  }

  /** The server could not answer the offer of an attempt. */
  refused(): void {
    this.#wait(ATTEMPT_MS);
  }

  end(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #settled(): void {
    this.end();
    this.#attempts = 0;
    this.#waitsForLine = false;
    this.#isUp = this.#wasUp = true;
    this.#listener.state('up');
  }

  #attempt(): void {
    this.end();
    this.#listener.state(this.#wasUp ? 'recovering' : 'connecting');
    if (!this.#lineUp) {
      this.#waitsForLine = true;
      return;
    }
    this.#waitsForLine = false;
    this.#attempts += 1;
    // First the same transport on another path; where that does not help, a new one.
    if (this.#attempts === 1) this.#listener.restart();
    else this.#listener.renew();
    this.#allow();
  }

  #allow(): void {
    this.#wait(Math.min(ATTEMPT_MS * 1.5 ** this.#attempts, LONGEST_ATTEMPT_MS));
  }

  #wait(ms: number): void {
    this.end();
    this.#cancel = this.#timers.after(ms, () => {
      if (!this.#isUp) this.#attempt();
    });
  }
}
