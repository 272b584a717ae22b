/**
 * Links: taking them apart, putting them together, drawing a new secret (protocol §1).
 *
 * Called by `client.ts`. A token is only read here; the server alone can check it.
 */
import { fromBase64url, toBase64url } from './base64url';

export const SECRET_BYTES = 32;
export const DEVICE_BYTES = 16;

export type LinkRole = 'facilitator' | 'guest' | 'member';

export interface Link {
  readonly token: string;
  readonly secret: Uint8Array<ArrayBuffer>;
  readonly meeting: string;
  readonly role: LinkRole;
  /** The group's own texts, sealed; null: none came with this link. */
  readonly texts: Uint8Array<ArrayBuffer> | null;
}

/** Between the secret and the sealed texts. */
const TEXTS_AFTER = '~';
const MEETING_ID = /^[A-Za-z0-9_-]{22}$/;
const ROLES: readonly LinkRole[] = ['facilitator', 'guest', 'member'];

/** text: what follows `#`, or a whole link. null: not one of our links. */
export function parseLink(text: string): Link | null {
  const fragment = text.slice(text.indexOf('#') + 1).trim();
  const [key = '', box = ''] = fragment.split(TEXTS_AFTER, 2);
  const cut = key.lastIndexOf('.');
  if (cut < 0) return null;
  const token = key.slice(0, cut);
  const secret = fromBase64url(key.slice(cut + 1));
  const claims = claimsOf(token);
  if (secret?.length !== SECRET_BYTES || claims === null) return null;
  // Cut off on its way, as some messengers do with long links, it still opens the door.
  const texts = box === '' ? null : fromBase64url(box);
  return { token, secret, texts, ...claims };
}

/** What follows `#`. */
export function fragmentOf({ token, secret, texts }: Pick<Link, 'token' | 'secret' | 'texts'>): string {
  const key = `${token}.${toBase64url(secret)}`;
  return texts === null ? key : `${key}${TEXTS_AFTER}${toBase64url(texts)}`;
}

/** The meeting a token is for; null: it is no token. */
export function meetingOf(token: string): string | null {
  return claimsOf(token)?.meeting ?? null;
}

function claimsOf(token: string): Pick<Link, 'meeting' | 'role'> | null {
  const parts = token.split('.');
  const payload = parts.length === 3 ? fromBase64url(parts[1] ?? '') : null;
  if (payload === null) return null;
  let claims: unknown;
  try {
    claims = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch {
    return null;
  }
  if (typeof claims !== 'object' || claims === null) return null;
  const { mid, role } = claims as { readonly mid?: unknown; readonly role?: unknown };
  const known = ROLES.find((one) => one === role);
  if (typeof mid !== 'string' || !MEETING_ID.test(mid) || known === undefined) return null;
  return { meeting: mid, role: known };
}

export function newSecret(): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
}

/** What a page calls itself as long as it lives; tells only that the same page returns. */
export function newDevice(): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(DEVICE_BYTES));
}
