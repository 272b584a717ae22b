/**
 * Two quick presses of Escape: the way out when there is no time to aim.
 *
 * Called by `App.svelte` and, as `DoublePress`, by its tests.
 */

/** Slower than this the second press is a first one again. */
export const BETWEEN_PRESSES_MS = 700;

export class DoublePress {
  #lastAtMs = Number.NEGATIVE_INFINITY;

  /** True when this press makes a pair with the one before. */
  press(nowMs: number): boolean {
    const isSecond = nowMs - this.#lastAtMs <= BETWEEN_PRESSES_MS;
    this.#lastAtMs = isSecond ? Number.NEGATIVE_INFINITY : nowMs;
    return isSecond;
  }
}

/** Heard before any dialog or field can keep the key to itself; a key held down counts once. */
export function watchEscape(target: Window, exit: () => void): () => void {
  const presses = new DoublePress();
  function listen(event: KeyboardEvent): void {
    if (event.key === 'Escape' && !event.repeat && presses.press(event.timeStamp)) exit();
  }
  target.addEventListener('keydown', listen, { capture: true });
  return () => {
    target.removeEventListener('keydown', listen, { capture: true });
  };
}
