import { describe, expect, test } from 'vitest';
import { askTerms, create, type Fetch } from './creation';
import { toBase64url } from './crypto/base64url';
import { openGroup } from './crypto/group_seal';
import { LinkSecretKeySource } from './crypto/keys';
import { parseLink } from './crypto/secrets';
import type { GroupWish, MeetingLinks } from './state/model';

const ORIGIN = 'https://kith.example';

interface Asked {
  readonly url: string;
  readonly init: RequestInit | undefined;
}

function answering(status: number, body: unknown): { readonly fetch: Fetch; readonly asked: Asked[] } {
  const asked: Asked[] = [];
  const fetch: Fetch = (url, init) => {
    asked.push({ url, init });
    return Promise.resolve(new Response(JSON.stringify(body), { status }));
  };
  return { fetch, asked };
}

function token(role: string): string {
  const claims = JSON.stringify({ mid: 'AAECAwQFBgcICQoLDA0ODw', role });
  return `h.${toBase64url(new TextEncoder().encode(claims))}.s`;
}

const tokens = { facilitator: token('facilitator'), guest: token('guest'), member: token('member') };
const WISH: GroupWish = { linkMinutes: null, people: null, organiserKey: null, lengthMin: 75, texts: null };
const made = { meeting: 'AAECAwQFBgcICQoLDA0ODw', expires: 1_800_000_000, tokens };

function sharedOf({ members }: MeetingLinks): string {
  if (members.kind !== 'shared') throw new Error('not shared');
  return members.link;
}

describe('starting a group', () => {
  test('gives three links of one secret that was never sent', async () => {
    const { fetch, asked } = answering(201, made);
    const creation = await create(fetch, ORIGIN, WISH);
    if (creation.kind !== 'made') throw new Error('not made');
    const { facilitator, guest, expiresAtMs } = creation.links;
    const member = sharedOf(creation.links);
    const links = [facilitator, guest, member].map((link) => parseLink(link));
    expect(links.map((link) => link?.role)).toEqual(['facilitator', 'guest', 'member']);
    const secrets = new Set(
      [facilitator, guest, member].map((link) => link.slice(link.lastIndexOf('.') + 1)),
    );
    expect(secrets.size).toBe(1);
    expect(JSON.stringify(asked)).not.toContain([...secrets][0]);
    expect(facilitator.startsWith(`${ORIGIN}/#`)).toBe(true);
    expect(expiresAtMs).toBe(1_800_000_000_000);
  });

  test('where what seals its texts does not come, nothing is made', async () => {
    const { fetch, asked } = answering(201, made);
    const texts = { title: 'Tuesdays', agreement: [], plan: [] };
    const lost = () => Promise.reject(new TypeError('no network'));
    const creation = await create(fetch, ORIGIN, { ...WISH, texts }, lost);
    expect(creation).toEqual({ kind: 'idle', problem: 'unreachable' });
    expect(asked).toEqual([]);
  });

  test('its texts travel sealed in the link of the facilitators, and nowhere else', async () => {
    const { fetch, asked } = answering(201, made);
    const texts = { title: 'Tuesdays', agreement: ['Stays here'], plan: [] };
    const creation = await create(fetch, ORIGIN, { ...WISH, texts });
    if (creation.kind !== 'made') throw new Error('not made');
    const { facilitator, guest, title } = creation.links;
    const member = sharedOf(creation.links);
    const [lead, ...others] = [facilitator, guest, member].map((link) => parseLink(link));
    expect(others.map((link) => link?.texts)).toEqual([null, null]);
    if (lead?.texts == null) throw new Error('no texts');
    const keys = new LinkSecretKeySource(lead.secret, lead.meeting);
    expect(await openGroup(keys, lead.texts)).toEqual(texts);
    expect(title).toBe('Tuesdays');
    expect(JSON.stringify([asked, creation.links.facilitator])).not.toContain('Tuesdays');
  });

  test('each member gets a link of her own, all of one secret, and none is there to share', async () => {
    const people = [token('member'), token('member'), token('member')];
    const { fetch, asked } = answering(201, {
      ...made,
      tokens: { facilitator: tokens.facilitator, guest: tokens.guest },
      people,
    });
    const creation = await create(fetch, ORIGIN, { ...WISH, people: 3, lengthMin: 45 });
    if (creation.kind !== 'made') throw new Error('not made');
    const { members, facilitator, lengthMin } = creation.links;
    if (members.kind !== 'own') throw new Error('shared');
    const links = members.links.map((link) => parseLink(link));
    expect(links.map((link) => link?.token)).toEqual(people);
    expect(links.map((link) => link?.secret)).toEqual(people.map(() => parseLink(facilitator)?.secret));
    expect(asked[0]?.init?.body, 'the length of a meeting stays here').toBe('{"people":3}');
    expect(lengthMin).toBe(45);
  });

  test.each([[undefined], [[]], [['one']], [['one', 2]], ['ab']])(
    'people in %j are not the two that were asked for',
    async (people) => {
      const { fetch } = answering(201, { ...made, people });
      const creation = await create(fetch, ORIGIN, { ...WISH, people: 2 });
      expect(creation).toEqual({ kind: 'idle', problem: 'unreachable' });
    },
  );

  test('each group has a secret of its own', async () => {
    const { fetch } = answering(201, made);
    const links = async () => JSON.stringify(await create(fetch, ORIGIN, WISH));
    expect(await links()).not.toBe(await links());
  });

  test('says how long, and shows the organiser key in a header only', async () => {
    const { fetch, asked } = answering(201, made);
    await create(fetch, ORIGIN, { ...WISH, linkMinutes: 90, organiserKey: 'key' });
    expect(asked[0]?.url).toBe('/api/meetings');
    expect(asked[0]?.init).toMatchObject({
      method: 'POST',
      body: '{"minutes":90}',
      headers: { Authorization: 'Bearer key' },
    });
  });

  test.each([
    [400, 'bad_request', 'bad_request'],
    [400, 'too_many_people', 'too_many_people'],
    [401, 'organiser_key_needed', 'organiser_key_needed'],
    [429, 'too_many', 'too_many'],
    [500, 'weather', 'unreachable'],
  ])('is refused with %i %s as %s', async (status, code, problem) => {
    const { fetch } = answering(status, { code, text: '' });
    expect(await create(fetch, ORIGIN, WISH)).toEqual({ kind: 'idle', problem });
  });

  test.each([[null], [[]], [{}], [{ tokens: null, expires: 1 }], [{ tokens: {}, expires: 1 }], [{ tokens }]])(
    'an answer like %j is none',
    async (body) => {
      const { fetch } = answering(201, body);
      expect(await create(fetch, ORIGIN, WISH)).toEqual({ kind: 'idle', problem: 'unreachable' });
    },
  );

  test('without a network says so', async () => {
    const fetch: Fetch = () => Promise.reject(new TypeError('no network'));
    expect(await create(fetch, ORIGIN, WISH)).toEqual({ kind: 'idle', problem: 'unreachable' });
    expect(await askTerms(fetch)).toBeNull();
  });
});

test.each([
  [
    { creation: 'open', people: 50, protocol: 1 },
    { policy: 'open', mostPeople: 50 },
  ],
  [
    { creation: 'organiser_key', people: 0, protocol: 1 },
    { policy: 'organiser_key', mostPeople: 0 },
  ],
  [
    { creation: 'open', protocol: 1 },
    { policy: 'open', mostPeople: 0 },
  ],
  [{ creation: 'closed', people: 50 }, null],
  ['text', null],
])('the terms in %j are %j', async (body, terms) => {
  expect(await askTerms(answering(200, body).fetch)).toEqual(terms);
});
