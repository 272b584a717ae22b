/**
 * Sealing what a facilitator writes for all (protocol §6): topics, titles, the pulse, resources.
 *
 * Called by the commands of the client and by `open_sealed.ts`. What cannot be opened gives null, never a guess.
 */
import { encode } from '@msgpack/msgpack';
import type { KeySource } from './keys';
import { seal, unpack, unseal } from './seal';
import { isLength } from './lengths';

export const TOPIC_LABEL = 'kith/1 topic';
export const SEGMENT_LABEL = 'kith/1 segment';
export const PULSE_LABEL = 'kith/1 pulse';
export const RESOURCE_LABEL = 'kith/1 resource';
type Label = typeof TOPIC_LABEL | typeof SEGMENT_LABEL | typeof PULSE_LABEL | typeof RESOURCE_LABEL;

/** Characters as people count them (code points). */
export const MAX_TOPIC_CHARACTERS = 100;
export const MAX_QUESTION_CHARACTERS = 300;
export const MAX_ANSWER_CHARACTERS = 100;
export const MAX_TITLE_CHARACTERS = 200;
export const MAX_URL_CHARACTERS = 1_000;
export const MAX_RESOURCE_CHARACTERS = 1_500;
/** As many as the meeting counts (`max_pulse_options` of its rules). */
export const MAX_PULSE_ANSWERS = 7;
/** Of the sealed boxes; the meeting refuses larger ones. */
export const MAX_TOPIC_BYTES = 512;
export const MAX_PULSE_BYTES = 2_048;
export const MAX_RESOURCE_BYTES = 2_048;

export interface PlainPulse {
  readonly question: string;
  readonly answers: readonly string[];
}

export interface PlainResource {
  readonly title: string;
  readonly url: string | null;
  readonly text: string | null;
}

export class SessionSealer {
  readonly #keys: KeySource;
  readonly #derived = new Map<Label, Promise<CryptoKey>>();

  constructor(keys: KeySource) {
    this.#keys = keys;
  }

  /** Of a breakout room. No topic is no box. */
  sealTopic(text: string): Promise<Uint8Array<ArrayBuffer>> {
    return this.#sealText(TOPIC_LABEL, text);
  }

  openTopic(box: Uint8Array): Promise<string | null> {
    return this.#openText(TOPIC_LABEL, box);
  }

  /** Of a part of the run-sheet. No title is no box. */
  sealSegment(text: string): Promise<Uint8Array<ArrayBuffer>> {
    return this.#sealText(SEGMENT_LABEL, text);
  }

  openSegment(box: Uint8Array): Promise<string | null> {
    return this.#openText(SEGMENT_LABEL, box);
  }

  sealPulse({ question, answers }: PlainPulse): Promise<Uint8Array<ArrayBuffer>> {
    return this.#seal(PULSE_LABEL, { question, answers });
  }

  async openPulse(box: Uint8Array): Promise<PlainPulse | null> {
    const { question, answers } = await this.#open(PULSE_LABEL, box);
    if (!isText(question, 1, MAX_QUESTION_CHARACTERS) || !Array.isArray(answers)) return null;
    const texts = answers.filter((one) => isText(one, 1, MAX_ANSWER_CHARACTERS));
    if (texts.length !== answers.length || texts.length > MAX_PULSE_ANSWERS) return null;
    return { question, answers: texts };
  }

  sealResource({ title, url, text }: PlainResource): Promise<Uint8Array<ArrayBuffer>> {
    return this.#seal(RESOURCE_LABEL, { title, url, text });
  }

  async openResource(box: Uint8Array): Promise<PlainResource | null> {
    const { title, url = null, text = null } = await this.#open(RESOURCE_LABEL, box);
    if (!isText(title, 1, MAX_TITLE_CHARACTERS)) return null;
    if (url !== null && !isText(url, 1, MAX_URL_CHARACTERS)) return null;
    if (text !== null && !isText(text, 1, MAX_RESOURCE_CHARACTERS)) return null;
    return { title, url, text };
  }

  async #sealText(label: Label, text: string): Promise<Uint8Array<ArrayBuffer>> {
    return text === '' ? new Uint8Array() : this.#seal(label, { text });
  }

  async #openText(label: Label, box: Uint8Array): Promise<string | null> {
    if (box.length === 0) return '';
    const { text } = await this.#open(label, box);
    return isText(text, 1, MAX_TOPIC_CHARACTERS) ? text : null;
  }

  async #seal(label: Label, value: unknown): Promise<Uint8Array<ArrayBuffer>> {
    return seal(await this.#key(label), label, encode(value));
  }

  async #open(label: Label, box: Uint8Array): Promise<Readonly<Record<string, unknown>>> {
    return unpack(await unseal(await this.#key(label), label, box));
  }

  /** Derived when first needed: most people never see a pulse. */
  #key(label: Label): Promise<CryptoKey> {
    const known = this.#derived.get(label);
    if (known !== undefined) return known;
    const key = this.#keys.textKey(label);
    this.#derived.set(label, key);
    return key;
  }
}

function isText(value: unknown, least: number, most: number): value is string {
  return typeof value === 'string' && isLength(value, least, most);
}
