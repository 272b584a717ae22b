/**
 * How much data comes and goes, and whose picture rests because too little of it arrives.
 *
 * Called by `call.ts` with what the transport counted; decides nothing, time is given to it.
 */
import type { ParticipantId, Traffic } from '../state/model';

/** How often the transport is asked. */
export const EVERY_MS = 5_000;
/** The rate of now: long enough to be even, short enough to follow what is switched on and off. */
export const WINDOW_MS = 30_000;
/** A picture that is drawn and of which nothing came for so long: there was no room for it. Key frames take up to a second. */
export const RESTS_AFTER_MS = 8_000;

const HOUR_MS = 3_600_000;
const BYTES_PER_MB = 1_000_000;

/** What a transport has counted since it began. */
export interface Count {
  /** Both ways. */
  readonly bytes: number;
  /** Of the pictures, by seat. */
  readonly frames: readonly number[];
}

/** As much of one entry of `RTCPeerConnection.getStats` as is read. */
export interface StatsEntry {
  readonly type: string;
  readonly kind?: string;
  readonly mid?: string;
  readonly nominated?: boolean;
  readonly bytesSent?: number;
  readonly bytesReceived?: number;
  readonly framesReceived?: number;
  readonly framesDecoded?: number;
}

/** mids: of the pictures, by seat. */
export function countOf(entries: Iterable<StatsEntry>, mids: readonly (string | null)[]): Count {
  const all = [...entries];
  const transports = all.filter(({ type }) => type === 'transport');
  // Not every browser counts by transport; then the pair of addresses in use does.
  const counted =
    transports.length > 0 ? transports : all.filter((one) => one.type === 'candidate-pair' && one.nominated);
  const bytes = counted.reduce((sum, one) => sum + (one.bytesSent ?? 0) + (one.bytesReceived ?? 0), 0);
  const frames = mids.map((mid) => {
    const stream = all.find((one) => one.type === 'inbound-rtp' && one.kind === 'video' && one.mid === mid);
    return stream?.framesReceived ?? stream?.framesDecoded ?? 0;
  });
  return { bytes, frames };
}

export class TrafficWatch {
  #samples: readonly { readonly atMs: number; readonly bytes: number }[] = [];
  #frames: readonly number[] = [];
  readonly #moved = new Map<ParticipantId, number>();

  /** expected: whose picture is drawn and shall flow now, by seat; null: none there. */
  count(count: Count, expected: readonly (ParticipantId | null)[], nowMs: number): Traffic {
    this.#sample(count.bytes, nowMs);
    const resting = expected.filter((who, seat) => who !== null && this.#rests(who, seat, count, nowMs));
    for (const who of this.#moved.keys()) if (!expected.includes(who)) this.#moved.delete(who);
    this.#frames = count.frames;
    return { mbPerHour: this.#rate(), resting: resting.filter((who) => who !== null) };
  }

  #sample(bytes: number, atMs: number): void {
    // A new transport counts from nothing.
    if (bytes < (this.#samples.at(-1)?.bytes ?? 0)) this.#samples = [];
    const fresh = this.#samples.filter((sample) => atMs - sample.atMs <= WINDOW_MS);
    this.#samples = [...fresh, { atMs, bytes }];
  }

  #rate(): number | null {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.atMs <= first.atMs) return null;
    return ((last.bytes - first.bytes) / (last.atMs - first.atMs)) * (HOUR_MS / BYTES_PER_MB);
  }

  /** She is waited for from when she is first drawn. */
  #rests(who: ParticipantId, seat: number, { frames }: Count, nowMs: number): boolean {
    const movedAtMs = this.#moved.get(who);
    if (movedAtMs === undefined || (frames[seat] ?? 0) !== (this.#frames[seat] ?? 0)) {
      this.#moved.set(who, nowMs);
      return false;
    }
    return nowMs - movedAtMs >= RESTS_AFTER_MS;
  }
}
