/**
 * Sealing texts (protocol §6): names and chat, so that the server carries only ciphertext.
 *
 * Called by `visit.ts`, `outgoing_chat.ts` and `open_sealed.ts`. What cannot be opened gives null, never a guess.
 *
 *      0      1            13                                 n
 *     +------+------------+----------------------+-----------+
 *     | 0x01 | nonce (12) | ciphertext           | tag (16)  |
 *     +------+------------+----------------------+-----------+
 */
import { decode, encode } from '@msgpack/msgpack';
import type { KeySource } from './keys';
import { isLength } from './lengths';

export const PROFILE_LABEL = 'kith/1 profile';
export const CHAT_LABEL = 'kith/1 chat';
export const CAPTION_LABEL = 'kith/1 caption';
/** Characters as people count them (code points). */
export const MAX_NAME_CHARACTERS = 40;
export const MAX_PRONOUNS_CHARACTERS = 40;
export const MAX_CHAT_CHARACTERS = 2_000;
/** One line of captions; in any script it fits into what the meeting takes. */
export const MAX_CAPTION_CHARACTERS = 200;
/** Of the sealed box; the meeting refuses larger ones (protocol §3, §4). */
export const MAX_PROFILE_BYTES = 512;
export const MAX_CHAT_BYTES = 4_096;

const VERSION = 0x01;
const NONCE_BYTES = 12;
const HEAD_BYTES = 1 + NONCE_BYTES;
const TAG_BYTES = 16;

export interface PlainProfile {
  readonly name: string;
  readonly pronouns: string | null;
  /** Public key for keep in touch (`contacts.ts`); null: told none. */
  readonly key: Uint8Array | null;
}

const utf8 = new TextEncoder();

/** nonce: only for known answers in tests; drawn at random otherwise. */
export async function seal(
  key: CryptoKey,
  context: string,
  plaintext: Uint8Array<ArrayBuffer>,
  nonce: Uint8Array<ArrayBuffer> = crypto.getRandomValues(new Uint8Array(NONCE_BYTES)),
): Promise<Uint8Array<ArrayBuffer>> {
  const algorithm = { name: 'AES-GCM', iv: nonce, additionalData: utf8.encode(context) };
  const sealed = new Uint8Array(await crypto.subtle.encrypt(algorithm, key, plaintext));
  const box = new Uint8Array(HEAD_BYTES + sealed.length);
  box[0] = VERSION;
  box.set(nonce, 1);
  box.set(sealed, HEAD_BYTES);
  return box;
}

/** null: another version, cut short, changed on the way, or for another place. */
export async function unseal(key: CryptoKey, context: string, box: Uint8Array): Promise<Uint8Array | null> {
  if (box[0] !== VERSION || box.length < HEAD_BYTES + TAG_BYTES) return null;
  const own = Uint8Array.from(box);
  const iv = own.subarray(1, HEAD_BYTES);
  try {
    const algorithm = { name: 'AES-GCM', iv, additionalData: utf8.encode(context) };
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, own.subarray(HEAD_BYTES)));
  } catch {
    return null;
  }
}

/** Names and chat of one meeting, sealed and opened. */
export class TextSealer {
  readonly #profileKey: Promise<CryptoKey>;
  readonly #chatKey: Promise<CryptoKey>;
  readonly #keys: KeySource;
  #captions: Promise<CryptoKey> | null = null;

  constructor(keys: KeySource) {
    this.#keys = keys;
    this.#profileKey = keys.textKey(PROFILE_LABEL);
    this.#chatKey = keys.textKey(CHAT_LABEL);
  }

  async sealProfile(profile: PlainProfile): Promise<Uint8Array<ArrayBuffer>> {
    const plain = encode({ name: profile.name, pronouns: profile.pronouns, key: profile.key });
    return seal(await this.#profileKey, PROFILE_LABEL, plain);
  }

  async openProfile(box: Uint8Array): Promise<PlainProfile | null> {
    const value = unpack(await unseal(await this.#profileKey, PROFILE_LABEL, box));
    const { name, pronouns, key } = value;
    if (typeof name !== 'string' || !isLength(name, 1, MAX_NAME_CHARACTERS)) return null;
    if (pronouns !== null && typeof pronouns !== 'string') return null;
    if (pronouns !== null && !isLength(pronouns, 0, MAX_PRONOUNS_CHARACTERS)) return null;
    return { name, pronouns: pronouns === '' ? null : pronouns, key: key instanceof Uint8Array ? key : null };
  }

  async sealChat(author: string, text: string): Promise<Uint8Array<ArrayBuffer>> {
    return seal(await this.#chatKey, `${CHAT_LABEL} ${author}`, encode({ text }));
  }

  async sealCaption(author: string, text: string): Promise<Uint8Array<ArrayBuffer>> {
    return seal(await this.#captionKey(), `${CAPTION_LABEL} ${author}`, encode({ text }));
  }

  async openCaption(author: string, box: Uint8Array): Promise<string | null> {
    const { text } = unpack(await unseal(await this.#captionKey(), `${CAPTION_LABEL} ${author}`, box));
    return typeof text === 'string' && isLength(text, 1, MAX_CAPTION_CHARACTERS) ? text : null;
  }

  /** Derived when first needed: most groups have no captions. */
  #captionKey(): Promise<CryptoKey> {
    return (this.#captions ??= this.#keys.textKey(CAPTION_LABEL));
  }

  /** author: as the server names her; a text moved under another name does not open. */
  async openChat(author: string, box: Uint8Array): Promise<string | null> {
    const { text } = unpack(await unseal(await this.#chatKey, `${CHAT_LABEL} ${author}`, box));
    return typeof text === 'string' && isLength(text, 1, MAX_CHAT_CHARACTERS) ? text : null;
  }
}

/** Anything but a map becomes an empty one, in which nothing is found. */
export function unpack(plain: Uint8Array | null): Readonly<Record<string, unknown>> {
  if (plain === null) return {};
  try {
    const value = decode(plain);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
