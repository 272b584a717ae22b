/**
 * Parts of the screens that nobody needs to come in: asked for when there is time, at the latest when one is opened, and drawn at once
 * as soon as they are here.
 *
 * Called by the screens that have a place for them.
 */
import { learnAll } from '../../i18n/language.svelte';
import { browserTimers, type Timers } from '../../timers';
import { whole, type PartName } from '../../later_files';
import { fetchLostStyles } from './lost_styles';

/** Between two tries: a lost connection is often back at once, and one that is not must not be asked all the time. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;
/** Whoever waits for so long is told so; it may still come. */
const LATE_MS = 10_000;

export class Later<Part> {
  readonly #load: () => Promise<Part>;
  readonly #timers: Timers;
  #part = $state.raw<Part | null>(null);
  #isMissing = $state(false);
  #asking: Promise<void> | null = null;

  constructor(load: () => Promise<Part>, timers: Timers = browserTimers) {
    this.#load = load;
    this.#timers = timers;
  }

  /** null: not here yet. */
  get part(): Part | null {
    return this.#part;
  }

  /** It was asked for and did not come, or not yet for long; asking again is worth a try. */
  get isMissing(): boolean {
    return this.#isMissing;
  }

  /** Asked once; ends when it is here or did not come. */
  fetch(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  async #ask(): Promise<void> {
    if (this.#part !== null) return;
    const inTime = this.#timers.after(LATE_MS, () => (this.#isMissing = true));
    this.#part = await this.#load().catch(() => null);
    inTime();
    this.#isMissing = this.#part === null;
  }

  /** Asked now, and again after every failure until it is here; returns the way to stop. */
  keepAsking(): () => void {
    let goesOn = true;
    let stop = (): void => undefined;
    const ask = async (pauseMs: number): Promise<void> => {
      await this.fetch();
      if (!goesOn || this.#part !== null) return;
      stop = this.#timers.after(pauseMs, () => void ask(Math.min(2 * pauseMs, LONGEST_PAUSE_MS)));
    };
    void ask(FIRST_PAUSE_MS);
    return () => {
      goesOn = false;
      stop();
    };
  }
}

async function withAllWords<Part>(name: PartName, load: () => Promise<Part>): Promise<Part> {
  const [part, learned] = await Promise.all([whole(name, load), learnAll(), fetchLostStyles()]);
  if (!learned) throw new Error('its words did not come');
  return part;
}

/** What somebody opens, is asked and is told once she is in. */
export const inside = new Later(() => withAllWords('inside', () => import('./inside')));

/** Where somebody without a link starts a group. */
export const starting = new Later(() =>
  withAllWords('StartPages', () => import('../pages/StartPages.svelte')),
);
