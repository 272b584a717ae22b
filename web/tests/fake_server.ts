/** The other end of every socket a test opens: records what came, says what the test wants. */
import { decode, encode } from '@msgpack/msgpack';
import type { Joined, Seen, ServerMessage, Snapshot, WireChat, WirePerson } from '../src/protocol/messages';
import type { ClientMessage } from '../src/protocol/orders';
import type { OpenWire, Wire, WireHandlers } from '../src/protocol/web_socket';
import { at } from './positions';

export class FakeSocket implements Wire {
  readonly received: ClientMessage[] = [];
  isClosed = false;
  readonly #handlers: WireHandlers;

  constructor(handlers: WireHandlers) {
    this.#handlers = handlers;
  }

  send(frame: Uint8Array): void {
    if (!this.isClosed) this.received.push(decode(frame) as ClientMessage);
  }

  close(): void {
    this.isClosed = true;
  }

  open(): void {
    if (!this.isClosed) this.#handlers.opened();
  }

  say(message: ServerMessage): void {
    this.sayBytes(encode(message));
  }

  sayBytes(frame: Uint8Array): void {
    if (!this.isClosed) this.#handlers.frame(frame);
  }

  hangUp(code: number): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#handlers.closed(code);
  }

  /** The newest message of this kind; throws when none came. */
  last<T extends ClientMessage['t']>(t: T): ClientMessage & { readonly t: T } {
    const found = this.received.findLast((message) => message.t === t);
    if (found === undefined) throw new Error(`no ${t} came`);
    return found as ClientMessage & { readonly t: T };
  }

  all(t: ClientMessage['t']): readonly ClientMessage[] {
    return this.received.filter((message) => message.t === t);
  }
}

export class FakeServer {
  readonly sockets: FakeSocket[] = [];

  readonly openWire: OpenWire = (handlers) => {
    const socket = new FakeSocket(handlers);
    this.sockets.push(socket);
    return socket;
  };

  /** The newest socket; throws when none was opened. */
  get socket(): FakeSocket {
    const newest = this.sockets.at(-1);
    if (newest === undefined) throw new Error('no socket was opened');
    return newest;
  }

  /** The newest socket, opened. */
  accept(): FakeSocket {
    this.socket.open();
    return this.socket;
  }
}

export const ME = 'MMMMMMMMMMM';
export const ANA = 'AAAAAAAAAAA';
export const SECRET = Uint8Array.from({ length: 16 }, (_, index) => index);

export function wirePerson(id: string, patch: Partial<WirePerson> = {}): WirePerson {
  return {
    id,
    role: 'member',
    profile: new Uint8Array([1]),
    room: 'main',
    connected: true,
    mic: false,
    camera: false,
    mic_allowed: true,
    camera_allowed: true,
    returning: false,
    away: false,
    admitted: false,
    place: patch.room ?? 'main',
    silent_ms: null,
    guest_left_ms: null,
    captions: false,
    interprets: false,
    ...patch,
  };
}

export function wireChat(number: number, author: string, body: Uint8Array): WireChat {
  return { number, author, body, age_ms: 0, line: null, everywhere: false, held: null };
}

export function wireSnapshot(patch: Partial<Snapshot> = {}): Snapshot {
  return {
    you: ME,
    status: 'open',
    locked: false,
    lead: ANA,
    present: 2,
    people: [wirePerson(ANA, { role: 'facilitator' }), wirePerson(ME)],
    messages: [],
    barred: [],
    grace_ms: 90_000,
    round: null,
    hands: { raised: [], fair: false, called: null },
    floor: 'open',
    between_shares: false,
    chat: 'open',
    slow_ms: 0,
    held_by_hand: false,
    breakouts: null,
    quiet: [],
    needs: [],
    run_sheet: null,
    pulse: null,
    resources: [],
    contacts: null,
    texts: new Uint8Array(),
    ...patch,
  };
}

export function joined(patch: Partial<Joined> = {}): Joined {
  return {
    t: 'joined',
    you: ME,
    role: 'member',
    resume: SECRET,
    position: at(7),
    snapshot: wireSnapshot(),
    answer: null,
    ice_servers: [],
    ...patch,
  };
}

/** An open meeting, as it is before anything of hers is shown. */
export function seen(patch: Partial<Seen> = {}): Seen {
  return {
    t: 'seen',
    v: 1,
    status: 'open',
    locked: false,
    facilitators: [],
    present: 1,
    texts: new Uint8Array(),
    ...patch,
  };
}
