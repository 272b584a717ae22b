import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { askHelplines, callLink, readHelplines, textLink } from './helplines';

interface Vector {
  readonly why: string;
  readonly list: unknown;
  readonly problem: string | null;
}

const VECTORS = JSON.parse(
  readFileSync(new URL('../../tests/vectors/helplines.json', import.meta.url), 'utf-8'),
) as readonly Vector[]; // written by hand, read by pytest too
const OURS: unknown = JSON.parse(readFileSync(new URL('../public/helplines.json', import.meta.url), 'utf-8'));

function problemOf(list: unknown): string | null {
  try {
    readHelplines(list);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
}

test.each(VECTORS)('a list with $why is taken or refused as the server does', ({ list, problem }) => {
  expect(problemOf(list)).toBe(problem);
});

describe('our own list', () => {
  const { countries, elsewhere } = readHelplines(OURS);
  const numbers = countries.map(({ code, emergency, lines }) => [
    code,
    emergency.join(' / '),
    ...lines.map(({ call, text }) => call ?? text),
  ]);

  it('holds the numbers that were attested', () => {
    expect(numbers).toEqual([
      ['US', '911', '1-833-852-6262', '1-800-944-4773', '988', '1-800-799-7233'],
      ['GB', '999', '116 123', '85258', '0808 2000 247', '111'],
      ['IE', '112 / 999', '116 123', '50808', '1800 341 900'],
      ['CA', '911', '9-8-8', '855-255-7999'],
      ['AU', '000', '1300 726 306', '13 11 14', '1800 737 732'],
      ['NZ', '111', '1737', '0800 933 922', '0800 733 843'],
    ]);
    expect(elsewhere.address).toBe('https://findahelpline.com');
  });
});

describe('a link', () => {
  it('calls the number without what is there for the eye', () => {
    expect(callLink('1-833-852-6262')).toBe('tel:18338526262');
    expect(callLink('+353 1800 341 900')).toBe('tel:+3531800341900');
  });

  it('writes with the words that are asked for', () => {
    expect(textLink('85258', null)).toBe('sms:85258');
    expect(textLink('50808', 'HELLO YOU')).toBe('sms:50808?&body=HELLO%20YOU');
  });
});

describe('asking for the list', () => {
  it('gives nothing where there is none', async () => {
    expect(await askHelplines(() => Promise.reject(new TypeError()))).toBeNull();
    expect(await askHelplines(() => Promise.resolve(new Response('', { status: 404 })))).toBeNull();
    expect(await askHelplines(() => Promise.resolve(new Response('{}')))).toBeNull();
  });

  it('gives what an organisation put in its place', async () => {
    const list = VECTORS.find(({ problem }) => problem === null)?.list;
    const told = await askHelplines(() => Promise.resolve(new Response(JSON.stringify(list))));
    expect(told?.countries.map(({ code }) => code)).toEqual(['GB']);
  });
});
