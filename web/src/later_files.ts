/**
 * The files of parts that come later, had before they are imported: many browsers keep an import that failed, and never ask for
 * that file again (whatwg/html issue 6768). A `fetch` may fail as often as it likes, and what it brought is imported from the cache.
 *
 * Called by whatever is loaded again after a failure. `vite.later.ts` writes the list; without a list (while developing) nothing is fetched.
 */
export type PartName = 'inside' | 'StartPages' | 'countries' | `${string}_later`;

type Ask = (file: string) => Promise<Pick<Response, 'ok' | 'arrayBuffer'>>;

let lists: Readonly<Record<string, readonly string[]>> = {};
let ask: Ask = (file) => fetch(file);
const here = new Set<string>();

/** Once, before the first part is asked for. list: the text of the page's element `later-files`, if there is one. */
export function knowFiles(list: string | null | undefined, by: Ask): void {
  lists = list ? (JSON.parse(list) as typeof lists) : {};
  ask = by;
  here.clear();
}

/** All files of this part can be imported. Raises: Error where one did not come; those that came are not asked for again. */
export async function fetchFiles(part: PartName): Promise<void> {
  const wanted = (lists[part] ?? []).filter((file) => !here.has(file));
  await Promise.all(wanted.map(fetchOne));
}

async function fetchOne(file: string): Promise<void> {
  const answer = await ask(file);
  if (!answer.ok) throw new Error('a file did not come');
  await answer.arrayBuffer(); // whole, or it is not kept
  here.add(file);
}
