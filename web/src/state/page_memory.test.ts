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
  const place = {
    resume: new Uint8Array(16),
    profile: new Uint8Array(9),
    mic: true,
    camera: false,
    told: { mic: true, camera: false },
    contact: null,
  };
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

test('a place on the page is no link, and hides nothing that was kept', () => {
  memory.keep(remembered());
  page.location.hash = '#main';
  expect(memory.find()).toEqual({ kind: 'remembered', remembered: remembered() });
  expect(page.history.state).not.toBeNull();
});

test('after a reload the page finds what it kept', () => {
  memory.keep(remembered());
  expect(memory.find()).toEqual({ kind: 'remembered', remembered: remembered() });
});

describe('the keys for keep in touch', () => {
  async function withKeys(): Promise<Remembered> {
    const pair = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, false, [
      'deriveBits',
    ]);
    const { place, ...rest } = remembered();
    if (place === null) throw new Error('the test has no place');
    const contact = { privateKey: pair.privateKey, publicKey: new Uint8Array(65) };
    return { ...rest, place: { ...place, contact } };
  }

  test('stay the same, and cannot be read out', async () => {
    memory.keep(await withKeys());
    const found = memory.find();
    const contact = found.kind === 'remembered' ? found.remembered.place?.contact : null;
    expect(contact?.publicKey).toHaveLength(65);
    expect(contact?.privateKey).toMatchObject({ type: 'private', extractable: false });
  });

  test('are left out where a browser keeps none, and all else is kept', async () => {
    const write = page.history.replaceState;
    page.history.replaceState = (state, title, url) => {
      const { place } = state as Remembered;
      if (place?.contact != null) throw new DOMException('a key cannot be cloned', 'DataCloneError');
      write(state, title, url);
    };
    memory.keep(await withKeys());
    expect(memory.find()).toEqual({ kind: 'remembered', remembered: remembered() });
  });

  test.each([[7], [{}], [{ privateKey: {}, publicKey: new Uint8Array(65) }]])(
    'that are none (%j) are not used',
    (contact) => {
      memory.keep(remembered());
      const kept = page.history.state as Remembered;
      page.restore({ ...kept, place: { ...kept.place, contact } });
      expect(memory.find()).toEqual({ kind: 'remembered', remembered: remembered() });
    },
  );
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

describe('a link that is followed in the open page', () => {
  const OTHER = `#o${FRAGMENT.slice(1)}`;
  const holdsFirst = (entry: unknown) => JSON.stringify(entry).includes(FRAGMENT);

  beforeEach(() => {
    memory.keep(remembered());
    page.follow(OTHER);
    memory.entryChanged(); // browsers tell a new fragment as that, too, and first
  });

  function follow(): void {
    const found = memory.followed();
    if (found.kind !== 'link') throw new Error('the link was not read');
    memory.keep({ ...remembered(), link: found.link });
  }

  test('is kept in the one entry of the page; of the link before it nothing stays', () => {
    expect(page.entries.some(holdsFirst)).toBe(true);
    follow();
    memory.entryChanged();
    expect(page.entries).toEqual([expect.objectContaining({ link: OTHER.slice(1) }), 'aside']);
  });

  test('is in no entry at all once it is cleared, also where forward was pressed', () => {
    follow();
    memory.entryChanged();
    page.forward();
    memory.entryChanged();
    memory.clear();
    memory.entryChanged();
    expect(page.entries).toEqual([null, 'aside']);
  });

  test('leaves nothing where it is broken', () => {
    page.history.back();
    page.follow('#ey.broken.link');
    expect(memory.followed()).toEqual({ kind: 'bad_link' });
    memory.clear();
    memory.entryChanged();
    expect(page.entries).toEqual([null, 'aside']);
  });

  test('leaves an entry in which a page begins anew, should one be loaded there', () => {
    follow();
    memory.entryChanged();
    page.forward();
    expect(new PageMemory(page).find()).toEqual({ kind: 'nothing' });
    expect(page.history.state).toBeNull();
  });

  test('that took the place of the first has nothing to go back to', () => {
    page.history.back();
    page.location.hash = OTHER;
    follow();
    expect(page.entries[0]).toMatchObject({ link: OTHER.slice(1) });
  });
});

test('a place on the open page is left again, and what is kept stays one', () => {
  memory.keep(remembered());
  page.follow('#main');
  expect(memory.followed()).toEqual({ kind: 'nothing' });
  memory.keep({ ...remembered(), loads: 7 });
  memory.entryChanged();
  expect(page.entries).toEqual([expect.objectContaining({ loads: 7 }), 'aside']);
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

  const whole = remembered().place;
  test.each([
    ['no resume secret', { ...whole, resume: undefined }],
    ['a short one', { ...whole, resume: new Uint8Array(2) }],
    ['no profile', { ...whole, profile: undefined }],
    ['a device that is neither on nor off', { ...whole, mic: 1 }],
    ['no word of what was told', { ...whole, told: undefined }],
    ['a word that is none', { ...whole, told: { mic: true } }],
    ['text', 'place'],
  ])('a place with %s: the link still counts', (_, place) => {
    page.restore({ ...kept(), place });
    expect(memory.find()).toMatchObject({ kind: 'remembered', remembered: { place: null } });
  });
});
