/** What the help card shows once the list is here, and how the list is read. Loaded by `help.svelte.ts` when the page is drawn. */
export { askHelplines } from '../../helplines';
export { default as HelpCountries } from './HelpCountries.svelte';
