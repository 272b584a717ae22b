/**
 * Who sits in which receive seat, as the worker was told; lets a frame wait for news that it has outrun.
 *
 * Called by `frame.worker.ts`. Frames and the message that says whose they are travel on different ways.
 */

/** On a busy phone the page takes so long to hand on who has sat down. */
export const WAIT_FOR_NEWS_MS = 1_000;

export class Occupants {
  readonly #waiting = new Set<() => void>();
  #seats: readonly (string | null)[] = [];

  of(seat: number): string | null {
    return this.#seats[seat] ?? null;
  }

  tell(seats: readonly (string | null)[]): void {
    this.#seats = seats;
    for (const look of [...this.#waiting]) look();
  }

  /** True as soon as somebody else than `before` sits there; false when that has not happened in time. */
  change(seat: number, before: string | null): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (changed: boolean): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(changed);
      };
      const look = (): void => {
        if (this.of(seat) !== before) end(true);
      };
      const timer = setTimeout(() => {
        end(false);
      }, WAIT_FOR_NEWS_MS);
      this.#waiting.add(look);
      look();
    });
  }
}
