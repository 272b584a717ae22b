import { beforeEach, expect, it } from 'vitest';
import { fetchFiles, knowFiles } from './later_files';

const LIST = JSON.stringify({
  inside: ['/a.js', '/shared.js', '/a.css'],
  en_later: ['/shared.js', '/en.js'],
});

let asked: string[] = [];
let lost = new Set<string>();
let refused = new Set<string>();

beforeEach(() => {
  asked = [];
  lost = new Set();
  refused = new Set();
  knowFiles(LIST, (file) => {
    asked.push(file);
    if (lost.has(file)) return Promise.reject(new TypeError('no network'));
    return Promise.resolve({
      ok: !refused.has(file),
      arrayBuffer: () => Promise.resolve(new ArrayBuffer()),
    });
  });
});

it('asks for every file of a part, and for none twice that is here', async () => {
  await fetchFiles('inside');
  await fetchFiles('en_later');
  await fetchFiles('inside');
  expect(asked).toEqual(['/a.js', '/shared.js', '/a.css', '/en.js']);
});

it('says that a part is not here, and asks again only for what did not come', async () => {
  lost.add('/shared.js');
  await expect(fetchFiles('inside')).rejects.toThrow('no network');
  lost.clear();
  refused.add('/shared.js');
  await expect(fetchFiles('inside')).rejects.toThrow('a file did not come');
  refused.clear();
  await fetchFiles('inside');
  expect(asked).toEqual(['/a.js', '/shared.js', '/a.css', '/shared.js', '/shared.js']);
});

it('asks for nothing where there is no list, and of a part without files', async () => {
  await fetchFiles('StartPages');
  knowFiles(null, () => Promise.reject(new Error('not to be asked')));
  await fetchFiles('inside');
  expect(asked).toEqual([]);
});
