/**
 * The help card: whether it is open, the list, and the country she chose; in memory only, and chosen by nothing but her.
 *
 * Called by `main.ts` (once), the help button and the card.
 */
import type { HelpCountry, Helplines } from '../../helplines';
import { whole } from '../../later_files';
import { fetchLostStyles } from '../later/lost_styles';

type Countries = typeof import('./countries');

/** The list, and what shows it. */
export interface HelpList {
  readonly list: Helplines;
  readonly HelpCountries: Countries['HelpCountries'];
}

let open = $state(false);
let known = $state.raw<HelpList | null>(null);
let asking = $state(false);
let chosen = $state<string | null>(null);

export function isHelpOpen(): boolean {
  return open;
}

/** null: not there yet. */
export function helpList(): HelpList | null {
  return known;
}

export function isAskingHelplines(): boolean {
  return asking;
}

export function chosenCountry(): HelpCountry | null {
  return known?.list.countries.find(({ code }) => code === chosen) ?? null;
}

export function chooseCountry(code: string | null): void {
  chosen = code;
}

/** Asked once the page is drawn, so that the card shows all at once, also when the network has gone meanwhile. */
export function fetchHelplines(): void {
  if (known !== null || asking) return;
  asking = true;
  void ask().then((told) => {
    asking = false;
    known ??= told;
  });
}

async function ask(): Promise<HelpList | null> {
  const shows = await withLostStyles().catch(() => null);
  const list = (await shows?.askHelplines((url, init) => fetch(url, init))) ?? null;
  return shows === null || list === null ? null : { list, HelpCountries: shows.HelpCountries };
}

function loadCountries(): Promise<Countries> {
  return whole('countries', () => import('./countries'));
}

async function withLostStyles(): Promise<Countries> {
  const [countries] = await Promise.all([loadCountries(), fetchLostStyles()]);
  return countries;
}

/** For the gallery, which has nobody to ask; null: they did not come. */
export async function useHelplines(list: Helplines | null): Promise<void> {
  const { HelpCountries } = await loadCountries();
  known = list === null ? null : { list, HelpCountries };
}

export function openHelp(): void {
  open = true;
  fetchHelplines();
}

export function closeHelp(): void {
  open = false;
}
