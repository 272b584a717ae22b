/**
 * Keeps the screen from going dark while one is in a meeting and looks at it: with a baby on the arm nobody taps.
 *
 * Called by `attend.ts`. The browser takes the lock away whenever the page is hidden; it is asked for again.
 */
export type Wakelocks = Pick<WakeLock, 'request'>;

export class StayAwake {
  readonly #locks: Wakelocks | undefined;
  #wanted = false;
  #held: WakeLockSentinel | null = null;
  #asking = false;

  /** locks: undefined where the browser has none. */
  constructor(locks: Wakelocks | undefined) {
    this.#locks = locks;
  }

  /** needed: I am in a meeting and the page is in sight. */
  follow(needed: boolean): void {
    this.#wanted = needed;
    if (!needed) this.#release();
    else if (this.#held === null && !this.#asking) void this.#ask();
  }

  async #ask(): Promise<void> {
    this.#asking = true;
    // A battery that is nearly empty is reason enough for a no.
    const lock = (await this.#locks?.request('screen').catch(() => null)) ?? null;
    this.#asking = false;
    if (lock === null) return;
    this.#held = lock;
    lock.addEventListener('release', () => {
      if (this.#held === lock) this.#held = null;
    });
    if (!this.#wanted) this.#release();
  }

  #release(): void {
    void this.#held?.release().catch(() => undefined);
    this.#held = null;
  }
}
