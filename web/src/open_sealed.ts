/**
 * From wire messages to facts: every seal opened, what does not open marked as unreadable.
 *
 * Called by `visit.ts`. `wallMs` turns the age of a message into the time on this device's clock.
 */
import { openGroup } from './crypto/group_seal';
import type { KeySource } from './crypto/keys';
import type { SessionSealer } from './crypto/session_seal';
import type { PlainProfile, TextSealer } from './crypto/seal';
import type { MyContacts } from './my_contacts';
import type {
  MeetingEvent,
  Seen,
  Snapshot,
  WireBarred,
  WireBreakouts,
  WireChat,
  WirePerson,
  WirePulse,
  WireResource,
  WireRound,
  WireRunSheet,
} from './protocol/messages';
import { linkTo } from './resource_link';
import type { OpenedEvent, OpenedMessage, OpenedSnapshot, ToldRound } from './state/facts';
import type {
  BarredPerson,
  CaptionLine,
  Clock,
  Greeting,
  MessageBody,
  ParticipantId,
  Person,
  Profile,
} from './state/model';
import type { Breakouts } from './state/model_rooms';
import type { GroupTexts, Pulse, Resource, RunSheet } from './state/model_session';

type WireCaption = MeetingEvent & { readonly t: 'captioned' };

interface WireClock {
  readonly left_ms: number | null;
  readonly runs: boolean;
}

export class SealOpener {
  readonly #sealer: TextSealer;
  readonly #session: SessionSealer;
  readonly #keys: KeySource;
  readonly #wallMs: () => number;
  /** Of everybody who was ever seen: what somebody wrote for me may come after she has gone. */
  readonly #profiles = new Map<ParticipantId, Profile>();

  /** Learns the keys of everybody it sees; null: contacts cannot be opened. */
  contacts: MyContacts | null = null;

  constructor(keys: KeySource, sealer: TextSealer, session: SessionSealer, wallMs: () => number) {
    this.#keys = keys;
    this.#sealer = sealer;
    this.#session = session;
    this.#wallMs = wallMs;
  }

  async greeting(seen: Seen): Promise<Greeting> {
    const { status, locked, present } = seen;
    const facilitators = await Promise.all(seen.facilitators.map((box) => this.#profile(box)));
    return { status, locked, present, facilitators, group: await this.#group(seen.texts) };
  }

  async snapshot(wire: Snapshot): Promise<OpenedSnapshot> {
    const [people, messages, barred, group, breakouts, runSheet, pulse, resources] = await Promise.all([
      Promise.all(wire.people.map((person) => this.#person(person))),
      Promise.all(wire.messages.map((message) => this.#chat(message))),
      Promise.all(wire.barred.map((person) => this.#barred(person))),
      this.#group(wire.texts),
      this.#breakouts(wire.breakouts),
      this.#runSheet(wire.run_sheet),
      this.#pulse(wire.pulse),
      Promise.all(wire.resources.map((resource) => this.#resource(resource))),
    ]);
    const { you, status, locked, lead, present, hands, floor, quiet, needs, contacts } = wire;
    const same = { you, status, locked, lead, present, hands, floor, quiet, needs, contacts };
    const named = { chatMode: wire.chat, slowMs: wire.slow_ms, heldByHand: wire.held_by_hand };
    const turns = { round: this.#round(wire.round), betweenShares: wire.between_shares };
    const opened = { people, messages, barred, group, breakouts, runSheet, pulse, resources };
    return { ...same, ...named, ...turns, ...opened, graceMs: wire.grace_ms };
  }

  /** you: for whom it was told. */
  events(wire: readonly MeetingEvent[], you: ParticipantId): Promise<readonly OpenedEvent[]> {
    return Promise.all(wire.map((event) => this.#event(event, you)));
  }

  async #event(event: MeetingEvent, you: ParticipantId): Promise<OpenedEvent> {
    switch (event.t) {
      case 'person_came':
      case 'person_changed':
        return { t: event.t, person: await this.#person(event.person) };
      case 'person_barred':
        return { t: event.t, person: await this.#barred(event.person) };
      case 'said':
        return { t: event.t, message: await this.#chat(event.message) };
      case 'round_changed':
        return { t: event.t, round: this.#round(event.round), atMs: this.#wallMs() };
      case 'hands_changed':
        return { ...event, atMs: this.#wallMs() };
      case 'admission_changed':
        return { t: event.t, betweenShares: event.between_shares };
      case 'chat_changed':
        return { t: event.t, mode: event.mode, slowMs: event.slow_ms };
      case 'pause_changed':
        return { t: event.t, byHand: event.by_hand };
      case 'breakouts_changed':
        return { t: event.t, breakouts: await this.#breakouts(event.breakouts) };
      case 'texts_set':
        return { t: event.t, group: await this.#group(event.body) };
      case 'run_sheet_changed':
        return { t: event.t, runSheet: await this.#runSheet(event.run_sheet) };
      case 'pulse_changed':
        return { t: event.t, pulse: await this.#pulse(event.pulse) };
      case 'handed_out':
        return { t: event.t, resource: await this.#resource(event.resource) };
      case 'captioned':
        return { t: event.t, line: await this.#caption(event) };
      case 'contact_made':
        return this.#contactMade(event.who, you, event.body);
      default:
        return event;
    }
  }

  /** No box: nothing is said. */
  async #group(box: Uint8Array): Promise<GroupTexts | null> {
    return box.length === 0 ? null : openGroup(this.#keys, box);
  }

  async #profile(box: Uint8Array): Promise<Profile> {
    return profileOf(await this.#sealer.openProfile(box));
  }

  async #contactMade(who: ParticipantId, you: ParticipantId, box: Uint8Array): Promise<OpenedEvent> {
    const body = (await this.contacts?.open(who, you, box)) ?? { kind: 'unreadable' };
    return { t: 'contact_made', who, body, profile: this.#profiles.get(who) ?? null };
  }

  async #person(wire: WirePerson): Promise<Person> {
    const { id, role, room, place, connected, mic, camera, returning, away, admitted } = wire;
    const allowed = { micAllowed: wire.mic_allowed, cameraAllowed: wire.camera_allowed };
    const nowMs = this.#wallMs();
    const plain = await this.#sealer.openProfile(wire.profile);
    if (plain?.key != null) this.contacts?.learn(id, plain.key);
    const profile = profileOf(plain);
    this.#profiles.set(id, profile);
    return {
      ...{ id, role, room, place, connected, mic, camera, ...allowed, returning, away, admitted },
      profile,
      silentSinceMs: wire.silent_ms === null ? null : nowMs - wire.silent_ms,
      ...{ captions: wire.captions, interprets: wire.interprets },
      guestUntilMs: wire.guest_left_ms === null ? null : nowMs + wire.guest_left_ms,
    };
  }

  async #caption({ number, who, body }: WireCaption): Promise<CaptionLine> {
    return { number, who, body: textOf(await this.#sealer.openCaption(who, body)) };
  }

  /** Clocks are told as of now. */
  #clock(wire: WireClock): Clock {
    return { leftMs: wire.left_ms, runs: wire.runs, atMs: this.#wallMs() };
  }

  #round(wire: WireRound | null): ToldRound | null {
    if (wire === null) return null;
    const { kind, turn, phase, who, held, stage, named, places } = wire;
    const renamed = { shareMs: wire.share_ms, invitePassed: wire.invite_passed, secondOffer: wire.again };
    return { kind, turn, phase, who, held, stage, named, places, ...renamed, ...this.#clock(wire) };
  }

  async #breakouts(wire: WireBreakouts | null): Promise<Breakouts | null> {
    if (wire === null) return null;
    const { kind, open, noticed, unattended, yours, answer, consents } = wire;
    const clock = this.#clock(wire);
    const rooms = wire.rooms.map(async (room) => ({
      ...room,
      topic: textOf(await this.#session.openTopic(room.topic)),
    }));
    const same = { kind, open, noticed, unattended, yours, answer, consents };
    return { ...same, ...clock, rooms: await Promise.all(rooms) };
  }

  async #runSheet(wire: WireRunSheet | null): Promise<RunSheet | null> {
    if (wire === null) return null;
    const clock = this.#clock(wire);
    const segments = wire.segments.map(async ({ kind, floor, chat, title, length_ms: lengthMs }) => ({
      ...{ kind, floor, chat, lengthMs },
      title: textOf(await this.#session.openSegment(title)),
    }));
    const sealed = wire.segments.map(({ length_ms: lengthMs, ...same }) => ({ ...same, lengthMs }));
    return { segments: await Promise.all(segments), sealed, current: wire.current, ...clock };
  }

  async #pulse(wire: WirePulse | null): Promise<Pulse | null> {
    if (wire === null) return null;
    const plain = await this.#session.openPulse(wire.body);
    // Another number of answers than the meeting counts would put counts beside the wrong words.
    const isWhole = plain !== null && plain.answers.length === wire.options;
    const question = isWhole ? ({ kind: 'open', ...plain } as const) : ({ kind: 'unreadable' } as const);
    return { number: wire.number, question, options: wire.options, answered: wire.answered };
  }

  async #resource({ number, body }: WireResource): Promise<Resource> {
    const plain = await this.#session.openResource(body);
    if (plain === null) return { number, body: { kind: 'unreadable' } };
    const { title, url, text } = plain;
    return { number, body: { kind: 'open', title, text, link: url === null ? null : linkTo(url) } };
  }

  async #barred({ id, profile, reason }: WireBarred): Promise<BarredPerson> {
    return { id, reason, profile: await this.#profile(profile) };
  }

  async #chat({
    number,
    author,
    body,
    age_ms: ageMs,
    line,
    everywhere,
    held,
  }: WireChat): Promise<OpenedMessage> {
    const atMs = this.#wallMs() - ageMs;
    const text = await this.#sealer.openChat(author, body);
    return { number, author, atMs, line, everywhere, held, body: textOf(text) };
  }
}

function profileOf(plain: PlainProfile | null): Profile {
  if (plain === null) return { kind: 'unreadable' };
  const { name, pronouns } = plain;
  return { kind: 'open', name, pronouns };
}

function textOf(text: string | null): MessageBody {
  return text === null ? { kind: 'unreadable' } : { kind: 'text', text };
}
