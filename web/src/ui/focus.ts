/**
 * Keeps the focus in its place when what had it goes away (an offer that was taken, a request that was answered, a closed panel), and
 * with what had it where that only moves: a browser drops the focus of whatever is put elsewhere in the page.
 *
 * Called by `App.svelte`. The browser would drop it to the page itself, and the next Tab would begin at the top of everything.
 */

/** Nothing to write in: on a phone that would open the keyboard under her thumb. */
const PLACES = 'h1[tabindex], h2[tabindex], button:not([disabled]), a[href], summary';

interface Part {
  readonly isConnected: boolean;
  readonly parentElement: Part | null;
}

/** What held `lost`, from the inside to the outside. */
export function around<P extends Part>(lost: P): readonly P[] {
  const parts: P[] = [];
  for (let part = lost.parentElement; part !== null; part = part.parentElement) parts.push(part as P);
  return parts;
}

/** The first place in the nearest part that is still there and has one; null: nothing has. */
export function nearestPlace<P extends Part, Q>(
  parts: readonly P[],
  placeIn: (part: P) => Q | null,
): Q | null {
  for (const part of parts) {
    const place = part.isConnected ? placeIn(part) : null;
    if (place !== null) return place;
  }
  return null;
}

/** Of two entries that change places Svelte takes out and puts back the upper one, which may be the one that has the focus. */
export function wasMoved<N>(
  one: N,
  changes: readonly { readonly removedNodes: Iterable<{ contains(other: N): boolean }> }[],
): boolean {
  return changes.some(({ removedNodes }) => [...removedNodes].some((node) => node.contains(one)));
}

function firstPlaceIn(part: Element): HTMLElement | null {
  const places = [...part.querySelectorAll<HTMLElement>(PLACES)];
  return places.find((place) => place.checkVisibility()) ?? null;
}

/** Watches until the returned function is called. */
export function keepFocus(page: Document): () => void {
  let last: Element | null = null;
  let parts: readonly Element[] = [];

  function remember(event: FocusEvent): void {
    if (!(event.target instanceof Element)) return;
    last = event.target;
    parts = around(last);
  }

  function mend(changes: readonly MutationRecord[]): void {
    if (last === null || (last.isConnected && !wasMoved(last, changes))) return;
    const lost = last;
    if (!lost.isConnected) last = null;
    if (page.activeElement !== null && page.activeElement !== page.body) return;
    const place = lost.isConnected ? lost : nearestPlace(parts, firstPlaceIn);
    if (place instanceof HTMLElement) place.focus({ preventScroll: true });
  }

  const observer = new MutationObserver(mend);
  observer.observe(page.body, { childList: true, subtree: true });
  page.addEventListener('focusin', remember);
  return () => {
    observer.disconnect();
    page.removeEventListener('focusin', remember);
  };
}
