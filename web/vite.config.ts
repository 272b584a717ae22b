import { svelte } from '@sveltejs/vite-plugin-svelte';
import { type HtmlTagDescriptor, type Plugin, runnerImport } from 'vite';
import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { readHelplines } from './src/helplines.ts';
import { PARTS } from './src/later_files.ts';
import { laterFiles } from './vite.later.ts';
import { checkWeight, MOST_TO_JOIN_BYTES, size } from './vite.weight.ts';

const SERVER = 'http://localhost:8000';

/**
 * Names the files of the screens in the page itself: `main.ts` asks for them only once it runs, a round trip later.
 *
 * The words of the language are the one file that the page cannot name.
 */
function screensAtOnce(): Plugin {
  return {
    name: 'screens-at-once',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle = {} }) {
        const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
        const screens = chunks.find((chunk) => chunk.facadeModuleId?.endsWith('/src/begin.ts'));
        if (screens === undefined) return [];
        const files = [screens.fileName, ...screens.imports].filter((file) => !html.includes(file));
        const styles = chunks
          .filter((chunk) => files.includes(chunk.fileName))
          .flatMap((chunk) => [...(chunk.viteMetadata?.importedCss ?? [])]);
        return [
          ...files.map((file) => link('modulepreload', file)),
          ...styles.map((file) => link('stylesheet', file)),
        ];
      },
    },
  };
}

function link(rel: string, file: string): HtmlTagDescriptor {
  return { tag: 'link', attrs: { rel, crossorigin: true, href: `/${file}` }, injectTo: 'head' };
}

/** Numbers somebody may call in need: a list that is wrong must not be built. */
function checkedHelplines(): Plugin {
  return {
    name: 'checked-helplines',
    buildStart() {
      readHelplines(JSON.parse(readFileSync('public/helplines.json', 'utf-8')));
    },
  };
}

/** Nobody meets a gap where a word should be. */
function completeWords(): Plugin {
  return {
    name: 'complete-words',
    apply: 'build',
    async buildStart() {
      // By Vite itself: the words import each other as sources of the page do, and are no part of this file.
      const { module } = await runnerImport<typeof import('./vite.words.ts')>('./vite.words.ts');
      module.checkWords();
    },
  };
}

/** Data is paid for: what has become too heavy to join with must not be built. */
function lightEnough(): Plugin {
  return {
    name: 'light-enough',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        checkWeight(bundle, MOST_TO_JOIN_BYTES - size(readFileSync('public/too_old.js')));
      },
    },
  };
}

export default defineConfig({
  plugins: [svelte(), screensAtOnce(), laterFiles(PARTS), checkedHelplines(), completeWords(), lightEnough()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // Nothing inline: the pages are served with `script-src 'self'`.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
  },
  worker: { format: 'es' },
  server: {
    proxy: {
      '/api': SERVER,
      '/custom': SERVER,
      '/ws': { target: SERVER, ws: true },
    },
  },
  test: {
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
    environment: 'node',
    setupFiles: ['tests/english.ts'],
    // Nothing asserts a time: these are for what never comes.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
