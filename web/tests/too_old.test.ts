/** The one file that is read by browsers that cannot read the others. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as espree from 'espree';
import { expect, it } from 'vitest';

const SOURCE = readFileSync(resolve(import.meta.dirname, '../public/too_old.js'), 'utf-8');

function read(source: string): unknown {
  return espree.parse(source, { ecmaVersion: 5, sourceType: 'script' });
}

it('is written in what every browser reads', () => {
  expect(() => read(SOURCE)).not.toThrow();
});

it('would not pass with a word or a comma that is newer', () => {
  expect(() => read('const newer = 1;')).toThrow();
  expect(() => read('listen(show, true,);')).toThrow();
});
