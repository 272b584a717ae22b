/**
 * The screens of a meeting that can wait until picture and sound are there: one file, so that they come all or not at all.
 *
 * Loaded by `later.svelte.ts`. The way in, the circle's strip, the controls and every way out are no part of it.
 */
export { default as CallsBar } from '../care/CallsBar.svelte';
export { default as Beside } from '../meeting/Beside.svelte';
export { default as EndDialog } from '../meeting/EndDialog.svelte';
export { default as MoreDialog } from '../meeting/MoreDialog.svelte';
export { default as RequestBar } from '../meeting/RequestBar.svelte';
export { default as Sheets } from '../meeting/Sheets.svelte';
export { default as UndoToast } from '../meeting/UndoToast.svelte';
export { default as Keepsakes } from '../session/Keepsakes.svelte';
