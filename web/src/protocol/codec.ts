/**
 * Bytes to typed messages and back. Any bytes give a message, null (a tag of a later version) or `MalformedMessage`.
 *
 * Called by `connection.ts`. Imports no state.
 */
import { decode, encode } from '@msgpack/msgpack';
import type {
  ClientMessage,
  IceServer,
  MeetingEvent,
  ServerMessage,
  Snapshot,
  WireBarred,
  WireChat,
  WireHands,
  WirePerson,
  WirePlace,
  WireRound,
  WireSeat,
} from './messages';

/** The server's bytes are not a message of this protocol. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
}

// Bounds of what we are ready to unpack: an SDP answer is the longest text, a chat history the longest list.
const LIMITS = {
  maxStrLength: 262_144,
  maxBinLength: 65_536,
  maxArrayLength: 1_024,
  maxMapLength: 64,
  maxExtLength: 0,
};

type Reader<T> = (value: unknown) => T;
type Fields = Readonly<Record<string, unknown>>;

function refuse(): never {
  throw new MalformedMessage('not a message of this protocol');
}

const text: Reader<string> = (value) => (typeof value === 'string' ? value : refuse());
const flag: Reader<boolean> = (value) => (typeof value === 'boolean' ? value : refuse());
const bytes: Reader<Uint8Array> = (value) => (value instanceof Uint8Array ? value : refuse());
const whole: Reader<number> = (value) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : refuse();

function nullable<T>(read: Reader<T>): Reader<T | null> {
  return (value) => (value === null || value === undefined ? null : read(value));
}

function list<T>(read: Reader<T>): Reader<readonly T[]> {
  return (value) => (Array.isArray(value) ? value.map((item) => read(item)) : refuse());
}

function oneOf<const T extends string>(...allowed: readonly T[]): Reader<T> {
  return (value) => allowed.find((one) => one === value) ?? refuse();
}

function fields(value: unknown): Fields {
  const plain = typeof value === 'object' && value !== null && !Array.isArray(value);
  return plain && !(value instanceof Uint8Array) ? (value as Fields) : refuse();
}

/** Keys that are not in the shape are left out: a later server may say more. */
function record<T>(shape: { readonly [K in keyof T]: Reader<T[K]> }): Reader<T> {
  const readers = Object.entries<Reader<unknown>>(shape);
  return (value) => {
    const from = fields(value);
    return Object.fromEntries(readers.map(([key, read]) => [key, read(from[key])])) as T;
  };
}

const role = oneOf('facilitator', 'guest', 'member');
const status = oneOf('waiting', 'open', 'paused', 'ended');
const room = oneOf('lobby', 'main');

const person = record<WirePerson>({
  id: text,
  role,
  profile: bytes,
  room,
  connected: flag,
  mic: flag,
  camera: flag,
  mic_allowed: flag,
  camera_allowed: flag,
  returning: flag,
  away: flag,
  admitted: flag,
});
const chat = record<WireChat>({ number: whole, author: text, body: bytes, age_ms: whole });
const barred = record<WireBarred>({ id: text, profile: bytes, reason: oneOf('removed', 'denied') });
const seat = record<WireSeat>({ who: nullable(text), audio: flag, video: flag });
const iceServer = record<IceServer>({
  urls: list(text),
  username: nullable(text),
  credential: nullable(text),
});
const floor = oneOf('open', 'gentle', 'held');
const place = record<WirePlace>({
  who: text,
  standing: oneOf('waiting', 'later', 'passed', 'shared', 'offered', 'sharing'),
});
const round = record<WireRound>({
  kind: oneOf('circle', 'volunteers', 'nomination', 'facilitator'),
  turn: whole,
  phase: oneOf('offered', 'sharing', 'naming', 'open', 'resting'),
  who: nullable(text),
  left_ms: nullable(whole),
  runs: flag,
  held: flag,
  stage: oneOf('first', 'again', 'invited'),
  named: nullable(text),
  share_ms: nullable(whole),
  invite_passed: flag,
  places: list(place),
});
const hands = record<WireHands>({ raised: list(text), fair: flag, called: nullable(text) });
const snapshot = record<Snapshot>({
  you: text,
  status,
  locked: flag,
  lead: nullable(text),
  present: whole,
  people: list(person),
  messages: list(chat),
  barred: list(barred),
  grace_ms: whole,
  round: nullable(round),
  hands,
  floor,
  between_shares: flag,
});

type Tagged<T extends { readonly t: string }> = {
  readonly [K in T['t']]: Reader<Extract<T, { readonly t: K }>>;
};
type EventTag = MeetingEvent['t'];

const who = { who: text };
const media = { who: text, mic: flag, camera: flag };

/** One line for each event; the tag itself is read as a constant. */
const EVENTS: Readonly<Record<EventTag, Reader<MeetingEvent>>> = {
  person_came: record({ t: oneOf('person_came'), person }),
  person_moved: record({ t: oneOf('person_moved'), ...who, room }),
  person_parted: record({ t: oneOf('person_parted'), ...who, how: text }),
  connection_lost: record({ t: oneOf('connection_lost'), ...who }),
  connection_restored: record({ t: oneOf('connection_restored'), ...who }),
  media_set: record({ t: oneOf('media_set'), ...media }),
  media_allowed: record({ t: oneOf('media_allowed'), ...media }),
  said: record({ t: oneOf('said'), number: whole, author: text, body: bytes }),
  message_deleted: record({ t: oneOf('message_deleted'), number: whole }),
  lock_changed: record({ t: oneOf('lock_changed'), locked: flag }),
  lead_changed: record({ t: oneOf('lead_changed'), lead: nullable(text) }),
  status_changed: record({ t: oneOf('status_changed'), status }),
  person_barred: record({ t: oneOf('person_barred'), person: barred }),
  bar_undone: record({ t: oneOf('bar_undone'), ...who }),
  away_changed: record({ t: oneOf('away_changed'), ...who, away: flag }),
  round_changed: record({ t: oneOf('round_changed'), round: nullable(round) }),
  share_nudged: record({ t: oneOf('share_nudged'), turn: whole }),
  hands_changed: record({ t: oneOf('hands_changed'), hands }),
  floor_changed: record({ t: oneOf('floor_changed'), floor }),
  admission_changed: record({ t: oneOf('admission_changed'), between_shares: flag }),
  admission_held: record({ t: oneOf('admission_held'), ...who }),
};

/** Events of a later version are left out; the others of the same step still count. */
const events: Reader<readonly MeetingEvent[]> = (value) =>
  list((item) => tagged(EVENTS, item))(value).filter((event) => event !== null);

const MESSAGES: Tagged<ServerMessage> = {
  seen: record({
    t: oneOf('seen'),
    v: whole,
    status,
    locked: flag,
    facilitators: list(bytes),
    present: whole,
  }),
  joined: record({
    t: oneOf('joined'),
    you: text,
    role,
    resume: bytes,
    position: whole,
    snapshot: nullable(snapshot),
    answer: nullable(text),
    ice_servers: list(iceServer),
  }),
  happened: record({ t: oneOf('happened'), position: whole, events }),
  snapshot: record({ t: oneOf('snapshot'), position: whole, snapshot }),
  done: record({ t: oneOf('done'), id: whole }),
  answer: record({ t: oneOf('answer'), id: whole, sdp: text }),
  refused: record({ t: oneOf('refused'), id: nullable(whole), code: text, text }),
  seats: record({ t: oneOf('seats'), seats: list(seat) }),
  speaking: record({ t: oneOf('speaking'), who: list(text) }),
  pong: record({ t: oneOf('pong'), n: whole }),
};

function tagged<T>(readers: Readonly<Record<string, Reader<T>>>, value: unknown): T | null {
  const tag = text(fields(value).t);
  return Object.hasOwn(readers, tag) ? (readers[tag]?.(value) ?? null) : null;
}

/** One message of the server; null for a tag we do not know. Throws: `MalformedMessage`, nothing else. */
export function decodeServerMessage(frame: Uint8Array): ServerMessage | null {
  let value: unknown;
  try {
    value = decode(frame, LIMITS);
  } catch {
    return refuse();
  }
  return tagged<ServerMessage>(MESSAGES, value);
}

/** One frame. */
export function encodeClientMessage(message: ClientMessage): Uint8Array<ArrayBuffer> {
  return encode(message);
}
