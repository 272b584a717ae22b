/** Which words come first: the screens that are loaded to come in must find all of theirs. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { ON_THE_WAY } from '../../vite.weight';
import { enLater } from './en_later';

const SRC = resolve(import.meta.dirname, '..');
/** Said to facilitators alone, of what another one did meanwhile: one who has just come in can wait for that a moment. */
const MAY_WAIT = 'deed.';
const IMPORT = /^\s*(?:import|export)\s+(?!type\b)[^;]*?from\s+'(\.[^']+)'/gm;

/** Everything that is loaded with this file: what it imports, and they in turn; not what it loads later. */
function loadedWith(file: string, known: Map<string, string>): void {
  if (known.has(file)) return;
  const source = readFileSync(file, 'utf-8');
  known.set(file, source);
  for (const [, path = ''] of source.matchAll(IMPORT)) {
    const target = resolve(dirname(file), path);
    const found = [target, `${target}.ts`].find((one) => existsSync(one) && /\.(ts|svelte)$/.test(one));
    if (found === undefined) throw new Error(`${path} of ${file} was not found`);
    if (!found.includes('/i18n/')) loadedWith(found, known);
  }
}

it('whoever comes in needs none of the words that come later', () => {
  const known = new Map<string, string>();
  for (const file of ON_THE_WAY) loadedWith(resolve(SRC, '..', file), known);
  expect(known.size).toBeGreaterThan(60);
  const said = [...known].flatMap(([file, source]) =>
    Object.keys(enLater)
      .filter((key) => !key.startsWith(MAY_WAIT) && saysKey(source, key))
      .map((key) => `${file.slice(SRC.length + 1)}: ${key}`),
  );
  expect(said).toEqual([]);
});

/** Whole, or put together: t(`part.kind.${kind}`). */
function saysKey(source: string, key: string): boolean {
  if (source.includes(`'${key}'`)) return true;
  return [...source.matchAll(/`([a-z_]+\.[a-z_.]*)\$\{/g)].some(([, start = '']) => key.startsWith(start));
}
