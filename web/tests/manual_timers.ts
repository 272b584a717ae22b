/** Time that moves only when a test moves it. */
import type { Timers } from '../src/timers';

interface Alarm {
  readonly atMs: number;
  readonly act: () => void;
}

export class ManualTimers implements Timers {
  #nowMs = 0;
  #alarms: Alarm[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  after(ms: number, act: () => void): () => void {
    const alarm = { atMs: this.#nowMs + ms, act };
    this.#alarms.push(alarm);
    return () => {
      this.#alarms = this.#alarms.filter((one) => one !== alarm);
    };
  }

  /** Everything that is due on the way happens, in order. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (let next = this.#due(untilMs); next !== undefined; next = this.#due(untilMs)) {
      this.#nowMs = next.atMs;
      const { act } = next;
      this.#alarms = this.#alarms.filter((one) => one !== next);
      act();
    }
    this.#nowMs = untilMs;
  }

  #due(untilMs: number): Alarm | undefined {
    return this.#alarms.filter(({ atMs }) => atMs <= untilMs).toSorted((a, b) => a.atMs - b.atMs)[0];
  }
}
