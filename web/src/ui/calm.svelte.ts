/**
 * Calm mode: one speaker, not myself, nothing that moves or comes and goes; while this page is open.
 *
 * Called by the meeting's screens and the gallery; `styles/elements.css` reads what is set on the page.
 */
let calm = $state(false);

export function isCalm(): boolean {
  return calm;
}

export function setCalm(next: boolean): void {
  calm = next;
  document.documentElement.toggleAttribute('data-calm', next);
}
