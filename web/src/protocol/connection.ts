/**
 * The life of the signaling connection: arrive, keep alive, come back, miss nothing, ask nothing twice.
 *
 * Called by `client.ts`. Opens no seal and knows no state; sockets and time are given to it.
 */
import type { Timers } from '../timers';
import { type ClosedFor, retryDelayMs, verdictOn } from './closing';
import { decodeServerMessage, encodeClientMessage, MalformedMessage } from './codec';
import type {
  Answer,
  Done,
  Grants,
  Happened,
  Joined,
  LayersUnwanted,
  MediaLost,
  Refused,
  Seats,
  Seen,
  ServerMessage,
  SnapshotMessage,
  Speaking,
} from './messages';
import {
  type ClientMessage,
  type Command,
  type Join,
  type Order,
  PROTOCOL_VERSION,
  type ResumeClaim,
  type Watching,
} from './orders';
import { ABNORMAL_CLOSE, type OpenWire, type Wire } from './web_socket';

/** Silence after which we ask whether anybody is there. */
const PING_AFTER_MS = 15_000;
/** Silence after which the connection is dead (protocol §2). */
const DEAD_AFTER_MS = 30_000;
const HEARTBEAT_MS = 5_000;
/** A socket that does not open in this time never will. */
const OPEN_WITHIN_MS = 10_000;
/** After the network changed an answer must come faster than that. */
const PROBE_MS = 4_000;
/** The same where something else shows that the network flows: what was sent into a gap is repeated by TCP much later. */
const PROBE_IN_FLOW_MS = 1_500;
/** A socket that opens for longer than this may be one that asked while there was no network. */
const FRESH_MS = 1_000;
/** Refusals of a resume that say nothing about the place itself. */
const PASSING = new Set(['busy', 'fault']);

export type LineNews =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'up' }
  | { readonly kind: 'reconnecting'; readonly attempt: number };

export type Told = Seen | Joined | Happened | SnapshotMessage | Seats | Speaking | LayersUnwanted | MediaLost;

/** What answers a command. */
export type Reply = Done | Answer | Grants | Refused;

export interface ConnectionListener {
  told(message: Told): void;
  answered(command: Command, answer: Reply): void;
  /** `look`, `join` or a resume was refused; the socket stays open for another try. */
  turnedAway(code: string, during: 'look' | 'join' | 'resume'): void;
  line(news: LineNews): void;
  /** Closed for good; nothing follows. */
  over(why: ClosedFor): void;
}

type Purpose =
  | { readonly kind: 'none' }
  | { readonly kind: 'look'; readonly token: string }
  /** join: as first sent; place: null until `joined`, then what resumes. */
  | { readonly kind: 'join'; readonly join: Join; readonly place: ResumeClaim | null };

export class Connection {
  /** Messages with a tag of a later version: ignored, and counted. */
  unknownMessages = 0;

  readonly #openWire: OpenWire;
  readonly #timers: Timers;
  readonly #listener: ConnectionListener;
  readonly #unanswered = new Map<number, Command>();
  #nextId: number;
  #purpose: Purpose = { kind: 'none' };
  #wire: Wire | null = null;
  #isOpen = false;
  #isJoined = false;
  #attempt = 0;
  #heardMs = 0;
  #triedMs = 0;
  #frames = 0;
  #pings = 0;
  #cancelWait: (() => void) | null = null;
  #cancelHeartbeat: (() => void) | null = null;

  /** firstId: command ids of one participant must never repeat, so every load of the page begins elsewhere. */
  constructor(openWire: OpenWire, timers: Timers, listener: ConnectionListener, firstId: number) {
    this.#openWire = openWire;
    this.#timers = timers;
    this.#listener = listener;
    this.#nextId = firstId;
  }

  /** Ask who is there. */
  look(token: string): void {
    if (this.#purpose.kind === 'join') return;
    this.#purpose = { kind: 'look', token };
    this.#sayPurposeOrConnect();
  }

  /** Ask for a place; from now on a lost connection is taken up again by itself. */
  join(join: Join): void {
    this.#purpose = { kind: 'join', join, place: null };
    this.#isJoined = false;
    this.#sayPurposeOrConnect();
  }

  /** Send a command now, or as soon as the place is held again; exactly one answer follows. Returns its id. */
  command(order: Order, id = this.reserveId()): number {
    const command: Command = { ...order, id };
    this.#unanswered.set(id, command);
    if (this.#isJoined) this.#send(command);
    return id;
  }

  /** Say what I see, if a place is held; there is no answer, and nothing is kept for later. */
  watching(message: Watching): void {
    if (this.#isJoined) this.#send(message);
  }

  reserveId(): number {
    const id = this.#nextId;
    this.#nextId += 1;
    return id;
  }

  /** Do not wait for the next attempt, nor for one from before: the network may be back. */
  hurry(): void {
    if (this.#isOpen || this.#cancelWait === null) return;
    if (this.#wire === null || this.#timers.nowMs() - this.#triedMs > FRESH_MS) this.#connect();
  }

  /** The network may have changed under us: an answer soon, or a new connection. flows: it is known to work again. */
  probe(flows = false): void {
    if (!this.#isOpen) {
      this.hurry();
      return;
    }
    const [wire, frames] = [this.#wire, this.#frames];
    this.#ping();
    this.#timers.after(flows ? PROBE_IN_FLOW_MS : PROBE_MS, () => {
      if (this.#wire === wire && this.#frames === frames) this.#lost(ABNORMAL_CLOSE);
    });
  }

  /** Leave silently if there is a place, close, forget. Nothing is called after this. */
  end(): void {
    if (this.#isJoined) this.#send({ t: 'leave', id: this.reserveId() });
    this.#forget();
  }

  #forget(): void {
    this.#drop();
    this.#purpose = { kind: 'none' };
    this.#unanswered.clear();
    this.#attempt = 0;
  }

  #drop(): void {
    this.#cancelWait?.();
    this.#cancelHeartbeat?.();
    this.#cancelWait = this.#cancelHeartbeat = null;
    this.#wire?.close();
    this.#wire = null;
    this.#isOpen = this.#isJoined = false;
  }

  // ── opening ────────────────────────────────────────────────────────────────────────────────────

  #sayPurposeOrConnect(): void {
    if (this.#isOpen) this.#sayPurpose();
    else if (this.#wire === null) this.#connect();
  }

  #connect(): void {
    this.#drop();
    if (this.#attempt === 0) this.#listener.line({ kind: 'connecting' });
    this.#triedMs = this.#timers.nowMs();
    const wire = this.#openWire({
      opened: () => {
        this.#opened();
      },
      frame: (data) => {
        this.#frame(data);
      },
      closed: (code) => {
        this.#lost(code);
      },
    });
    this.#wire = wire;
    this.#cancelWait = this.#timers.after(OPEN_WITHIN_MS, () => {
      this.#lost(ABNORMAL_CLOSE);
    });
  }

  #opened(): void {
    this.#cancelWait?.();
    this.#cancelWait = null;
    this.#isOpen = true;
    this.#heardMs = this.#timers.nowMs();
    this.#scheduleHeartbeat();
    this.#sayPurpose();
  }

  #sayPurpose(): void {
    const purpose = this.#purpose;
    if (purpose.kind === 'look') {
      this.#send({ t: 'look', v: PROTOCOL_VERSION, token: purpose.token });
    } else if (purpose.kind === 'join') {
      const { join, place } = purpose;
      this.#send(place === null ? join : { ...join, offer: null, resume: place });
    }
  }

  // ── losing and coming back ─────────────────────────────────────────────────────────────────────

  #lost(code: number): void {
    this.#drop();
    const verdict = verdictOn(code);
    if (verdict.kind === 'over') {
      this.#forget();
      this.#listener.over(verdict.why);
      return;
    }
    if (this.#purpose.kind !== 'none') this.#retry(verdict.notBeforeMs);
  }

  #retry(notBeforeMs: number): void {
    const waitMs = Math.max(retryDelayMs(this.#attempt), notBeforeMs);
    this.#attempt += 1;
    this.#listener.line({ kind: 'reconnecting', attempt: this.#attempt });
    this.#cancelWait = this.#timers.after(waitMs, () => {
      this.#connect();
    });
  }

  // ── keeping alive ──────────────────────────────────────────────────────────────────────────────

  #scheduleHeartbeat(): void {
    this.#cancelHeartbeat = this.#timers.after(HEARTBEAT_MS, () => {
      const silentMs = this.#timers.nowMs() - this.#heardMs;
      if (silentMs >= DEAD_AFTER_MS) {
        this.#lost(ABNORMAL_CLOSE);
        return;
      }
      if (silentMs >= PING_AFTER_MS) this.#ping();
      this.#scheduleHeartbeat();
    });
  }

  #ping(): void {
    this.#pings += 1;
    this.#send({ t: 'ping', n: this.#pings });
  }

  #send(message: ClientMessage): void {
    this.#wire?.send(encodeClientMessage(message));
  }

  // ── hearing ────────────────────────────────────────────────────────────────────────────────────

  #frame(data: Uint8Array): void {
    this.#heardMs = this.#timers.nowMs();
    this.#frames += 1;
    let message: ServerMessage | null;
    try {
      message = decodeServerMessage(data);
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      this.#forget();
      this.#listener.over('fault');
      return;
    }
    if (message === null) this.unknownMessages += 1;
    else this.#hear(message);
  }

  #hear(message: ServerMessage): void {
    switch (message.t) {
      case 'pong':
        return;
      case 'done':
      case 'answer':
      case 'grants':
        this.#answer(message.id, message);
        return;
      case 'refused':
        if (message.id === null) this.#turnedAway(message.code);
        else this.#answer(message.id, message);
        return;
      case 'joined':
        this.#joined(message);
        return;
      case 'happened':
      case 'snapshot':
        this.#reached(message.position);
        this.#listener.told(message);
        return;
      case 'seen':
        this.#settled();
        this.#listener.told(message);
        return;
      case 'seats':
      case 'speaking':
      case 'layers_unwanted':
      case 'media_lost':
        this.#listener.told(message);
    }
  }

  #answer(id: number, answer: Reply): void {
    const command = this.#unanswered.get(id);
    if (command === undefined) return;
    this.#unanswered.delete(id);
    this.#listener.answered(command, answer);
  }

  #settled(): void {
    this.#attempt = 0;
    this.#listener.line({ kind: 'up' });
  }

  #joined(message: Joined): void {
    const purpose = this.#purpose;
    if (purpose.kind !== 'join') return;
    // Without a snapshot the missed steps follow: until they are here the old position stays the true one.
    const known = purpose.place?.position ?? purpose.join.resume?.position ?? new Uint8Array();
    const position = message.snapshot === null ? known : message.position;
    this.#purpose = { ...purpose, place: { secret: message.resume, position } };
    this.#isJoined = true;
    this.#settled();
    this.#listener.told(message);
    for (const command of [...this.#unanswered.values()]) this.#send(command);
  }

  #reached(position: Uint8Array): void {
    const purpose = this.#purpose;
    if (purpose.kind !== 'join' || purpose.place === null) return;
    this.#purpose = { ...purpose, place: { ...purpose.place, position } };
  }

  #turnedAway(code: string): void {
    const purpose = this.#purpose;
    const resuming = purpose.kind === 'join' && (purpose.place ?? purpose.join.resume) !== null;
    if (resuming && PASSING.has(code)) {
      this.#lost(ABNORMAL_CLOSE);
      return;
    }
    this.#purpose = { kind: 'none' };
    this.#attempt = 0;
    if (resuming) this.#unanswered.clear();
    this.#listener.turnedAway(code, resuming ? 'resume' : purpose.kind === 'look' ? 'look' : 'join');
  }
}
