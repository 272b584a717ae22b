import { beforeEach, describe, expect, test } from 'vitest';
import { FakePage } from '../../tests/fake_page';
import { toBase64url } from '../crypto/base64url';
import { parseLink } from '../crypto/secrets';
import { PageMemory, type Remembered } from './page_memory';

const claims = toBase64url(new TextEncoder().encode('{"mid":"AAECAwQFBgcICQoLDA0ODw","role":"guest"}'));
const FRAGMENT = `h.${claims}.s.${toBase64url(new Uint8Array(32))}`;

function remembered(): Remembered {
  const link = parseLink(FRAGMENT);
  if (link === null) throw new Error('the test has no link');
  const place = { resume: new Uint8Array(16), profile: new Uint8Array(9), mic: true, camera: false };
  return { link, device: new Uint8Array(16).fill(3), loads: 1, place };
}

let page: FakePage;
let memory: PageMemory;

beforeEach(() => {
  page = new FakePage();
  memory = new PageMemory(page);
});

test('the link is read once and taken out of the address bar', () => {
  page.location.hash = `#${FRAGMENT}`;
  expect(memory.find()).toMatchObject({ kind: 'link', link: { role: 'guest' } });
  expect(page.urls).toEqual(['/?look=day']);
  expect(memory.find()).toEqual({ kind: 'nothing' });
});

test('a broken link is taken out as well', () => {
  page.location.hash = '#ey.broken.link';
  expect(memory.find()).toEqual({ kind: 'bad_link' });
  expect(page.location.hash).toBe('');
});

test('a place on the page is no link', () => {
  page.location.hash = '#main';
  expect(memory.find()).toEqual({ kind: 'nothing' });
  expect(page.urls).toEqual([]);
});

test('after a reload the page finds what it kept', () => {
  memory.keep(remembered());
  expect(memory.find()).toEqual({ kind: 'remembered', remembered: remembered() });
});

test('a page that has no place yet keeps its link and its device', () => {
  memory.keep({ ...remembered(), place: null });
  expect(memory.find()).toMatchObject({ kind: 'remembered', remembered: { place: null, loads: 1 } });
});

test('a new link replaces what was kept', () => {
  memory.keep(remembered());
  page.location.hash = `#${FRAGMENT}`;
  expect(memory.find()).toMatchObject({ kind: 'link' });
  expect(page.history.state).toBeNull();
});

test('nothing is left after clearing', () => {
  memory.keep(remembered());
  memory.clear();
  expect(page.history.state).toBeNull();
  expect(memory.find()).toEqual({ kind: 'nothing' });
});

describe('what others left in the history entry is not used', () => {
  const kept = (): Record<string, unknown> => {
    memory.keep(remembered());
    return page.history.state as Record<string, unknown>;
  };

  test.each([[null], [7], ['text'], [{}], [[]], [{ version: 1 }]])('%j', (state) => {
    page.restore(state);
    expect(memory.find()).toEqual({ kind: 'nothing' });
  });

  test.each([
    ['another version', { version: 2 }],
    ['no link', { link: 7 }],
    ['a broken link', { link: 'a.b' }],
    ['a device of another length', { device: new Uint8Array(3) }],
    ['no device', { device: undefined }],
    ['a count that is none', { loads: -1 }],
    ['a count with a fraction', { loads: 0.5 }],
  ])('%s', (_, patch) => {
    page.restore({ ...kept(), ...patch });
    expect(memory.find()).toEqual({ kind: 'nothing' });
  });

  test.each([
    ['no resume secret', { profile: new Uint8Array(1), mic: true, camera: true }],
    ['a short one', { resume: new Uint8Array(2), profile: new Uint8Array(1), mic: true, camera: true }],
    ['no profile', { resume: new Uint8Array(16), mic: true, camera: true }],
    [
      'a device that is neither on nor off',
      { resume: new Uint8Array(16), profile: new Uint8Array(1), mic: 1 },
    ],
    ['text', 'place'],
  ])('a place with %s: the link still counts', (_, place) => {
    page.restore({ ...kept(), place });
    expect(memory.find()).toMatchObject({ kind: 'remembered', remembered: { place: null } });
  });
});
