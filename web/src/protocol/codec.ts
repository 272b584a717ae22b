/**
 * Bytes to typed messages and back. Any bytes give a message, null (a tag of a later version) or `MalformedMessage`.
 *
 * Called by `connection.ts`. Imports no state.
 */
import { decode, encode } from '@msgpack/msgpack';
import type {
  IceServer,
  MeetingEvent,
  ServerMessage,
  Snapshot,
  WireBarred,
  WireBreakout,
  WireBreakouts,
  WireChat,
  WireHands,
  WirePerson,
  WirePicture,
  WirePlace,
  WirePulse,
  WireQuietRoom,
  WireReception,
  WireResource,
  WireRound,
  WireRunSheet,
  WireSeat,
  WireSegment,
} from './messages';
import type { ClientMessage } from './orders';
import {
  bytes,
  fields,
  flag,
  list,
  MalformedMessage,
  mapOf,
  nullable,
  oneOf,
  type Reader,
  record,
  refuse,
  signed,
  text,
  whole,
} from './readers';

export { MalformedMessage };

// Bounds of what we are ready to unpack: an SDP answer is the longest text, a chat history the longest list,
// the answers to a breakout plan the largest map.
const LIMITS = {
  maxStrLength: 262_144,
  maxBinLength: 65_536,
  maxArrayLength: 1_024,
  maxMapLength: 512,
  maxExtLength: 0,
};

const role = oneOf('facilitator', 'guest', 'member');
const status = oneOf('waiting', 'open', 'paused', 'debrief', 'ended');

const person = record<WirePerson>({
  id: text,
  role,
  profile: bytes,
  room: text,
  connected: flag,
  mic: flag,
  camera: flag,
  mic_allowed: flag,
  camera_allowed: flag,
  returning: flag,
  away: flag,
  admitted: flag,
  place: text,
  silent_ms: nullable(whole),
  guest_left_ms: nullable(whole),
  captions: flag,
  interprets: flag,
});
const message = record<WireChat>({
  number: whole,
  author: text,
  body: bytes,
  age_ms: whole,
  line: nullable(text),
  everywhere: flag,
  held: nullable(oneOf('approval', 'share')),
});
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
  again: flag,
  stage: oneOf('first', 'again', 'invited'),
  named: nullable(text),
  share_ms: nullable(whole),
  invite_passed: flag,
  places: list(place),
});
const hands = record<WireHands>({ raised: list(text), fair: flag, called: nullable(text) });
const chat = oneOf('open', 'approved', 'facilitators', 'closed');
const consent = oneOf('asked', 'go', 'stay');
const breakout = record<WireBreakout>({
  id: text,
  topic: bytes,
  host: nullable(text),
  people: list(text),
  calling: flag,
  alone: flag,
});
const breakouts = record<WireBreakouts>({
  kind: oneOf('by_hand', 'random', 'topic', 'pairs'),
  open: flag,
  rooms: list(breakout),
  left_ms: nullable(whole),
  runs: flag,
  noticed: flag,
  unattended: flag,
  yours: nullable(text),
  answer: nullable(consent),
  consents: mapOf(consent),
});
const quietRoom = record<WireQuietRoom>({
  id: text,
  kind: oneOf('need', 'greeting', 'aside'),
  who: text,
  facilitator: text,
});
const segment = record<WireSegment>({
  kind: oneOf('gathering', 'round', 'open', 'breakouts', 'break', 'closing'),
  title: bytes,
  length_ms: whole,
  floor,
  chat,
});
const runSheet = record<WireRunSheet>({
  segments: list(segment),
  current: nullable(whole),
  left_ms: nullable(signed),
  runs: flag,
});
const pulse = record<WirePulse>({ number: whole, body: bytes, options: whole, answered: flag });
const resource = record<WireResource>({ number: whole, body: bytes });
const snapshot = record<Snapshot>({
  you: text,
  status,
  locked: flag,
  lead: nullable(text),
  present: whole,
  people: list(person),
  messages: list(message),
  barred: list(barred),
  grace_ms: whole,
  round: nullable(round),
  hands,
  floor,
  between_shares: flag,
  chat,
  slow_ms: whole,
  held_by_hand: flag,
  breakouts: nullable(breakouts),
  quiet: list(quietRoom),
  needs: list(text),
  run_sheet: nullable(runSheet),
  pulse: nullable(pulse),
  resources: list(resource),
  contacts: nullable(list(text)),
  texts: bytes,
});

const picture = record<WirePicture>({
  who: text,
  screen: flag,
  height_px: whole,
  bps: whole,
  why: oneOf('full', 'fitting', 'invisible', 'not_sent', 'bandwidth', 'loss', 'low_data', 'calm'),
});
const reception = record<WireReception>({
  who: text,
  estimate_bps: nullable(whole),
  lost_permille: whole,
  low_data: flag,
  pictures: list(picture),
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
  person_changed: record({ t: oneOf('person_changed'), person }),
  person_parted: record({ t: oneOf('person_parted'), ...who, how: text }),
  connection_lost: record({ t: oneOf('connection_lost'), ...who }),
  connection_restored: record({ t: oneOf('connection_restored'), ...who }),
  media_set: record({ t: oneOf('media_set'), ...media }),
  media_allowed: record({ t: oneOf('media_allowed'), ...media }),
  said: record({ t: oneOf('said'), message }),
  message_deleted: record({ t: oneOf('message_deleted'), number: whole }),
  lock_changed: record({ t: oneOf('lock_changed'), locked: flag }),
  lead_changed: record({ t: oneOf('lead_changed'), lead: nullable(text) }),
  status_changed: record({ t: oneOf('status_changed'), status }),
  person_barred: record({ t: oneOf('person_barred'), person: barred }),
  bar_undone: record({ t: oneOf('bar_undone'), ...who }),
  round_changed: record({ t: oneOf('round_changed'), round: nullable(round) }),
  share_nudged: record({ t: oneOf('share_nudged'), turn: whole }),
  hands_changed: record({ t: oneOf('hands_changed'), hands }),
  floor_changed: record({ t: oneOf('floor_changed'), floor }),
  admission_changed: record({ t: oneOf('admission_changed'), between_shares: flag }),
  chat_changed: record({ t: oneOf('chat_changed'), mode: chat, slow_ms: whole }),
  pause_changed: record({ t: oneOf('pause_changed'), by_hand: flag }),
  needs_changed: record({ t: oneOf('needs_changed'), needs: list(text) }),
  quiet_rooms_changed: record({ t: oneOf('quiet_rooms_changed'), quiet: list(quietRoom) }),
  breakouts_changed: record({ t: oneOf('breakouts_changed'), breakouts: nullable(breakouts) }),
  texts_set: record({ t: oneOf('texts_set'), body: bytes }),
  run_sheet_changed: record({ t: oneOf('run_sheet_changed'), run_sheet: nullable(runSheet) }),
  pulse_changed: record({ t: oneOf('pulse_changed'), pulse: nullable(pulse) }),
  pulse_shown: record({ t: oneOf('pulse_shown'), counts: nullable(list(whole)) }),
  handed_out: record({ t: oneOf('handed_out'), resource }),
  taken_back: record({ t: oneOf('taken_back'), number: whole }),
  contacts_changed: record({ t: oneOf('contacts_changed'), contacts: nullable(list(text)) }),
  contact_made: record({ t: oneOf('contact_made'), ...who, body: bytes }),
  captioned: record({ t: oneOf('captioned'), ...who, number: whole, body: bytes }),
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
    texts: bytes,
  }),
  joined: record({
    t: oneOf('joined'),
    you: text,
    role,
    resume: bytes,
    position: bytes,
    snapshot: nullable(snapshot),
    answer: nullable(text),
    ice_servers: list(iceServer),
  }),
  happened: record({ t: oneOf('happened'), position: bytes, events, by: nullable(text) }),
  snapshot: record({ t: oneOf('snapshot'), position: bytes, snapshot }),
  done: record({ t: oneOf('done'), id: whole }),
  answer: record({ t: oneOf('answer'), id: whole, sdp: text }),
  grants: record({ t: oneOf('grants'), id: whole, people: list(reception), left_out: whole }),
  refused: record({ t: oneOf('refused'), id: nullable(whole), code: text, text }),
  seats: record({ t: oneOf('seats'), seats: list(seat) }),
  speaking: record({ t: oneOf('speaking'), who: list(text) }),
  layers_unwanted: record({ t: oneOf('layers_unwanted'), rids: list(text) }),
  media_lost: record({ t: oneOf('media_lost') }),
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
