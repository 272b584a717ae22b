/**
 * What this page sees, told to the server: nothing is sent to it that it does not show, small pictures come small.
 *
 * Made by `visit.ts`, fed by the screens through the client. Without Svelte.
 */
import type { Watching as Message } from './protocol/orders';
import type { Timers } from './timers';

/** Rows that move and windows that are dragged are told once, when they have come to rest. */
export const REST_MS = 300;
/** Like the server's bound; the tallest are told, the others count as nothing said. */
export const MAX_TOLD = 32;
/** A few pixels more or less change nothing. */
export const STEP_PX = 30;

export type Heights = ReadonlyMap<string, number>;

export class Watching {
  readonly #tell: (message: Message) => void;
  readonly #timers: Timers;
  #heights: Heights = new Map();
  #lowData = false;
  #pinned: string | null = null;
  #told = '';
  #cancel: (() => void) | null = null;

  constructor(timers: Timers, tell: (message: Message) => void) {
    this.#timers = timers;
    this.#tell = tell;
  }

  /** How tall each person is drawn, in device pixels; 0: not visible. */
  see(heights: Heights): void {
    this.#heights = heights;
    this.#cancel?.();
    this.#cancel = this.#timers.after(REST_MS, () => {
      this.#say();
    });
  }

  /** She pays for what comes: little shall come. */
  spare(lowData: boolean): void {
    this.#lowData = lowData;
    this.#say();
  }

  /** She is sent next after whoever has the turn; null: nobody. */
  pin(who: string | null): void {
    if (who === this.#pinned) return;
    this.#pinned = who;
    this.#say();
  }

  /** The server may know nothing any more: the next word is told whatever it is. */
  renew(): void {
    this.#told = '';
    this.#say();
  }

  end(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #say(): void {
    this.end();
    // Nothing was seen and nothing was ever told: that is what the server takes for granted.
    if (this.#told === '' && this.#heights.size === 0 && !this.#lowData && this.#pinned === null) return;
    const tallest = [...this.#heights].sort(([, a], [, b]) => b - a).slice(0, MAX_TOLD);
    const heights = Object.fromEntries(tallest.map(([who, px]) => [who, Math.ceil(px / STEP_PX) * STEP_PX]));
    const message: Message = { t: 'watching', heights, pinned: this.#pinned, low_data: this.#lowData };
    const told = JSON.stringify(message);
    if (told === this.#told) return;
    this.#told = told;
    this.#tell(message);
  }
}
