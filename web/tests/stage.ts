/** A whole client on a made-up page, with a made-up server and call: from the link into the meeting. */
import { vi } from 'vitest';
import { KithClient } from '../src/client';
import { toBase64url } from '../src/crypto/base64url';
import { LinkSecretKeySource } from '../src/crypto/keys';
import { TextSealer } from '../src/crypto/seal';
import { SessionSealer } from '../src/crypto/session_seal';
import type { Joined, Snapshot } from '../src/protocol/messages';
import type { ClientMessage, Order } from '../src/protocol/orders';
import type { MeetingView } from '../src/state/model';
import { meetingOf } from '../src/state/selectors';
import { Visit } from '../src/visit';
import { FakeCall } from './fake_call';
import { FakePage } from './fake_page';
import { FakeServer, joined, seen, wireSnapshot } from './fake_server';
import { ManualTimers } from './manual_timers';
import { at } from './positions';

const MEETING = 'AAECAwQFBgcICQoLDA0ODw';
const SECRET = new Uint8Array(32).fill(5);
const CLAIMS = toBase64url(new TextEncoder().encode(`{"mid":"${MEETING}","role":"member"}`));
export const LINK = `h.${CLAIMS}.s.${toBase64url(SECRET)}`;
export const KEYS = new LinkSecretKeySource(SECRET, MEETING);

export const NOW_MS = 1_000_000;

/** Seals are opened by promises of the platform: asked again until it is so, however slow the machine is just then. */
export function until(holds: () => void): Promise<void> {
  return vi.waitFor(holds, { interval: 1, timeout: 30_000 });
}

export class Stage {
  readonly page = new FakePage();
  readonly text = new TextSealer(KEYS);
  readonly session = new SessionSealer(KEYS);
  readonly #timers = new ManualTimers();
  readonly #calls: FakeCall[] = [];
  server = new FakeServer();
  client: KithClient = this.#load();
  #position = 10;

  get meeting(): MeetingView {
    const meeting = meetingOf(this.client.state);
    if (meeting === null) throw new Error('not in a meeting');
    return meeting;
  }

  get call(): FakeCall {
    const newest = this.#calls.at(-1);
    if (newest === undefined) throw new Error('there is no call');
    return newest;
  }

  /** The link is opened, and all is gone through until the snapshot is shown. */
  async enter(
    snapshot: Snapshot = wireSnapshot(),
    devices = { mic: false, camera: false },
    link = LINK,
    role: Joined['role'] = 'member',
  ): Promise<void> {
    await this.prepared(devices, link);
    this.client.knock('Bea', null, true);
    await this.came('join');
    this.server.socket.say(joined({ snapshot, answer: 'answer', role }));
    await until(() => this.meeting);
  }

  /** The link is opened, and she is about to ask to come in. */
  async prepared(devices = { mic: false, camera: false }, link = LINK): Promise<void> {
    this.page.location.hash = `#${link}`;
    this.client = this.#load();
    await this.#connected();
    this.server.accept();
    await this.lookedAt(devices);
  }

  /** Who asked what the meeting is like is told, and is about to ask to come in. */
  async lookedAt(devices = { mic: false, camera: false }): Promise<void> {
    this.server.socket.say(seen());
    await this.reached('arrived');
    this.client.prepare(devices);
    await this.reached('preparing');
  }

  /** The line breaks, and another is there at once; nothing was said on it yet. */
  cutLine(): void {
    this.server.socket.hangUp(1006);
    this.advance(0);
    this.server.accept();
  }

  advance(ms: number): void {
    this.#timers.advance(ms);
  }

  /** The page is loaded again and gets its place back. */
  async reload(snapshot: Snapshot): Promise<void> {
    this.server = new FakeServer();
    this.client = this.#load();
    await this.#connected();
    this.server.accept();
    await this.came('join');
    this.server.socket.say(joined({ snapshot, answer: 'answer' }));
    await until(() => this.meeting);
  }

  async reached(kind: string): Promise<void> {
    await until(() => {
      if (this.client.state.phase.kind !== kind) throw new Error(`not ${kind} yet`);
    });
  }

  async came<T extends ClientMessage['t']>(t: T, count = 1): Promise<ClientMessage & { readonly t: T }> {
    await until(() => {
      if (this.server.socket.all(t).length !== count) throw new Error(`not ${String(count)} ${t} yet`);
    });
    return this.server.socket.last(t);
  }

  /** Everything that was ordered, without the ids; what I send is another matter. */
  get orders(): readonly Order[] {
    const others = ['look', 'join', 'ping', 'set_media', 'offer'];
    return this.server.socket.received
      .filter(({ t }) => !others.includes(t))
      .map((message) => Object.fromEntries(Object.entries(message).filter(([key]) => key !== 'id')) as Order);
  }

  moved(snapshot: Snapshot): void {
    this.#position += 1;
    this.server.socket.say({ t: 'snapshot', position: at(this.#position), snapshot });
  }

  happened(
    ...events: Extract<Parameters<FakeServer['socket']['say']>[0], { t: 'happened' }>['events'][number][]
  ): void {
    this.#position += 1;
    this.server.socket.say({ t: 'happened', by: null, position: at(this.#position), events });
  }

  async #connected(): Promise<void> {
    await until(() => this.server.socket);
  }

  #load(): KithClient {
    const client = new KithClient({
      page: this.page,
      origin: 'https://kith.example',
      fetch: () => Promise.resolve(new Response('{"creation":"open","protocol":1}')),
      makeVisit: (memory, listener) =>
        Promise.resolve(
          new Visit(
            memory,
            {
              openWire: (handlers) => this.server.openWire(handlers),
              timers: this.#timers,
              wallMs: () => NOW_MS,
              makeCall: (to) => {
                const call = new FakeCall(to);
                this.#calls.push(call);
                return Promise.resolve(call);
              },
            },
            listener,
          ),
        ),
      watch: () => undefined,
      loadAgain: () => undefined,
      goElsewhere: () => undefined,
    });
    client.start();
    return client;
  }
}
