/**
 * The time of now for what shows minutes: moves on every few seconds, as long as its component is there.
 *
 * Called while a component is made.
 */

/** Screens show whole minutes; nothing on them counts seconds. */
const TICK_MS = 5_000;

export function ticking(): { readonly nowMs: number } {
  let nowMs = $state(Date.now());
  $effect(() => {
    const timer = setInterval(() => {
      nowMs = Date.now();
    }, TICK_MS);
    return () => {
      clearInterval(timer);
    };
  });
  return {
    get nowMs() {
      return nowMs;
    },
  };
}
