/**
 * Moving an entry of a list with a finger or the mouse: which place it would take; pure but for the boxes it measures.
 *
 * Called by lists whose order facilitators change. The keyboard has buttons of its own.
 */

export interface Span {
  readonly top: number;
  readonly bottom: number;
}

/** The place an entry takes that is let go at this height: before the first whose middle lies below it. */
export function placeAt(spans: readonly Span[], from: number, y: number): number {
  const others = spans.filter((_, index) => index !== from);
  const below = others.findIndex(({ top, bottom }) => y < (top + bottom) / 2);
  return below < 0 ? others.length : below;
}

/** Where the entries of this list are on the screen. */
export function spansOf(list: HTMLElement): readonly Span[] {
  return [...list.children].map((entry) => {
    const { top, bottom } = entry.getBoundingClientRect();
    return { top, bottom };
  });
}
