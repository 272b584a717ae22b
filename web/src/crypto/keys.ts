/**
 * Where keys come from: one interface, so that MLS can replace the derivation from the link secret.
 *
 * Called by `seal.ts` on the page and by `frame.worker.ts` in the worker. Imports nothing.
 */

export type MediaKind = 'mic' | 'camera' | 'screen';

export interface KeySource {
  /** For one sort of text, by its label. */
  textKey(label: string): Promise<CryptoKey>;
  /** For the frames of one track of one sender, for one generation. */
  mediaKey(sender: string, kind: MediaKind, generation: number): Promise<CryptoKey>;
}

const KEY_BITS = 128;
const utf8 = new TextEncoder();

/** HKDF-SHA-256 of the link secret (protocol §6, §7): whoever holds the link holds these keys. */
export class LinkSecretKeySource implements KeySource {
  readonly #salt: Uint8Array<ArrayBuffer>;
  readonly #root: Promise<CryptoKey>;

  constructor(secret: Uint8Array<ArrayBuffer>, meeting: string) {
    this.#salt = utf8.encode(meeting);
    this.#root = crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey']);
  }

  textKey(label: string): Promise<CryptoKey> {
    return this.#derive(label);
  }

  mediaKey(sender: string, kind: MediaKind, generation: number): Promise<CryptoKey> {
    return this.#derive(`kith/1 media ${sender} ${kind} ${generation}`);
  }

  async #derive(info: string): Promise<CryptoKey> {
    return crypto.subtle.deriveKey(
      { name: 'HKDF', hash: 'SHA-256', salt: this.#salt, info: utf8.encode(info) },
      await this.#root,
      { name: 'AES-GCM', length: KEY_BITS },
      false,
      ['encrypt', 'decrypt'],
    );
  }
}
