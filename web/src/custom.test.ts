import { describe, expect, it } from 'vitest';
import { AS_SHIPPED, askCustom, ownAgreement, readCustom } from './custom';
import { preferredLanguage } from './i18n/languages';

const WHOLE = {
  name: 'Circle of mothers',
  logo: '/custom/logo',
  languages: ['es', 'en'],
  exit_page: 'https://weather.example.org/',
  agreement: { es: ['Se queda aquí'], en: ['Stays here', 'Be kind'] },
};

describe('what the server tells of its organisation', () => {
  it('is read as it is', () => {
    expect(readCustom(WHOLE)).toEqual({
      name: 'Circle of mothers',
      logo: '/custom/logo',
      languages: ['es', 'en'],
      exitPage: 'https://weather.example.org/',
      agreement: new Map([
        ['en', ['Stays here', 'Be kind']],
        ['es', ['Se queda aquí']],
      ]),
    });
  });

  it.each([
    null,
    'text',
    [],
    {},
    { name: 7, logo: 7, languages: 'en', agreement: 'x' },
    { name: '', logo: 'https://elsewhere.example/x.png', languages: ['tlh', 7], agreement: { tlh: ['x'] } },
    { logo: '//elsewhere.example/x', agreement: { en: [] } },
    { logo: '/../x', agreement: { en: ['x', 7] } },
    { agreement: null },
    { exit_page: 'javascript:alert(1)' },
    { exit_page: 7 },
  ])('counts as left out where it cannot be read: %j', (value) => {
    expect(readCustom(value)).toEqual(AS_SHIPPED);
  });

  it.each([
    () => Promise.reject(new TypeError('away')),
    () => Promise.resolve(new Response('{}', { status: 503 })),
    () => Promise.resolve(new Response('no JSON')),
  ])('is as shipped when it cannot be had', async (fetch) => {
    expect(await askCustom(fetch)).toEqual(AS_SHIPPED);
  });

  it('is asked of this server only', async () => {
    const asked: string[] = [];
    const custom = await askCustom((url) => {
      asked.push(url);
      return Promise.resolve(new Response(JSON.stringify(WHOLE)));
    });
    expect(asked).toEqual(['/custom.json']);
    expect(custom.name).toBe('Circle of mothers');
  });
});

describe('the agreement of an organisation', () => {
  const custom = readCustom(WHOLE);

  it('is shown in the language of the page', () => {
    expect(ownAgreement(custom, 'en')).toEqual({ language: 'en', points: ['Stays here', 'Be kind'] });
  });

  it('is shown in its first language where there is no other', () => {
    expect(ownAgreement(custom, 'fr')).toEqual({ language: 'es', points: ['Se queda aquí'] });
  });

  it('may be in a language that is not offered', () => {
    const french = readCustom({ agreement: { fr: ['Reste ici'] } });
    expect(ownAgreement(french, 'ar')).toEqual({ language: 'fr', points: ['Reste ici'] });
  });

  it('leaves the usual one where it has none', () => {
    expect(ownAgreement(AS_SHIPPED, 'en')).toBeNull();
  });
});

it.each([
  [['fr', 'en'], ['es', 'en'], 'en'],
  [['fr'], ['es', 'en'], 'es'],
  [['fr'], [], 'fr'],
  [['tlh'], [], 'en'],
  [[], ['ar'], 'ar'],
] as const)('of the wishes %j it takes one of the offered %j: %s', (wishes, offered, tag) => {
  expect(preferredLanguage(wishes, offered)).toBe(tag);
});
