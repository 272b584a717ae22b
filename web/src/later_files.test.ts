import { beforeEach, expect, test } from 'vitest';
import { knowFiles, whole } from './later_files';

const LIST = JSON.stringify({
  inside: ['/a.js', '/shared.js', '/a.css'],
  en_later: ['/shared.js', '/en.js'],
});

let asked: string[] = [];
let lost = new Set<string>();
let refused = new Set<string>();
let imported = 0;

beforeEach(() => {
  asked = [];
  lost = new Set();
  refused = new Set();
  imported = 0;
  knowFiles(LIST, (file) => {
    asked.push(file);
    if (lost.has(file)) return Promise.reject(new TypeError('no network'));
    return Promise.resolve({
      ok: !refused.has(file),
      arrayBuffer: () => Promise.resolve(new ArrayBuffer()),
    });
  });
});

function load(): Promise<string> {
  imported += 1;
  return Promise.resolve('here');
}

test('every file of a part is asked for, and none twice that is here or on its way', async () => {
  await Promise.all([whole('inside', load), whole('en_later', load)]);
  expect(await whole('inside', load)).toBe('here');
  expect(asked).toEqual(['/a.js', '/shared.js', '/a.css', '/en.js']);
});

test('a part is imported only when all its files are here, and only what did not come is asked for again', async () => {
  lost.add('/shared.js');
  await expect(whole('inside', load)).rejects.toThrow('no network');
  lost.clear();
  refused.add('/shared.js');
  await expect(whole('inside', load)).rejects.toThrow('a file did not come');
  expect(imported).toBe(0);
  refused.clear();
  expect(await whole('inside', load)).toBe('here');
  expect(asked).toEqual(['/a.js', '/shared.js', '/a.css', '/shared.js', '/shared.js']);
});

test('where there is no list, and of a part without files, nothing is asked for', async () => {
  expect(await whole('StartPages', load)).toBe('here');
  knowFiles(null, () => Promise.reject(new Error('not to be asked')));
  expect(await whole('inside', load)).toBe('here');
  expect(asked).toEqual([]);
});
