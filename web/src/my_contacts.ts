/**
 * This page's keys for keep in touch: drawn once, kept across a reload, used for what is written to and by one person.
 *
 * Made by `visit.ts`. The private key cannot be read out; it goes with the page's history entry and nowhere else.
 */
import { ContactError, ContactSealer } from './crypto/contacts';
import type { MessageBody, ParticipantId } from './state/model';
import type { ContactKeys } from './state/page_memory';

const CURVE = { name: 'ECDH', namedCurve: 'P-256' } as const;

export class MyContacts {
  readonly keys: ContactKeys;
  readonly #sealer: ContactSealer;
  /** Public keys of everybody whose profile was opened: who is in another room now may still have chosen me. */
  readonly #theirs = new Map<ParticipantId, Uint8Array>();

  constructor(keys: ContactKeys) {
    this.keys = keys;
    this.#sealer = new ContactSealer(keys.privateKey, keys.publicKey);
  }

  static async create(): Promise<MyContacts> {
    const pair = await crypto.subtle.generateKey(CURVE, false, ['deriveBits']);
    const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
    return new MyContacts({ privateKey: pair.privateKey, publicKey });
  }

  learn(who: ParticipantId, key: Uint8Array): void {
    this.#theirs.set(who, key);
  }

  /** null: her page told no key that can be used, or the text is too long. */
  async seal(giver: ParticipantId, receiver: ParticipantId, text: string): Promise<Uint8Array | null> {
    const theirs = this.#theirs.get(receiver);
    if (theirs === undefined) return null;
    try {
      return await this.#sealer.seal({ giver, receiver }, theirs, text);
    } catch (error) {
      if (error instanceof ContactError) return null;
      throw error;
    }
  }

  async open(giver: ParticipantId, receiver: ParticipantId, box: Uint8Array): Promise<MessageBody> {
    const theirs = this.#theirs.get(giver);
    if (theirs === undefined) return { kind: 'unreadable' };
    try {
      return { kind: 'text', text: await this.#sealer.open({ giver, receiver }, theirs, box) };
    } catch (error) {
      if (error instanceof ContactError) return { kind: 'unreadable' };
      throw error;
    }
  }
}
