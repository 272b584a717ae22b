import { describe, expect, test } from 'vitest';
import { fromBase64url, toBase64url } from './base64url';
import { DEVICE_BYTES, fragmentOf, newDevice, newSecret, parseLink, SECRET_BYTES } from './secrets';

const MEETING = 'AAECAwQFBgcICQoLDA0ODw';
const utf8 = new TextEncoder();

function token(claims: unknown): string {
  return `eyJhbGciOiJIUzI1NiJ9.${toBase64url(utf8.encode(JSON.stringify(claims)))}.c2lnbmF0dXJl`;
}

const TOKEN = token({ mid: MEETING, role: 'member', exp: 1 });
const SECRET = toBase64url(new Uint8Array(SECRET_BYTES).fill(7));

describe('a link', () => {
  test.each([
    ['its fragment', `${TOKEN}.${SECRET}`],
    ['with the mark', `#${TOKEN}.${SECRET}`],
    ['whole', `https://kith.example/#${TOKEN}.${SECRET}`],
    ['with spaces around it', `  https://kith.example/#${TOKEN}.${SECRET}\n`],
  ])('is read from %s', (_, text) => {
    const link = parseLink(text);
    expect(link).toMatchObject({ token: TOKEN, meeting: MEETING, role: 'member' });
    expect(link?.secret).toEqual(new Uint8Array(SECRET_BYTES).fill(7));
  });

  test('is put together as it was taken apart', () => {
    const link = parseLink(`${TOKEN}.${SECRET}`);
    expect(link === null ? null : fragmentOf(link)).toBe(`${TOKEN}.${SECRET}`);
  });

  test('may carry the texts of the group', () => {
    const link = parseLink(`${TOKEN}.${SECRET}~AQID`);
    expect(link).toMatchObject({ token: TOKEN, texts: new Uint8Array([1, 2, 3]) });
    expect(link?.secret).toEqual(new Uint8Array(SECRET_BYTES).fill(7));
    expect(link === null ? null : fragmentOf(link)).toBe(`${TOKEN}.${SECRET}~AQID`);
  });

  test.each(['', 'A', 'AQ+D', 'AQI~AQID'])('opens the door with texts that were cut off: %j', (box) => {
    expect(parseLink(`${TOKEN}.${SECRET}~${box}`)).toMatchObject({ token: TOKEN });
  });

  test.each([
    ['nothing', ''],
    ['no secret', TOKEN],
    ['an empty secret', `${TOKEN}.`],
    ['a short secret', `${TOKEN}.${SECRET.slice(0, 40)}`],
    ['a long secret', `${TOKEN}.${SECRET}AAAA`],
    ['a secret of other characters', `${TOKEN}.${SECRET.slice(0, 42)}+`],
    ['a secret with stray bits', `${TOKEN}.${SECRET.slice(0, 42)}d`],
    ['a token of two parts', `a.b.${SECRET}`],
    ['a payload that is no JSON', `a.${toBase64url(utf8.encode('{'))}.c.${SECRET}`],
    ['a payload that is no text', `a.${toBase64url(new Uint8Array([0xff, 0xfe]))}.c.${SECRET}`],
    ['a payload that is null', `${token(null)}.${SECRET}`],
    ['a role nobody has', `${token({ mid: MEETING, role: 'host' })}.${SECRET}`],
    ['a meeting id that is too short', `${token({ mid: 'AAA', role: 'member' })}.${SECRET}`],
    ['no meeting id', `${token({ role: 'member' })}.${SECRET}`],
  ])('is none with %s', (_, text) => {
    expect(parseLink(text)).toBeNull();
  });
});

test('base64url has one text for one value', () => {
  for (const length of [0, 1, 2, 3, 16, 32]) {
    const bytes = Uint8Array.from({ length }, (_, index) => 255 - index);
    expect(fromBase64url(toBase64url(bytes))).toEqual(bytes);
  }
  expect(fromBase64url('AB')).toBeNull();
  expect(fromBase64url('A')).toBeNull();
  expect(fromBase64url('AA==')).toBeNull();
});

test('secrets and devices are drawn anew each time', () => {
  expect(newSecret()).toHaveLength(SECRET_BYTES);
  expect(newDevice()).toHaveLength(DEVICE_BYTES);
  expect(newSecret()).not.toEqual(newSecret());
  expect(newDevice()).not.toEqual(newDevice());
});
