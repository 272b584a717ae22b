/**
 * Parts of the page that are loaded while it runs: all their files are had before one is imported. Many browsers keep an import that
 * failed, and never ask for that file again (whatwg/html issue 6768). A `fetch` may fail as often as it likes, and what it brought is
 * imported from the cache of the browser.
 *
 * Called by whatever imports a part that somebody waits for. `vite.later.ts` writes the list of files into the page; without a list
 * (while developing) nothing is fetched.
 */

/** By the names of their sources. */
export const PARTS = [
  ...(['en', 'es', 'fr', 'ar', 'en_later', 'es_later', 'fr_later', 'ar_later'] as const),
  ...(['visit', 'call', 'countries', 'StartPages', 'QrCode', 'sealed_texts'] as const),
  ...(['inside', 'RoomsPanel', 'LeadPanel', 'GrantsPanel', 'SessionLead'] as const),
] as const;

export type PartName = (typeof PARTS)[number];

type Ask = (file: string) => Promise<Pick<Response, 'ok' | 'arrayBuffer'>>;

let lists: Partial<Readonly<Record<PartName, readonly string[]>>> = {};
const fetched: Ask = (file) => fetch(file);
let ask = fetched;
/** What is here or on its way. */
const asked = new Map<string, Promise<void>>();

/** Once, before the first part is asked for. list: the text of the page's element `later-files`, if there is one. */
export function knowFiles(list: string | null | undefined, by: Ask = fetched): void {
  lists = list ? (JSON.parse(list) as typeof lists) : {};
  ask = by;
  asked.clear();
}

/** Imported by `load` as soon as all its files are here. Raises: Error where one did not come; asked for again, it may come. */
export async function whole<Part>(name: PartName, load: () => Promise<Part>): Promise<Part> {
  await Promise.all((lists[name] ?? []).map(fetchOnce));
  return load();
}

function fetchOnce(file: string): Promise<void> {
  const coming = asked.get(file) ?? fetchOne(file);
  asked.set(file, coming);
  return coming;
}

async function fetchOne(file: string): Promise<void> {
  try {
    const answer = await ask(file);
    if (!answer.ok) throw new Error('a file did not come');
    await answer.arrayBuffer(); // whole, or it is not kept
  } catch (error) {
    asked.delete(file);
    throw error;
  }
}
