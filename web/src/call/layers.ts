/**
 * The layers (simulcast) in which my camera leaves: which there are, how large, and which nobody wants now.
 *
 * Called by `peer.ts`. Knows no server: it is told which layers to pause.
 */
import type { VideoQuality } from './video_quality';

/** Smallest first, as the server knows them (protocol §5). */
export const RIDS = ['q', 'h', 'f'] as const;
export type Rid = (typeof RIDS)[number];

export interface Layer {
  readonly rid: Rid;
  readonly active: boolean;
  readonly scaleResolutionDownBy: number;
  readonly maxBitrate: number;
}

/**
 * Chromium leaves out the last encodings of small pictures: of 640 × 360 with three layers it sends 160 × 90 and
 * 320 × 180, and never the whole. So as many are used as it takes, and the last one is the whole picture.
 */
const PIXELS_OF_LAYERS: readonly (readonly [layers: number, pixels: number])[] = [
  [3, 960 * 540],
  [2, 480 * 270],
  [1, 0],
];
/** Bits for a face of so many lines at 24 frames a second; more lines than the last take what the quality allows. */
const BPS_OF_LINES: readonly (readonly [lines: number, bps: number])[] = [
  [135, 100_000],
  [180, 150_000],
  [270, 250_000],
  [360, 500_000],
];

function bitsFor(lines: number, maxBps: number): number {
  const bps = BPS_OF_LINES.find(([most]) => lines <= most)?.[1] ?? maxBps;
  return Math.min(bps, maxBps);
}

/** How a camera of this size is sent. Upright pictures count by their shorter side. */
export function layersFor(
  width: number,
  height: number,
  maxBps: number,
  paused: ReadonlySet<string>,
): readonly Layer[] {
  const count = PIXELS_OF_LAYERS.find(([, pixels]) => width * height >= pixels)?.[0] ?? 1;
  const lines = Math.min(width, height);
  return RIDS.map((rid, index) => {
    const scaleResolutionDownBy = 2 ** Math.max(0, count - 1 - index);
    return {
      rid,
      active: index < count && !paused.has(rid),
      scaleResolutionDownBy,
      maxBitrate: bitsFor(lines / scaleResolutionDownBy, maxBps),
    };
  });
}

/** The part of an RTCRtpSender that is used here. */
export type LayeredSender = Pick<RTCRtpSender, 'getParameters' | 'setParameters'>;

/** One camera's layers, kept as the last wish says; changes never overlap, as browsers demand. */
export class SentLayers {
  readonly #sender: LayeredSender;
  readonly #maxBps: number;
  readonly #framesPerSecond: number;
  #size: { readonly width: number; readonly height: number };
  #paused: ReadonlySet<string> = new Set();
  #isResting = false;
  #changing: Promise<void> = Promise.resolve();

  constructor(sender: LayeredSender, quality: VideoQuality) {
    this.#sender = sender;
    this.#size = quality;
    this.#maxBps = quality.maxBps;
    this.#framesPerSecond = quality.framesPerSecond;
  }

  /** This is sent now; cameras do not always give the size that was asked for. */
  fit(settings: { readonly width?: number; readonly height?: number }): Promise<void> {
    const { width, height } = settings;
    if (width !== undefined && height !== undefined) this.#size = { width, height };
    this.#isResting = false;
    return this.#change();
  }

  /** The camera is closed. Without this Chromium goes on for seconds with padding, to find out what the network takes. */
  rest(): Promise<void> {
    this.#isResting = true;
    return this.#change();
  }

  /** Exactly these layers are not sent from now on: nobody shows them. Others are sent again. */
  pause(rids: readonly string[]): Promise<void> {
    this.#paused = new Set(rids);
    return this.#change();
  }

  #change(): Promise<void> {
    this.#changing = this.#changing.then(() => this.#apply()).catch(() => undefined);
    return this.#changing;
  }

  async #apply(): Promise<void> {
    const { width, height } = this.#size;
    const paused = this.#isResting ? new Set(RIDS) : this.#paused;
    const wanted = layersFor(width, height, this.#maxBps, paused);
    const parameters = this.#sender.getParameters();
    let isDifferent = false;
    for (const encoding of parameters.encodings) {
      const layer = wanted.find(({ rid }) => rid === encoding.rid);
      if (layer === undefined) continue;
      isDifferent ||=
        encoding.active !== layer.active ||
        encoding.scaleResolutionDownBy !== layer.scaleResolutionDownBy ||
        encoding.maxBitrate !== layer.maxBitrate;
      Object.assign(encoding, layer, { maxFramerate: this.#framesPerSecond });
    }
    if (isDifferent) await this.#sender.setParameters(parameters);
  }
}

/** The encodings to offer: always three, for a transport has to say once how many there may be. */
export function offeredEncodings(quality: VideoQuality): RTCRtpEncodingParameters[] {
  return layersFor(quality.width, quality.height, quality.maxBps, new Set()).map((layer) => ({
    ...layer,
    maxFramerate: quality.framesPerSecond,
  }));
}
