/**
 * The page's side of the frame worker: it starts it, hands it the secret, and hears what it counts.
 *
 * Called by `call.ts`. Holds no key.
 */
import type { FrameCounts, ToWorker, TransformOptions } from '../crypto/worker_messages';
import type { Timers } from '../timers';
import { EncryptionWatch, type Sight } from './encryption_watch';

const LOOK_EVERY_MS = 1_000;

export interface SealingListener {
  sight(sight: Sight): void;
  /** Frames came in her seat that were not sealed by anybody's key; they were dropped. */
  refused(who: string): void;
}

/** Whether this browser can seal media end to end; without that nothing is sent or received. */
export function canSealMedia(): boolean {
  return 'RTCPeerConnection' in globalThis && 'RTCRtpScriptTransform' in globalThis;
}

export class Sealing {
  readonly #worker: Worker;
  readonly #watch = new EncryptionWatch();
  readonly #timers: Timers;
  readonly #listener: SealingListener;
  #cancel: () => void;
  #last = '';

  constructor(timers: Timers, listener: SealingListener) {
    this.#timers = timers;
    this.#listener = listener;
    this.#worker = new Worker(new URL('../crypto/frame.worker.ts', import.meta.url), { type: 'module' });
    this.#worker.onmessage = ({ data }: MessageEvent<FrameCounts>) => {
      for (const who of this.#watch.count(data, this.#timers.nowMs())) this.#listener.refused(who);
      this.#tell();
    };
    this.#cancel = this.#timers.after(LOOK_EVERY_MS, this.#tick);
  }

  readonly transform = (options: TransformOptions): RTCRtpScriptTransform =>
    new RTCRtpScriptTransform(this.#worker, options);

  hold(secret: Uint8Array<ArrayBuffer>, meeting: string, you: string): void {
    this.#post({ kind: 'keys', secret, meeting, you });
  }

  seats(seats: readonly (string | null)[]): void {
    this.#post({ kind: 'seats', seats });
  }

  end(): void {
    this.#cancel();
    this.#post({ kind: 'forget' });
    this.#worker.terminate();
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  readonly #tick = (): void => {
    this.#tell();
    this.#cancel = this.#timers.after(LOOK_EVERY_MS, this.#tick);
  };

  /** Only what changed. */
  #tell(): void {
    const sight = this.#watch.at(this.#timers.nowMs());
    const told = JSON.stringify(sight);
    if (told === this.#last) return;
    this.#last = told;
    this.#listener.sight(sight);
  }
}
