/**
 * Bytes as base64url without padding (RFC 4648 §5) and back; pure.
 *
 * Used by link parsing and by the page's memory. Imports nothing.
 */

export function toBase64url(bytes: Uint8Array): string {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** null for anything that is not exactly such a text. */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return null;
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
  // The last character may carry bits that belong to no byte: one text for one value.
  return toBase64url(bytes) === text ? bytes : null;
}
