/**
 * Starting a group: the secret is made here and never sent; the server signs the tokens.
 *
 * Called by `client.ts`. Answers are values, also when the network fails.
 */
import { fragmentOf, newSecret } from './crypto/secrets';
import { whole } from './later_files';
import type { Creation, CreationProblem, GroupWish, MeetingLinks, MemberLinks } from './state/model';

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;
export type Policy = 'open' | 'organiser_key';

const PROBLEMS: readonly CreationProblem[] = [
  'bad_request',
  'organiser_key_needed',
  'too_large',
  'too_many',
  'too_many_people',
];

export interface Terms {
  readonly policy: Policy;
  /** Members with a link of their own, at most; 0: they share one. */
  readonly mostPeople: number;
}

/** null: the server could not be asked; ask again later. */
export async function askTerms(fetch: Fetch): Promise<Terms | null> {
  const about = await json(fetch('/api/about'));
  const { creation, people } = about?.body ?? {};
  if (creation !== 'open' && creation !== 'organiser_key') return null;
  return { policy: creation, mostPeople: Number.isSafeInteger(people) ? Number(people) : 0 };
}

type Seal = typeof import('./sealed_texts').sealTexts;

function loadSeal(): Promise<Seal> {
  return whole('sealed_texts', () => import('./sealed_texts')).then(({ sealTexts }) => sealTexts);
}

/** The texts are sealed here, they travel in the facilitators' link. What seals them comes first: nothing is made that could not be handed out. */
export async function create(
  fetch: Fetch,
  origin: string,
  wish: GroupWish,
  sealing: () => Promise<Seal> = loadSeal,
): Promise<Creation> {
  const seal = wish.texts === null ? null : await sealing().catch(() => null);
  if (wish.texts !== null && seal === null) return { kind: 'idle', problem: 'unreachable' };
  const asked = await json(
    fetch('/api/meetings', {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(wish.organiserKey === null ? {} : { Authorization: `Bearer ${wish.organiserKey}` }),
      },
      body: JSON.stringify(bodyOf(wish)),
    }),
  );
  if (asked === null) return { kind: 'idle', problem: 'unreachable' };
  const made = asked.ok ? madeOf(asked.body, wish.people) : null;
  if (made !== null) return { kind: 'made', links: await linksOf(origin, made, wish, seal) };
  const problem = PROBLEMS.find((one) => one === asked.body.code);
  return { kind: 'idle', problem: problem ?? 'unreachable' };
}

function bodyOf({ linkMinutes, people }: GroupWish): Readonly<Record<string, number>> {
  return {
    ...(linkMinutes === null ? {} : { minutes: linkMinutes }),
    ...(people === null ? {} : { people }),
  };
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

/** What the server answered: the tokens, and the end of their time in s since 1970. */
interface Made {
  readonly facilitator: string;
  readonly guest: string;
  /** Tokens where links will be. */
  readonly members: MemberLinks;
  readonly expires: number;
}

/** people: as many links for one person each were asked for; null: one for all. Anything else is no answer. */
function madeOf({ tokens, people: own, expires }: Answer['body'], people: number | null): Made | null {
  if (typeof tokens !== 'object' || tokens === null || typeof expires !== 'number') return null;
  const { facilitator, guest, member } = tokens as Partial<Record<string, unknown>>;
  if (typeof facilitator !== 'string' || typeof guest !== 'string') return null;
  if (people === null)
    return typeof member === 'string'
      ? { facilitator, guest, members: { kind: 'shared', link: member }, expires }
      : null;
  return isTexts(own) && own.length === people
    ? { facilitator, guest, members: { kind: 'own', links: own }, expires }
    : null;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

async function linksOf(
  origin: string,
  made: Made,
  { texts, lengthMin }: GroupWish,
  seal: Seal | null,
): Promise<MeetingLinks> {
  const secret = newSecret();
  const box = texts === null || seal === null ? null : await seal(secret, made.facilitator, texts);
  const link = (token: string, own: typeof box = null): string =>
    `${origin}/#${fragmentOf({ token, secret, texts: own })}`;
  const { members } = made;
  return {
    facilitator: link(made.facilitator, box),
    guest: link(made.guest),
    members:
      members.kind === 'shared'
        ? { kind: 'shared', link: link(members.link) }
        : { kind: 'own', links: members.links.map((token) => link(token)) },
    lengthMin,
    expiresAtMs: made.expires * 1_000,
    title: texts?.title ?? '',
  };
}
