/**
 * From wire messages to facts: every seal opened, what does not open marked as unreadable.
 *
 * Called by `visit.ts`. `wallMs` turns the age of a message into the time on this device's clock.
 */
import type { TextSealer } from './crypto/seal';
import type {
  MeetingEvent,
  Seen,
  Snapshot,
  WireBarred,
  WireChat,
  WirePerson,
  WireRound,
} from './protocol/messages';
import type { OpenedEvent, OpenedMessage, OpenedSnapshot, ToldRound } from './state/facts';
import type { BarredPerson, Greeting, Person, Profile } from './state/model';

export class SealOpener {
  readonly #sealer: TextSealer;
  readonly #wallMs: () => number;

  constructor(sealer: TextSealer, wallMs: () => number) {
    this.#sealer = sealer;
    this.#wallMs = wallMs;
  }

  async greeting(seen: Seen): Promise<Greeting> {
    const { status, locked, present } = seen;
    const facilitators = await Promise.all(seen.facilitators.map((box) => this.#profile(box)));
    return { status, locked, present, facilitators };
  }

  async snapshot(wire: Snapshot): Promise<OpenedSnapshot> {
    const [people, messages, barred] = await Promise.all([
      Promise.all(wire.people.map((person) => this.#person(person))),
      Promise.all(wire.messages.map((message) => this.#chat(message))),
      Promise.all(wire.barred.map((person) => this.#barred(person))),
    ]);
    const { you, status, locked, lead, present, hands, floor } = wire;
    const turns = { round: this.#round(wire.round), hands, floor, betweenShares: wire.between_shares };
    return { you, status, locked, lead, present, graceMs: wire.grace_ms, people, messages, barred, ...turns };
  }

  events(wire: readonly MeetingEvent[]): Promise<readonly OpenedEvent[]> {
    return Promise.all(wire.map((event) => this.#event(event)));
  }

  async #event(event: MeetingEvent): Promise<OpenedEvent> {
    switch (event.t) {
      case 'person_came':
        return { t: event.t, person: await this.#person(event.person) };
      case 'person_barred':
        return { t: event.t, person: await this.#barred(event.person) };
      case 'said':
        return { t: event.t, message: await this.#chat({ ...event, age_ms: 0 }) };
      case 'round_changed':
        return { t: event.t, round: this.#round(event.round) };
      case 'admission_changed':
        return { t: event.t, betweenShares: event.between_shares };
      default:
        return event;
    }
  }

  async #profile(box: Uint8Array): Promise<Profile> {
    const plain = await this.#sealer.openProfile(box);
    return plain === null ? { kind: 'unreadable' } : { kind: 'open', ...plain };
  }

  async #person(wire: WirePerson): Promise<Person> {
    const { id, role, room, connected, mic, camera, returning, away, admitted } = wire;
    const profile = await this.#profile(wire.profile);
    const allowed = { micAllowed: wire.mic_allowed, cameraAllowed: wire.camera_allowed };
    return { id, role, profile, room, connected, mic, camera, ...allowed, returning, away, admitted };
  }

  /** Not sealed; its clock is told as of now. */
  #round(wire: WireRound | null): ToldRound | null {
    if (wire === null) return null;
    const { left_ms: leftMs, share_ms: shareMs, invite_passed: invitePassed, ...same } = wire;
    return { ...same, leftMs, shareMs, invitePassed, atMs: this.#wallMs() };
  }

  async #barred({ id, profile, reason }: WireBarred): Promise<BarredPerson> {
    return { id, reason, profile: await this.#profile(profile) };
  }

  async #chat({ number, author, body, age_ms: ageMs }: WireChat): Promise<OpenedMessage> {
    const text = await this.#sealer.openChat(author, body);
    const atMs = this.#wallMs() - ageMs;
    return { number, author, atMs, body: text === null ? { kind: 'unreadable' } : { kind: 'text', text } };
  }
}
