/** For both builds: writes into the page of which files the parts consist that it loads while it runs, for `src/later_files.ts`. */
import type { Plugin, Rolldown } from 'vite';
import { type PartName, PARTS } from './src/later_files.ts';

const SOURCE = /([^/]+)\.(?:ts|svelte)$/;

/** needed: the build fails where one of these is no file of its own. */
export function laterFiles(needed: readonly PartName[]): Plugin {
  return {
    name: 'later-files',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle }) {
        if (bundle === undefined) return [];
        return [
          {
            tag: 'script',
            attrs: { type: 'application/json', id: 'later-files' },
            children: JSON.stringify(filesByPart(html, bundle, needed)),
            injectTo: 'head',
          },
        ];
      },
    },
  };
}

/** html: what it names is there before any part. */
function filesByPart(
  html: string,
  bundle: Rolldown.OutputBundle,
  needed: readonly PartName[],
): Partial<Record<PartName, string[]>> {
  const files: Partial<Record<PartName, string[]>> = {};
  for (const chunk of Object.values(bundle)) {
    if (chunk.type !== 'chunk' || !chunk.isDynamicEntry) continue;
    const part = PARTS.find((name) => name === SOURCE.exec(chunk.facadeModuleId ?? '')?.[1]);
    if (part === undefined) continue;
    files[part] = [...filesOf(chunk.fileName, bundle)]
      .map((file) => `/${file}`)
      .filter((file) => !html.includes(file));
  }
  const lost = needed.filter((part) => files[part] === undefined);
  if (lost.length > 0) throw new Error(`no files of their own in the bundle: ${lost.join(', ')}`);
  return files;
}

/** The file, its styles, and those of all that it imports. */
function filesOf(name: string, bundle: Rolldown.OutputBundle, found = new Set<string>()): Set<string> {
  const chunk = bundle[name];
  if (chunk?.type !== 'chunk' || found.has(name)) return found;
  found.add(name);
  for (const style of chunk.viteMetadata?.importedCss ?? []) found.add(style);
  for (const imported of chunk.imports) filesOf(imported, bundle, found);
  return found;
}
