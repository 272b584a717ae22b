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
}

const MEETING_ID = /^[A-Za-z0-9_-]{22}$/;
const ROLES: readonly LinkRole[] = ['facilitator', 'guest', 'member'];

/** text: what follows `#`, or a whole link. null: not one of our links. */
export function parseLink(text: string): Link | null {
  const fragment = text.slice(text.indexOf('#') + 1).trim();
  const cut = fragment.lastIndexOf('.');
  if (cut < 0) return null;
  const token = fragment.slice(0, cut);
  const secret = fromBase64url(fragment.slice(cut + 1));
  const claims = claimsOf(token);
  if (secret?.length !== SECRET_BYTES || claims === null) return null;
  return { token, secret, ...claims };
}

/** What follows `#`. */
export function fragmentOf(link: Pick<Link, 'token' | 'secret'>): string {
  return `${link.token}.${toBase64url(link.secret)}`;
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
