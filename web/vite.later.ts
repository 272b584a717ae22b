/** For both builds: writes into the page of which files its later parts consist, for `src/later_files.ts`. */
import type { Plugin, Rolldown } from 'vite';

/** The sources of parts that are asked for again until they are here, by the name they are asked by. */
const PARTS = /\/(inside|StartPages|countries|[a-z]{2}_later)\.(?:ts|svelte)$/;

export function laterFiles(): Plugin {
  return {
    name: 'later-files',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle = {} }) {
        const files: Record<string, string[]> = {};
        for (const chunk of Object.values(bundle)) {
          const part = chunk.type === 'chunk' && PARTS.exec(chunk.facadeModuleId ?? '')?.[1];
          if (part) files[part] = [...filesOf(chunk.fileName, bundle)].map((file) => `/${file}`);
        }
        return [
          {
            tag: 'script',
            attrs: { type: 'application/json', id: 'later-files' },
            children: JSON.stringify(files),
            injectTo: 'head',
          },
        ];
      },
    },
  };
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
