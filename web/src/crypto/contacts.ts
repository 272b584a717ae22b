/**
 * Keep in touch (protocol §6): what one person writes for another, sealed to the two; not even the link opens it.
 *
 * Called by the client's commands and `open_sealed.ts`. The private key cannot be read out; it is kept beside the link in
 * the page's history entry, so that a reload goes on with the same profile, and goes with it.
 *
 * Each page draws a key pair (ECDH, P-256) and puts the public half into its sealed profile (`key`, 65 bytes).
 * Of the two pairs HKDF-SHA-256 makes one key for each direction; the box is that of `seal.ts`, its text padded:
 *
 *      0        2             2 + length          multiple of 64
 *     +--------+-------------+------------------+
 *     | length | text, UTF-8 | zeros            |
 *     +--------+-------------+------------------+
 */
import { seal, unseal } from './seal';
import { isLength } from './lengths';

export const CONTACT_LABEL = 'kith/1 contact';
/** Of an uncompressed point: 0x04, x, y. */
export const PUBLIC_KEY_BYTES = 65;
/** Characters as people count them (code points); four bytes each still fit into the largest box. */
export const MAX_CONTACT_CHARACTERS = 200;
/** Of the sealed box; the meeting refuses larger ones (`max_contact_bytes` of its rules). */
export const MAX_CONTACT_BYTES = 1_024;
/** The length of the box tells the length of the text only in steps of so many bytes. */
export const PADDING_BYTES = 64;

const CURVE = { name: 'ECDH', namedCurve: 'P-256' } as const;
const SHARED_BITS = 256;
const KEY_BITS = 256;
const LENGTH_BYTES = 2;

export type ContactFault = 'bad_key' | 'bad_text' | 'unreadable';

/** `bad_key`: not the public key of somebody else; `bad_text`: empty or too long; `unreadable`: not sealed so for her. */
export class ContactError extends Error {
  readonly fault: ContactFault;

  constructor(fault: ContactFault) {
    super(fault);
    this.name = 'ContactError';
    this.fault = fault;
  }
}

/** Who wrote, and for whom, as the server names them. */
export interface ContactRoute {
  readonly giver: string;
  readonly receiver: string;
}

const utf8 = new TextEncoder();

/** One page's half of every secret it shares. */
export class ContactSealer {
  readonly #privateKey: CryptoKey;
  /** For the sealed profile. */
  readonly publicKey: Uint8Array<ArrayBuffer>;

  constructor(privateKey: CryptoKey, publicKey: Uint8Array<ArrayBuffer>) {
    this.#privateKey = privateKey;
    this.publicKey = publicKey;
  }

  /** With keys that were never used and cannot be read out. */
  static async create(): Promise<ContactSealer> {
    const pair = await crypto.subtle.generateKey(CURVE, false, ['deriveBits']);
    const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
    return new ContactSealer(pair.privateKey, publicKey);
  }

  /** theirs: the receiver's public key. Throws `ContactError`: `bad_key`, `bad_text`. */
  async seal(route: ContactRoute, theirs: Uint8Array, text: string): Promise<Uint8Array<ArrayBuffer>> {
    if (!isLength(text, 1, MAX_CONTACT_CHARACTERS)) throw new ContactError('bad_text');
    const key = await this.#key(theirs, this.publicKey, theirs);
    return seal(key, contextOf(route), padded(text));
  }

  /** theirs: the giver's public key. Throws `ContactError`: `bad_key`, `unreadable`. */
  async open(route: ContactRoute, theirs: Uint8Array, box: Uint8Array): Promise<string> {
    const key = await this.#key(theirs, theirs, this.publicKey);
    const plain = await unseal(key, contextOf(route), box);
    const text = plain === null ? null : unpadded(plain);
    if (text === null || !isLength(text, 1, MAX_CONTACT_CHARACTERS)) throw new ContactError('unreadable');
    return text;
  }

  /** The key of one direction: both public keys are in it, the giver's first. */
  async #key(theirs: Uint8Array, giver: Uint8Array, receiver: Uint8Array): Promise<CryptoKey> {
    const shared = await this.#shared(theirs);
    const root = await crypto.subtle.importKey('raw', shared, 'HKDF', false, ['deriveKey']);
    return crypto.subtle.deriveKey(
      { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: infoOf(giver, receiver) },
      root,
      { name: 'AES-GCM', length: KEY_BITS },
      false,
      ['encrypt', 'decrypt'],
    );
  }

  async #shared(theirs: Uint8Array): Promise<ArrayBuffer> {
    if (theirs.length !== PUBLIC_KEY_BYTES || isSame(theirs, this.publicKey))
      throw new ContactError('bad_key');
    let publicKey: CryptoKey;
    try {
      // A point that is not on the curve is refused here: it could tell something of the private key.
      publicKey = await crypto.subtle.importKey('raw', Uint8Array.from(theirs), CURVE, false, []);
    } catch {
      throw new ContactError('bad_key');
    }
    return crypto.subtle.deriveBits({ name: 'ECDH', public: publicKey }, this.#privateKey, SHARED_BITS);
  }
}

/** Ids hold no spaces: no two routes share a context. */
function contextOf({ giver, receiver }: ContactRoute): string {
  return `${CONTACT_LABEL} ${giver} ${receiver}`;
}

function infoOf(giver: Uint8Array, receiver: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([...utf8.encode(CONTACT_LABEL), ...giver, ...receiver]);
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

function padded(text: string): Uint8Array<ArrayBuffer> {
  const bytes = utf8.encode(text);
  const plain = new Uint8Array(Math.ceil((LENGTH_BYTES + bytes.length) / PADDING_BYTES) * PADDING_BYTES);
  new DataView(plain.buffer).setUint16(0, bytes.length);
  plain.set(bytes, LENGTH_BYTES);
  return plain;
}

/** null: not what `padded` makes. */
function unpadded(plain: Uint8Array): string | null {
  if (plain.length === 0 || plain.length % PADDING_BYTES !== 0) return null;
  const length = new DataView(plain.buffer, plain.byteOffset, plain.length).getUint16(0);
  const end = LENGTH_BYTES + length;
  if (end > plain.length || plain.length - end >= PADDING_BYTES) return null;
  if (plain.subarray(end).some((byte) => byte !== 0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      plain.subarray(LENGTH_BYTES, end),
    );
  } catch {
    return null;
  }
}
