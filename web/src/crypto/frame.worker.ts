/**
 * The worker through which every media frame passes: sealed on its way out, opened on its way in.
 *
 * Started by `call/sealing.ts`. Only here are media keys held; a frame that cannot be sealed does not leave,
 * one that cannot be opened is not shown.
 */
import { FrameOpener, FrameSealer, KnownSenders, type Opened } from './frames';
import { type KeySource, LinkSecretKeySource, type MediaKind } from './keys';
import { Occupants } from './occupants';
import type { FrameCounts, ToWorker, TransformOptions } from './worker_messages';

const TELL_EVERY_MS = 1_000;

/** RTCEncodedAudioFrame and RTCEncodedVideoFrame, as far as we need them. */
interface EncodedFrame {
  data: ArrayBuffer;
}

interface Transformer {
  readonly readable: ReadableStream<EncodedFrame>;
  readonly writable: WritableStream<EncodedFrame>;
  readonly options: TransformOptions;
}

/** The part of the worker's global scope that we use (TypeScript's page and worker libraries exclude each other). */
interface Scope {
  onrtctransform: ((event: { readonly transformer: Transformer }) => void) | null;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FrameCounts): void;
}

const scope = globalThis as unknown as Scope;

interface Holding {
  readonly keys: KeySource;
  readonly senders: KnownSenders;
  readonly you: string;
}

let holding: Holding | null = null;
const occupants = new Occupants();
let sealed = 0;
let replayed = 0;
let changed = false;
const opened = new Map<string, number>();
const notSealed = new Map<string, number>();

function count(totals: Map<string, number>, who: string): void {
  totals.set(who, (totals.get(who) ?? 0) + 1);
  changed = true;
}

type Handle = (frame: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer> | null>;

/** A generation of its own for this transform; another one after new keys. */
function sealing(kind: MediaKind): Handle {
  let sealer: FrameSealer | null = null;
  let sealerOf: Holding | null = null;
  return async (frame) => {
    if (holding === null) return null;
    if (sealer === null || sealerOf !== holding) {
      sealer = new FrameSealer(holding.keys, holding.you, kind);
      sealerOf = holding;
    }
    const out = await sealer.seal(frame);
    sealed += 1;
    changed = true;
    return out;
  };
}

function opening(kind: MediaKind, seat: number): Handle {
  let opener: FrameOpener | null = null;
  let openerOf: Holding | null = null;
  let occupant: string | null = null;
  /** A key frame that is dropped is sent again only half a second later; sound is not worth the waiting. */
  const mayWait = kind !== 'mic';
  let patient = mayWait;

  async function open(frame: Uint8Array<ArrayBuffer>, held: Holding): Promise<Opened> {
    if (opener === null || openerOf !== held) {
      opener = new FrameOpener(held.senders, kind);
      openerOf = held;
    }
    if (occupants.of(seat) !== occupant) {
      occupant = occupants.of(seat);
      patient = mayWait;
    }
    opener.seat(occupant);
    return opener.open(frame);
  }

  /** Frames may outrun the news of whose they are. Nobody's news come for one who does not seal: she is waited for once. */
  async function openInTime(frame: Uint8Array<ArrayBuffer>, held: Holding): Promise<Opened> {
    const result = await open(frame, held);
    if (result.kind === 'opened') patient = mayWait;
    if (!patient || result.kind === 'opened' || result.kind === 'replayed') return result;
    patient = false;
    const isNews = await occupants.change(seat, occupant);
    return isNews && holding === held ? open(frame, held) : result;
  }

  return async (frame) => {
    if (holding === null) return null;
    const result = await openInTime(frame, holding);
    if (result.kind === 'opened') {
      count(opened, result.who);
      return result.frame;
    }
    if (result.kind === 'not_sealed' && occupant !== null) count(notSealed, occupant);
    if (result.kind === 'replayed') {
      replayed += 1;
      changed = true;
    }
    return null;
  };
}

scope.onrtctransform = ({ transformer }) => {
  const { options } = transformer;
  const handle = options.side === 'send' ? sealing(options.kind) : opening(options.kind, options.seat);
  const through = new TransformStream<EncodedFrame, EncodedFrame>({
    async transform(frame, controller) {
      const out = await handle(new Uint8Array(frame.data)).catch(() => null);
      if (out === null) return;
      frame.data = out.buffer;
      controller.enqueue(frame);
    },
  });
  // A closed transport ends its streams with an error; there is nobody to tell.
  transformer.readable
    .pipeThrough(through)
    .pipeTo(transformer.writable)
    .catch(() => undefined);
};

scope.onmessage = ({ data }) => {
  switch (data.kind) {
    case 'keys': {
      const keys = new LinkSecretKeySource(data.secret, data.meeting);
      holding = { keys, senders: new KnownSenders(keys), you: data.you };
      return;
    }
    case 'seats':
      occupants.tell(data.seats);
      return;
    case 'forget':
      holding = null;
      occupants.tell([]);
  }
};

setInterval(() => {
  if (!changed) return;
  changed = false;
  scope.postMessage({ sealed, opened, notSealed, replayed });
}, TELL_EVERY_MS);
