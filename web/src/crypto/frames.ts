/**
 * Sealing one encoded media frame and opening it again (protocol §7); no stream, no worker, no page.
 *
 * Called by `frame.worker.ts`; tested with known answers in `tests/vectors/sealing.json`.
 *
 *     +-------------+------------+----------+----------------+-------------+
 *     | clear bytes | ciphertext | tag (16) | generation (4) | counter (4) |
 *     +-------------+------------+----------+----------------+-------------+
 *     The clear bytes are authenticated too; they let the media server see where VP8 key frames begin.
 */
import type { KeySource, MediaKind } from './keys';

const CLEAR_BYTES_OPUS = 1;
/** VP8 payload header of a key frame: frame tag, start code, size (RFC 6386 §9.1). */
const CLEAR_BYTES_VP8_KEY = 10;
const CLEAR_BYTES_VP8_DELTA = 3;
const TAG_BYTES = 16;
const TRAILER_BYTES = 8;
const NONCE_BYTES = 12;
const MAX_COUNTER = 0xffff_ffff;
/** Behind the newest counter of a generation; older frames are refused. */
export const REPLAY_WINDOW = 1_024;
/** Kept per sender: a reload or a new camera begins a new one. */
const GENERATIONS_KEPT = 4;

/** How many leading bytes stay readable. VP8's first bit is 0 in key frames (RFC 6386 §9.1). */
export function clearBytes(kind: MediaKind, frame: Uint8Array): number {
  if (kind === 'mic') return CLEAR_BYTES_OPUS;
  const first = frame[0];
  return first !== undefined && (first & 1) === 0 ? CLEAR_BYTES_VP8_KEY : CLEAR_BYTES_VP8_DELTA;
}

function nonceOf(generation: number, counter: number): Uint8Array<ArrayBuffer> {
  const nonce = new Uint8Array(NONCE_BYTES);
  const view = new DataView(nonce.buffer);
  view.setUint32(4, generation);
  view.setUint32(8, counter);
  return nonce;
}

export async function sealFrame(
  key: CryptoKey,
  kind: MediaKind,
  frame: Uint8Array<ArrayBuffer>,
  generation: number,
  counter: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const clear = frame.subarray(0, clearBytes(kind, frame));
  const algorithm = { name: 'AES-GCM', iv: nonceOf(generation, counter), additionalData: clear };
  const sealed = await crypto.subtle.encrypt(algorithm, key, frame.subarray(clear.length));
  const out = new Uint8Array(clear.length + sealed.byteLength + TRAILER_BYTES);
  out.set(clear);
  out.set(new Uint8Array(sealed), clear.length);
  const trailer = new DataView(out.buffer, out.length - TRAILER_BYTES);
  trailer.setUint32(0, generation);
  trailer.setUint32(4, counter);
  return out;
}

export interface SealedFrame {
  readonly clear: Uint8Array<ArrayBuffer>;
  /** With its tag. */
  readonly sealed: Uint8Array<ArrayBuffer>;
  readonly generation: number;
  readonly counter: number;
}

/** null: too short to be sealed. */
export function parseFrame(kind: MediaKind, data: Uint8Array<ArrayBuffer>): SealedFrame | null {
  const bodyBytes = data.length - TAG_BYTES - TRAILER_BYTES;
  if (bodyBytes < 0) return null;
  const clearLength = Math.min(clearBytes(kind, data.subarray(0, bodyBytes)), bodyBytes);
  const trailer = new DataView(data.buffer, data.byteOffset + data.length - TRAILER_BYTES);
  return {
    clear: data.subarray(0, clearLength),
    sealed: data.subarray(clearLength, data.length - TRAILER_BYTES),
    generation: trailer.getUint32(0),
    counter: trailer.getUint32(4),
  };
}

/** The frame as it was encoded; null: not sealed with this key, or changed on the way. */
export async function openFrame(key: CryptoKey, frame: SealedFrame): Promise<Uint8Array<ArrayBuffer> | null> {
  const iv = nonceOf(frame.generation, frame.counter);
  let plain: ArrayBuffer;
  try {
    plain = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv, additionalData: frame.clear },
      key,
      frame.sealed,
    );
  } catch {
    return null;
  }
  const out = new Uint8Array(frame.clear.length + plain.byteLength);
  out.set(frame.clear);
  out.set(new Uint8Array(plain), frame.clear.length);
  return out;
}

/** Which counters of one generation were seen. */
export class ReplayWindow {
  readonly #seen = new Uint8Array(REPLAY_WINDOW);
  #newest = -1;

  /** True if this counter is new and not too old. */
  isFresh(counter: number): boolean {
    if (counter > this.#newest) return true;
    return this.#newest - counter < REPLAY_WINDOW && this.#seen[counter % REPLAY_WINDOW] === 0;
  }

  /** Only after the frame was authenticated: a forged counter must not move the window. */
  mark(counter: number): void {
    const skipped = counter - this.#newest;
    if (skipped >= REPLAY_WINDOW) this.#seen.fill(0);
    else for (let one = this.#newest + 1; one < counter; one += 1) this.#seen[one % REPLAY_WINDOW] = 0;
    this.#seen[counter % REPLAY_WINDOW] = 1;
    this.#newest = Math.max(this.#newest, counter);
  }
}

/**
 * What a sender's transform holds. All layers of a camera (simulcast) pass through its one transform, and so through one
 * counter: no two of their frames share a nonce. A receiver sees every third counter of the layer it is shown.
 */
export class FrameSealer {
  readonly #keys: KeySource;
  readonly #sender: string;
  readonly #kind: MediaKind;
  #generation: number;
  #counter: number;
  #key: Promise<CryptoKey>;

  constructor(keys: KeySource, sender: string, kind: MediaKind, firstCounter = 0) {
    this.#keys = keys;
    this.#sender = sender;
    this.#kind = kind;
    this.#counter = firstCounter;
    this.#generation = freshGeneration();
    this.#key = keys.mediaKey(sender, kind, this.#generation);
  }

  async seal(frame: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#counter >= MAX_COUNTER) this.#begin();
    const [generation, counter, key] = [this.#generation, this.#counter, this.#key];
    this.#counter += 1;
    return sealFrame(await key, this.#kind, frame, generation, counter);
  }

  /** A nonce must never be used twice with one key: a new generation has a new key. */
  #begin(): void {
    this.#generation = freshGeneration();
    this.#counter = 0;
    this.#key = this.#keys.mediaKey(this.#sender, this.#kind, this.#generation);
  }
}

const drawn = new Set<number>();

/** Random, and never the same twice in the life of a page: two transforms of one track would share key and nonce. */
export function freshGeneration(random: () => number = randomUint32): number {
  let generation = random();
  while (drawn.has(generation)) generation = random();
  drawn.add(generation);
  return generation;
}

function randomUint32(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}

export interface Generation {
  readonly key: Promise<CryptoKey>;
  readonly window: ReplayWindow;
}

/**
 * Keys and replay windows of everybody whose frames were opened, whatever seat or transport they came by:
 * a frame heard once is not heard again in another seat.
 */
export class KnownSenders {
  readonly #keys: KeySource;
  readonly #tracks = new Map<string, Map<number, Generation>>();

  constructor(keys: KeySource) {
    this.#keys = keys;
  }

  find(who: string, kind: MediaKind, generation: number): Generation | undefined {
    return this.#tracks.get(`${who} ${kind}`)?.get(generation);
  }

  derive(who: string, kind: MediaKind, generation: number): Generation {
    return { key: this.#keys.mediaKey(who, kind, generation), window: new ReplayWindow() };
  }

  /** Only for a generation of which a frame was authenticated: a forger must not push true ones out. */
  keep(who: string, kind: MediaKind, generation: number, value: Generation): void {
    const name = `${who} ${kind}`;
    const track = this.#tracks.get(name) ?? new Map<number, Generation>();
    this.#tracks.set(name, track);
    track.set(generation, value);
    const oldest = track.size > GENERATIONS_KEPT ? track.keys().next() : null;
    if (oldest?.done === false) track.delete(oldest.value);
  }
}

export type Opened =
  | { readonly kind: 'opened'; readonly who: string; readonly frame: Uint8Array<ArrayBuffer> }
  /** not_sealed: nobody's key opens it. replayed: seen before. nobody: the seat is empty. */
  | { readonly kind: 'not_sealed' | 'replayed' | 'nobody' };

/** What the transform of one receive seat holds. */
export class FrameOpener {
  readonly #senders: KnownSenders;
  readonly #kind: MediaKind;
  #occupant: string | null = null;
  #previous: string | null = null;

  constructor(senders: KnownSenders, kind: MediaKind) {
    this.#senders = senders;
    this.#kind = kind;
  }

  /** Who sits here now. */
  seat(who: string | null): void {
    if (who === this.#occupant) return;
    if (this.#occupant !== null) this.#previous = this.#occupant;
    this.#occupant = who;
  }

  async open(data: Uint8Array<ArrayBuffer>): Promise<Opened> {
    const candidates = new Set([this.#occupant, this.#previous].filter((who) => who !== null));
    if (candidates.size === 0) return { kind: 'nobody' };
    const frame = parseFrame(this.#kind, data);
    if (frame === null) return { kind: 'not_sealed' };
    for (const who of candidates) {
      const result = await this.#openFrom(who, frame);
      if (result.kind !== 'not_sealed') return result;
    }
    return { kind: 'not_sealed' };
  }

  async #openFrom(who: string, frame: SealedFrame): Promise<Opened> {
    const known = this.#senders.find(who, this.#kind, frame.generation);
    if (known?.window.isFresh(frame.counter) === false) return { kind: 'replayed' };
    const fresh = known ?? this.#senders.derive(who, this.#kind, frame.generation);
    const plain = await openFrame(await fresh.key, frame);
    if (plain === null) return { kind: 'not_sealed' };
    // Another seat may have opened the same frame, or this generation's first, while we waited.
    const now = this.#senders.find(who, this.#kind, frame.generation) ?? fresh;
    if (!now.window.isFresh(frame.counter)) return { kind: 'replayed' };
    now.window.mark(frame.counter);
    this.#senders.keep(who, this.#kind, frame.generation, now);
    return { kind: 'opened', who, frame: plain };
  }
}
