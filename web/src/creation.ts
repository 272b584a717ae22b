/**
 * Starting a group: the secret is made here and never sent; the server signs the tokens.
 *
 * Called by `client.ts`. Answers are values, also when the network fails.
 */
import { fragmentOf, newSecret } from './crypto/secrets';
import type { Creation, CreationProblem, MeetingLinks } from './state/model';

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;
export type Policy = 'open' | 'organiser_key';

const PROBLEMS: readonly CreationProblem[] = ['bad_request', 'organiser_key_needed', 'too_large', 'too_many'];

/** null: the server could not be asked; ask again later. */
export async function askPolicy(fetch: Fetch): Promise<Policy | null> {
  const about = await json(fetch('/api/about'));
  const { creation } = about?.body ?? {};
  return creation === 'open' || creation === 'organiser_key' ? creation : null;
}

/** minutes: how long the links hold; null: as long as the server likes. */
export async function create(
  fetch: Fetch,
  origin: string,
  minutes: number | null,
  organiserKey: string | null,
): Promise<Creation> {
  const asked = await json(
    fetch('/api/meetings', {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(organiserKey === null ? {} : { Authorization: `Bearer ${organiserKey}` }),
      },
      body: JSON.stringify(minutes === null ? {} : { minutes }),
    }),
  );
  if (asked === null) return { kind: 'idle', problem: 'unreachable' };
  const links = asked.ok ? linksOf(origin, asked.body) : null;
  if (links !== null) return { kind: 'made', links };
  const problem = PROBLEMS.find((one) => one === asked.body.code);
  return { kind: 'idle', problem: problem ?? 'unreachable' };
}

interface Answer {
  readonly ok: boolean;
  readonly body: Readonly<Partial<Record<string, unknown>>>;
}

async function json(asking: Promise<Response>): Promise<Answer | null> {
  try {
    const response = await asking;
    const body: unknown = await response.json();
    return typeof body === 'object' && body !== null ? { ok: response.ok, body: { ...body } } : null;
  } catch {
    return null;
  }
}

function linksOf(origin: string, body: Answer['body']): MeetingLinks | null {
  const { tokens, expires } = body;
  if (typeof tokens !== 'object' || tokens === null || typeof expires !== 'number') return null;
  const { facilitator, guest, member } = tokens as Partial<Record<string, unknown>>;
  if (typeof facilitator !== 'string' || typeof guest !== 'string' || typeof member !== 'string') return null;
  const secret = newSecret();
  const link = (token: string): string => `${origin}/#${fragmentOf({ token, secret })}`;
  return {
    facilitator: link(facilitator),
    guest: link(guest),
    member: link(member),
    expiresAtMs: expires * 1_000,
  };
}
