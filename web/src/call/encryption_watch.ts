/**
 * Whose media may be called encrypted: only people whose opened frames were counted just now.
 *
 * Called by `sealing.ts` with the worker's totals; time is given to it.
 */
import type { FrameCounts } from '../crypto/worker_messages';

/** A count that did not rise for so long says nothing about now. */
export const FRESH_MS = 3_000;
/** So many frames in a row that nobody's key opens are no accident of a changing seat. */
export const SUSPICIOUS_FRAMES = 50;

export interface Sight {
  readonly decrypting: readonly string[];
  readonly sealing: boolean;
}

interface Rise {
  total: number;
  atMs: number;
}

export class EncryptionWatch {
  readonly #opened = new Map<string, Rise>();
  readonly #refused = new Map<string, number>();
  readonly #reported = new Set<string>();
  #sealed: Rise = { total: 0, atMs: -Infinity };

  /** Returns the people whose unsealed frames were refused often enough to tell it; each once. */
  count(counts: FrameCounts, nowMs: number): readonly string[] {
    if (counts.sealed > this.#sealed.total) this.#sealed = { total: counts.sealed, atMs: nowMs };
    const rising = new Set<string>();
    for (const [who, total] of counts.opened) {
      if (total <= (this.#opened.get(who)?.total ?? 0)) continue;
      this.#opened.set(who, { total, atMs: nowMs });
      rising.add(who);
    }
    return [...counts.notSealed].flatMap(([who, total]) => this.#suspect(who, total, rising.has(who)));
  }

  /** since: at her last good frame the count began anew. */
  #suspect(who: string, total: number, isRising: boolean): readonly string[] {
    const since = this.#refused.get(who) ?? 0;
    if (isRising) this.#refused.set(who, total);
    else if (total - since >= SUSPICIOUS_FRAMES && !this.#reported.has(who)) {
      this.#reported.add(who);
      return [who];
    }
    return [];
  }

  at(nowMs: number): Sight {
    const isFresh = (rise: Rise): boolean => nowMs - rise.atMs <= FRESH_MS;
    return {
      decrypting: [...this.#opened].filter(([, rise]) => isFresh(rise)).map(([who]) => who),
      sealing: isFresh(this.#sealed),
    };
  }
}
