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
  /** Nothing comes any more, or comes again: what goes over the line may be waiting for the same network. */
  network(flows: boolean): void;
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
  /** An offer is on its way, or will be: while the line is down it waits there, and is said again. */
  #isOffered = false;

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
        this.#listener.network(false);
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
    if (!up) {
      // The network was gone: what was tried before says nothing about what helps now.
      if (!this.#isOffered) this.#attempts = 0;
      return;
    }
    if (!this.#waitsForLine) return;
    this.#waitsForLine = false;
    if (this.#isOffered) this.#allow();
    else if (this.#isUp) this.#restart();
    else this.#attempt();
  }

  /** The server knows this transport no more: no path leads back to it. Where a new one is built already this is old news. */
  lost(): void {
    if (!this.#isUp && this.#attempts > 1) return;
    this.#isUp = false;
    this.#attempts = Math.max(this.#attempts, 1);
    this.#attempt();
  }

  /** The device is on another network: do not wait for the old path to fail. */
  networkChanged(): void {
    if (!this.#isUp) {
      if (this.#wasUp) this.#attempt();
    } else if (this.#lineUp) this.#restart();
    // It may outlive the move, and then no event would ever say that it is up: nothing is told but by a transport that is down.
    else this.#waitsForLine = true;
  }

  /** The server answered the newest offer. */
  answered(): void {
    this.#isOffered = false;
  }

  /** The server could not answer the offer of an attempt. */
  refused(): void {
    this.#isOffered = false;
    this.#wait(ATTEMPT_MS);
  }

  end(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #settled(): void {
    const isBack = this.#wasUp && !this.#isUp;
    this.end();
    this.#attempts = 0;
    this.#waitsForLine = false;
    this.#isUp = this.#wasUp = true;
    this.#listener.state('up');
    if (isBack) this.#listener.network(true);
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
    if (this.#attempts === 1) this.#restart();
    else this.#renew();
    this.#allow();
  }

  #restart(): void {
    this.#isOffered = true;
    this.#listener.restart();
  }

  #renew(): void {
    this.#isOffered = true;
    this.#listener.renew();
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
