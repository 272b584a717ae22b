/**
 * What somebody's browser loads until she is in, in gzipped bytes of JavaScript; the build fails above the limit.
 *
 * Used by `vite.config.ts`. `benchmarks/page_weight.py` measures the same in a real browser.
 */
import { gzipSync } from 'node:zlib';

/** In every language, until she is in the meeting with picture and sound. */
export const MOST_TO_JOIN_BYTES = 120_000;

/** What is loaded on the way in, by its source: each with all that it imports. Words come on top, of one language. */
export const ON_THE_WAY = [
  'src/main.ts',
  'src/begin.ts',
  'src/presence/attend.ts',
  'src/ui/help/countries.ts',
  'src/visit.ts',
  'src/call/call.ts',
] as const;
const WORDS = /\/src\/i18n\/([a-z]{2,3})\.ts$/;
const WORKER = /frame\.worker-[\w-]+\.js$/;

/** As much of a bundle as is read here. */
export type Output =
  | {
      readonly type: 'chunk';
      readonly fileName: string;
      readonly code: string;
      readonly facadeModuleId: string | null;
      readonly imports: readonly string[];
    }
  | { readonly type: 'asset'; readonly fileName: string; readonly source: string | Uint8Array };

/** Gzipped bytes to join, by language. Raises: Error where a part of the way is not in the bundle. */
export function bytesToJoin(bundle: Readonly<Record<string, Output>>): ReadonlyMap<string, number> {
  const files = Object.values(bundle);
  const chunks = files.filter((file) => file.type === 'chunk');
  const worker = files.find(({ fileName }) => WORKER.test(fileName));
  if (worker === undefined) throw new Error('the worker that seals is not in the bundle');
  const way = [worker.fileName, ...ON_THE_WAY.map(chunkOf)];
  const words = chunks.flatMap(({ fileName, facadeModuleId }) => {
    const language = WORDS.exec(facadeModuleId ?? '')?.[1];
    return language === undefined ? [] : [[language, together([...way, fileName])] as const];
  });
  if (words.length === 0) throw new Error('the words of no language are a file of their own in the bundle');
  return new Map(words);

  /** These, each with all that it imports, and everything once. */
  function together(begun: readonly string[]): number {
    const needed = new Set<string>();
    function need(fileName: string): void {
      if (needed.has(fileName)) return;
      needed.add(fileName);
      for (const other of chunks.find((chunk) => chunk.fileName === fileName)?.imports ?? []) need(other);
    }
    begun.forEach(need);
    return files
      .filter(({ fileName }) => needed.has(fileName))
      .reduce((sum, file) => sum + size(codeOf(file)), 0);
  }

  /** The entry of the page bears the name of its HTML. */
  function chunkOf(source: string): string {
    const ends = source === 'src/main.ts' ? '/index.html' : `/${source}`;
    const found = chunks.find((chunk) => chunk.facadeModuleId?.endsWith(ends));
    if (found === undefined) throw new Error(`${source} is no file of its own in the bundle`);
    return found.fileName;
  }
}

export function size(code: string | Uint8Array): number {
  return gzipSync(code, { level: 9 }).length;
}

function codeOf(file: Output): string | Uint8Array {
  return file.type === 'chunk' ? file.code : file.source;
}

/** Raises: Error that says how heavy it is, where a language is above the limit. */
export function checkWeight(bundle: Readonly<Record<string, Output>>, most = MOST_TO_JOIN_BYTES): void {
  for (const [language, bytes] of bytesToJoin(bundle)) {
    if (bytes <= most) continue;
    throw new Error(`${bytes} bytes of JavaScript to join in ${language}, gzipped; at most ${most}`);
  }
}
