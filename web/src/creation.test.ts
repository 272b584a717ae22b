import { describe, expect, test } from 'vitest';
import { askPolicy, create, type Fetch } from './creation';
import { toBase64url } from './crypto/base64url';
import { parseLink } from './crypto/secrets';

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
const made = { meeting: 'AAECAwQFBgcICQoLDA0ODw', expires: 1_800_000_000, tokens };

describe('starting a group', () => {
  test('gives three links of one secret that was never sent', async () => {
    const { fetch, asked } = answering(201, made);
    const creation = await create(fetch, ORIGIN, null, null);
    if (creation.kind !== 'made') throw new Error('not made');
    const { facilitator, guest, member, expiresAtMs } = creation.links;
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

  test('each group has a secret of its own', async () => {
    const { fetch } = answering(201, made);
    const links = async () => JSON.stringify(await create(fetch, ORIGIN, null, null));
    expect(await links()).not.toBe(await links());
  });

  test('says how long, and shows the organiser key in a header only', async () => {
    const { fetch, asked } = answering(201, made);
    await create(fetch, ORIGIN, 90, 'key');
    expect(asked[0]?.url).toBe('/api/meetings');
    expect(asked[0]?.init).toMatchObject({
      method: 'POST',
      body: '{"minutes":90}',
      headers: { Authorization: 'Bearer key' },
    });
  });

  test.each([
    [400, 'bad_request', 'bad_request'],
    [401, 'organiser_key_needed', 'organiser_key_needed'],
    [429, 'too_many', 'too_many'],
    [500, 'weather', 'unreachable'],
  ])('is refused with %i %s as %s', async (status, code, problem) => {
    const { fetch } = answering(status, { code, text: '' });
    expect(await create(fetch, ORIGIN, null, null)).toEqual({ kind: 'idle', problem });
  });

  test.each([[null], [[]], [{}], [{ tokens: null, expires: 1 }], [{ tokens: {}, expires: 1 }], [{ tokens }]])(
    'an answer like %j is none',
    async (body) => {
      const { fetch } = answering(201, body);
      expect(await create(fetch, ORIGIN, null, null)).toEqual({ kind: 'idle', problem: 'unreachable' });
    },
  );

  test('without a network says so', async () => {
    const fetch: Fetch = () => Promise.reject(new TypeError('no network'));
    expect(await create(fetch, ORIGIN, null, null)).toEqual({ kind: 'idle', problem: 'unreachable' });
    expect(await askPolicy(fetch)).toBeNull();
  });
});

test.each([
  [{ creation: 'open', protocol: 1 }, 'open'],
  [{ creation: 'organiser_key', protocol: 1 }, 'organiser_key'],
  [{ creation: 'closed' }, null],
  ['text', null],
])('the policy in %j is %s', async (body, policy) => {
  expect(await askPolicy(answering(200, body).fetch)).toBe(policy);
});
