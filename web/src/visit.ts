/**
 * One visit with one link: from asking who is there until it is over. Ties the connection, the seals and the call together.
 *
 * Made by `client.ts` and loaded when a link is there. Tells facts; decides nothing the reducer can decide.
 */
import type { CallListener } from './call/call';
import { LinkSecretKeySource } from './crypto/keys';
import { isLength, MAX_NAME_CHARACTERS, MAX_PROFILE_BYTES, TextSealer } from './crypto/seal';
import { type CallPort, MyCall } from './my_call';
import { SealOpener } from './open_sealed';
import { OutgoingChat } from './outgoing_chat';
import type { ClosedFor } from './protocol/closing';
import { Connection, type ConnectionListener, type LineNews, type Told } from './protocol/connection';
import {
  type Answer,
  type Command,
  type Done,
  type Joined,
  type Order,
  PROTOCOL_VERSION,
  type Refused,
} from './protocol/messages';
import type { OpenWire } from './protocol/web_socket';
import type { Fact } from './state/facts';
import type { AppState, DeviceKind, Ending, ParticipantId } from './state/model';
import type { Remembered, RememberedPlace } from './state/page_memory';
import { isAway, meetingOf, whyHeld } from './state/selectors';
import type { Timers } from './timers';
import { isSame, type Media } from './state/media_wish';
import { isAboutMedia, knockProblem, linkProblem, mayTryAgain, refusal } from './turned_away';

export interface VisitSurroundings {
  readonly openWire: OpenWire;
  readonly timers: Timers;
  /** Ms since 1970 on this device's clock. */
  readonly wallMs: () => number;
  readonly makeCall: (listener: CallListener) => Promise<CallPort>;
}

export interface VisitListener {
  readonly dispatch: (fact: Fact) => void;
  readonly state: () => AppState;
  readonly remember: (place: RememberedPlace | null) => void;
  /** The visit has ended and is not used again. */
  readonly over: (ending: Ending, canTryAgain: boolean) => void;
}

/** While somebody makes up her mind, who is there may change. */
export const LOOK_AGAIN_MS = 15_000;
/** Each load of the page has command ids of its own: they must not repeat for one participant. */
const IDS_PER_LOAD = 1_000_000;
const LOADS = 2_000;

const TRY_AGAIN_AFTER: readonly ClosedFor[] = ['removed', 'denied', 'replaced', 'idle', 'fault'];

export class Visit implements ConnectionListener {
  readonly #memory: Remembered;
  readonly #surroundings: VisitSurroundings;
  readonly #listener: VisitListener;
  readonly #connection: Connection;
  readonly #sealer: TextSealer;
  readonly #opener: SealOpener;
  readonly #call: MyCall;
  #profile: Uint8Array<ArrayBuffer> | null = null;
  #place: RememberedPlace | null = null;
  #you: ParticipantId | null = null;
  #withoutMedia = false;
  #ended = false;
  #cancelLook: (() => void) | null = null;
  /** Messages are opened one after the other, in the order they came. */
  #inbound: Promise<void> = Promise.resolve();
  /** Command id → number of the offer. */
  readonly #offers = new Map<number, number>();
  readonly #chat: OutgoingChat;

  constructor(memory: Remembered, surroundings: VisitSurroundings, listener: VisitListener) {
    this.#memory = memory;
    this.#surroundings = surroundings;
    this.#listener = listener;
    const keys = new LinkSecretKeySource(memory.link.secret, memory.link.meeting);
    this.#sealer = new TextSealer(keys);
    this.#opener = new SealOpener(this.#sealer, surroundings.wallMs);
    const firstId = 1 + (memory.loads % LOADS) * IDS_PER_LOAD;
    this.#connection = new Connection(surroundings.openWire, surroundings.timers, this, firstId);
    this.#call = new MyCall(
      () => surroundings.makeCall(this.#callListener()),
      (media) => this.#connection.command({ t: 'set_media', ...media }),
    );
    this.#chat = new OutgoingChat(this.#sealer, this.#connection, (fact) => {
      this.#tell(fact);
    });
  }

  // ── arriving ───────────────────────────────────────────────────────────────────────────────────

  look(): void {
    this.#cancelLook?.();
    this.#connection.look(this.#memory.link.token);
    this.#cancelLook = this.#surroundings.timers.after(LOOK_AGAIN_MS, () => {
      if (['arriving', 'arrived', 'preparing'].includes(this.#listener.state().phase.kind)) this.look();
    });
  }

  /** After a reload: straight back, with the devices as they were. */
  async comeBack(place: RememberedPlace): Promise<void> {
    this.#profile = place.profile;
    this.#place = place;
    this.#tell({ kind: 'wanted', wanted: { mic: place.mic, camera: place.camera } });
    const call = await this.#call.need();
    for (const kind of ['mic', 'camera'] as const) if (place[kind]) void call.open(kind);
    const offer = await call.firstOffer();
    if (!this.#ended) this.#join(place.profile, offer, place);
  }

  async prepare(devices: Media): Promise<void> {
    this.#tell({ kind: 'preparing' });
    this.#tell({ kind: 'wanted', wanted: { mic: devices.mic, camera: devices.camera } });
    const call = await this.#call.need();
    for (const kind of ['mic', 'camera'] as const) {
      if (devices[kind] && !this.#ended) await call.open(kind);
    }
  }

  backToArrived(): void {
    this.#call.end();
    this.#tell({ kind: 'wanted', wanted: { mic: false, camera: false } });
    this.#tell({ kind: 'back_to_arrived' });
  }

  async knock(name: string, pronouns: string | null): Promise<void> {
    if (this.#listener.state().phase.kind !== 'preparing') return;
    const profile = await this.#sealer.sealProfile({ name, pronouns });
    if (!isLength(name, 1, MAX_NAME_CHARACTERS) || profile.length > MAX_PROFILE_BYTES) {
      this.#tell({ kind: 'notice', code: { kind: 'name_too_long' } });
      return;
    }
    this.#tell({ kind: 'knocking' });
    // Where the call's code cannot be loaded one still writes and reads.
    const call = await this.#call.need().catch(() => null);
    const offer = this.#withoutMedia || call === null ? null : await call.firstOffer();
    if (this.#ended) return;
    this.#profile = profile;
    this.#join(profile, offer, null);
  }

  #join(profile: Uint8Array<ArrayBuffer>, offer: string | null, place: RememberedPlace | null): void {
    this.#cancelLook?.();
    this.#connection.join({
      t: 'join',
      v: PROTOCOL_VERSION,
      token: this.#memory.link.token,
      device: this.#memory.device,
      profile,
      offer,
      // Position 0: a page that was loaded again knows nothing, it needs everything.
      resume: place === null ? null : { secret: place.resume, position: 0 },
    });
  }

  // ── my devices ─────────────────────────────────────────────────────────────────────────────────

  async toggle(kind: DeviceKind): Promise<void> {
    const { wanted, devices } = this.#listener.state();
    if (whyHeld(meetingOf(this.#listener.state()), kind) !== null) {
      this.#tell({ kind: 'notice', code: { kind: kind === 'mic' ? 'mic_held' : 'camera_held' } });
      return;
    }
    if (isAway(meetingOf(this.#listener.state()))) {
      this.#tell({ kind: 'notice', code: { kind: 'refused', code: 'away' } });
      return;
    }
    const call = await this.#call.need();
    const isOn = wanted[kind] && (devices[kind] === 'on' || devices[kind] === 'asking');
    this.#tell({ kind: 'wanted', wanted: { [kind]: !isOn } });
    if (!isOn) await call.open(kind);
  }

  async choose(kind: DeviceKind | 'speaker', id: string): Promise<void> {
    await (await this.#call.need()).choose(kind, id);
  }

  get call(): CallPort | null {
    return this.#call.live;
  }

  #callListener(): CallListener {
    return {
      devices: (patch) => {
        this.#tell({ kind: 'devices', patch });
      },
      transport: (transport) => {
        this.#tell({ kind: 'transport', transport });
      },
      sight: (decrypting, sealing) => {
        this.#tell({ kind: 'sight', decrypting, sealing });
      },
      soundBlocked: (blocked) => {
        this.#tell({ kind: 'sound_blocked', blocked });
      },
      notice: (code) => {
        this.#tell({ kind: 'notice', code });
      },
      offer: (sdp, number) => {
        if (this.#you !== null) this.#offers.set(this.#connection.command({ t: 'offer', sdp }), number);
      },
    };
  }

  networkChanged(): void {
    this.#connection.probe();
    this.#call.live?.networkChanged();
  }

  /** The page is in sight again; timers may have slept. */
  wake(): void {
    this.#connection.probe();
  }

  // ── what I do ──────────────────────────────────────────────────────────────────────────────────

  /** turn: the message counts as my share of this turn. */
  say(text: string, turn: number | null = null): void {
    if (this.#you !== null) this.#chat.say(this.#you, text, turn);
  }

  discardOutgoing(id: number): void {
    this.#chat.discard(id);
  }

  retryOutgoing(id: number): void {
    if (this.#you !== null) this.#chat.retry(this.#you, id);
  }

  order(order: Order): void {
    if (this.#you !== null) this.#connection.command(order);
  }

  /** Media off, socket closed, nothing told any more; at once. */
  end(): void {
    this.#ended = true;
    this.#cancelLook?.();
    this.#connection.end();
    this.#call.end();
    this.#chat.end();
  }

  // ── what the connection tells ──────────────────────────────────────────────────────────────────

  told(message: Told): void {
    this.#afterAllBefore(() => this.#hear(message));
  }

  answered(command: Command, answer: Done | Answer | Refused): void {
    this.#afterAllBefore(() => this.#settle(command, answer));
  }

  turnedAway(code: string, during: 'look' | 'join' | 'resume'): void {
    this.#afterAllBefore(() => this.#away(code, during));
  }

  line(news: LineNews): void {
    const sinceMs = this.#surroundings.wallMs();
    this.#tell({ kind: 'line', line: news.kind === 'reconnecting' ? { ...news, sinceMs } : news });
    this.#call.live?.line(news.kind === 'up');
  }

  over(why: ClosedFor): void {
    this.#afterAllBefore(() => {
      this.#finish({ kind: why }, TRY_AGAIN_AFTER.includes(why));
    });
  }

  #afterAllBefore(act: () => Promise<void> | void): void {
    this.#inbound = this.#inbound
      .then(() => (this.#ended ? undefined : act()))
      // A listener of the screens failed: theirs is shown in the console, the meeting goes on.
      .catch((error: unknown) => {
        reportError(error);
      });
  }

  async #hear(message: Told): Promise<void> {
    switch (message.t) {
      case 'seen':
        this.#tell({ kind: 'greeted', greeting: await this.#opener.greeting(message) });
        return;
      case 'joined':
        await this.#joined(message);
        return;
      case 'snapshot':
        this.#call.toldBack();
        this.#tell({ kind: 'snapshot', snapshot: await this.#opener.snapshot(message.snapshot) });
        return;
      case 'happened': {
        const events = await this.#opener.events(message.events);
        const isMine = events.some(
          (event) => event.t.startsWith('media_') && 'who' in event && event.who === this.#you,
        );
        if (isMine) this.#call.toldBack();
        this.#tell({ kind: 'happened', events });
        return;
      }
      case 'seats':
        this.#tell({ kind: 'seats', seats: message.seats });
        this.#call.live?.seats(message.seats);
        return;
      case 'speaking':
        this.#tell({ kind: 'speaking', who: message.who });
    }
  }

  async #joined(message: Joined): Promise<void> {
    const isNew = message.you !== this.#you;
    this.#you = message.you;
    this.#call.toldBack();
    const { secret, meeting } = this.#memory.link;
    if (isNew) {
      // Not awaited: the way to the media server is built while the seals are opened.
      void this.#call.live?.joined(secret, meeting, message.you, message.ice_servers, message.answer);
    }
    this.#keep(Uint8Array.from(message.resume));
    if (message.snapshot !== null) {
      this.#tell({ kind: 'snapshot', snapshot: await this.#opener.snapshot(message.snapshot) });
    }
  }

  #keep(resume: Uint8Array<ArrayBuffer>): void {
    if (this.#profile === null) return;
    const { mic, camera } = this.#listener.state().wanted;
    this.#place = { resume, profile: this.#profile, mic, camera };
    this.#listener.remember(this.#place);
  }

  async #settle(command: Command, answer: Done | Answer | Refused): Promise<void> {
    const { id } = command;
    if (command.t === 'offer') {
      const number = this.#offers.get(id) ?? 0;
      this.#offers.delete(id);
      if (answer.t === 'answer') await this.#call.live?.offerAnswered(number, answer.sdp);
      else this.#call.live?.offerRefused(number);
    } else if (command.t === 'say' || command.t === 'share_in_writing') {
      this.#chat.answered(id, answer);
    } else if (answer.t === 'refused') {
      this.#refused(command, answer.code);
    }
  }

  #refused(command: Command, code: string): void {
    const known = refusal(code);
    if (command.t === 'set_media') {
      // Paused, or sent to the lobby meanwhile: what is wanted is asked again when the view changes.
      if (known === 'mic_held') this.#tell({ kind: 'wanted', wanted: { mic: false } });
      if (known === 'camera_held') this.#tell({ kind: 'wanted', wanted: { camera: false } });
      return;
    }
    // A double tap is no mistake to tell.
    if (known !== 'already_so') this.#tell({ kind: 'notice', code: { kind: 'refused', code: known } });
  }

  async #away(code: string, during: 'look' | 'join' | 'resume'): Promise<void> {
    const problem = linkProblem(code);
    if (problem !== null) {
      this.#finish({ kind: 'link', code: problem }, mayTryAgain(problem));
    } else if (during === 'resume') {
      this.#arriveAnew();
    } else if (during === 'join' && isAboutMedia(code) && !this.#withoutMedia && this.#profile !== null) {
      // No picture and sound then: better to listen to nobody and type than a closed door.
      this.#withoutMedia = true;
      this.#tell({ kind: 'notice', code: { kind: 'refused', code: 'media_refused' } });
      this.#join(this.#profile, null, null);
    } else if (during === 'join') {
      this.#tell({ kind: 'knock_refused', problem: knockProblem(code) });
      this.look();
    }
    return Promise.resolve();
  }

  /** The place is given away (the grace time is over): from the beginning, with the same link. */
  #arriveAnew(): void {
    this.#call.end();
    this.#place = this.#you = this.#profile = null;
    this.#listener.remember(null);
    this.#tell({ kind: 'link_read', role: this.#memory.link.role, returning: false });
    this.look();
  }

  #finish(ending: Ending, canTryAgain: boolean): void {
    this.end();
    this.#listener.over(ending, canTryAgain);
  }

  #tell(fact: Fact): void {
    if (this.#ended) return;
    this.#listener.dispatch(fact);
    this.#call.follow(this.#listener.state());
    this.#keepWanted(this.#listener.state());
  }

  #keepWanted({ wanted }: AppState): void {
    if (this.#you === null || this.#place === null || isSame(wanted, this.#place)) return;
    this.#keep(this.#place.resume);
  }
}
