// Longer than 400 lines: everything of one visit meets here, and each part of it is a file of its own beside this one.
/**
 * One visit with one link: from asking who is there until it is over. Ties the connection, the seals and the call together.
 *
 * Made by `client.ts` and loaded when a link is there. Tells facts; decides nothing the reducer can decide.
 */
import type { CallListener } from './call/call';
import { openGroup } from './crypto/group_seal';
import { LinkSecretKeySource } from './crypto/keys';
import { SessionSealer } from './crypto/session_seal';
import { MAX_CAPTION_CHARACTERS, MAX_NAME_CHARACTERS, MAX_PROFILE_BYTES, TextSealer } from './crypto/seal';
import { isLength } from './crypto/lengths';
import { type CallPort, MyCall } from './my_call';
import { MyContacts } from './my_contacts';
import { SealOpener } from './open_sealed';
import { isWritten, OutgoingChat } from './outgoing_chat';
import { SealedOrders } from './sealed_orders';
import { type Heights, Watching } from './watching';
import type { ClosedFor } from './protocol/closing';
import {
  Connection,
  type ConnectionListener,
  type LineNews,
  type Reply,
  type Told,
} from './protocol/connection';
import type { Joined, Snapshot } from './protocol/messages';
import { type Command, type Order, PROTOCOL_VERSION } from './protocol/orders';
import type { Fact } from './state/facts';
import type { AppState, Destination, DeviceKind, Ending, ParticipantId } from './state/model';
import type { GroupTexts } from './state/model_session';
import type { Remembered, RememberedPlace } from './state/page_memory';
import { receptionsOf } from './receptions_told';
import { interpreter, interrupted, isAway, isFacilitator, me, meetingOf, whyHeld } from './state/selectors';
import type { VisitListener, VisitSurroundings } from './visit_surroundings';
import { isAboutMyMedia, isSame, type Media, NOTHING } from './state/media_wish';
import { isAboutMedia, knockProblem, linkProblem, mayTryAgain, refusal } from './turned_away';

/** While somebody makes up her mind, who is there may change. */
export const LOOK_AGAIN_MS = 15_000;
/** Each load of the page has command ids of its own: they must not repeat for one participant. */
const IDS_PER_LOAD = 1_000_000;
const LOADS = 2_000;

/** A server that was too busy for a microphone or a camera is asked again. */
const ASK_MEDIA_AGAIN_MS = 2_000;
/** Orders that are remembered as done. */
const DONE_KEPT = 8;

const TRY_AGAIN_AFTER: readonly ClosedFor[] = ['removed', 'denied', 'replaced', 'idle', 'fault'];

export class Visit implements ConnectionListener {
  readonly #memory: Remembered;
  readonly #surroundings: VisitSurroundings;
  readonly #listener: VisitListener;
  readonly #connection: Connection;
  readonly #keys: LinkSecretKeySource;
  readonly #sealer: TextSealer;
  readonly #opener: SealOpener;
  readonly #call: MyCall;
  #profile: Uint8Array<ArrayBuffer> | null = null;
  #place: RememberedPlace | null = null;
  #you: ParticipantId | null = null;
  #withoutMedia = false;
  #isKnocking = false;
  /** As what I am inside although the code of the call is not here. */
  #joinedWithoutCall: Joined | null = null;
  #ended = false;
  #cancelLook: (() => void) | null = null;
  /** Messages are opened one after the other, in the order they came. */
  #inbound: Promise<void> = Promise.resolve();
  /** Command id → number of the offer. */
  readonly #offers = new Map<number, number>();
  /** What was done last, as it was ordered: the same again is a double tap. */
  readonly #done: string[] = [];
  readonly #chat: OutgoingChat;
  readonly #watching: Watching;
  /** Commands that carry something sealed. */
  readonly sealed: SealedOrders;

  constructor(memory: Remembered, surroundings: VisitSurroundings, listener: VisitListener) {
    this.#memory = memory;
    this.#surroundings = surroundings;
    this.#listener = listener;
    const keys = (this.#keys = new LinkSecretKeySource(memory.link.secret, memory.link.meeting));
    this.#sealer = new TextSealer(keys);
    const session = new SessionSealer(keys);
    this.#opener = new SealOpener(keys, this.#sealer, session, surroundings.wallMs);
    const firstId = 1 + (memory.loads % LOADS) * IDS_PER_LOAD;
    this.#connection = new Connection(surroundings.openWire, surroundings.timers, this, firstId);
    this.#call = new MyCall(
      () => surroundings.makeCall(this.#callListener()),
      (media) => this.#connection.command({ t: 'set_media', ...media }),
    );
    this.#watching = new Watching(surroundings.timers, (message) => {
      this.#connection.watching(message);
    });
    this.#chat = new OutgoingChat(this.#sealer, this.#connection, (fact) => {
      this.#tell(fact);
    });
    this.sealed = new SealedOrders(
      session,
      (order) => {
        this.order(order);
      },
      (code) => {
        this.#tell({ kind: 'notice', code });
      },
    );
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
    this.#opener.contacts = place.contact === null ? null : new MyContacts(place.contact);
    this.#tell({ kind: 'wanted', wanted: { mic: place.mic, camera: place.camera } });
    const call = await this.#needCall();
    for (const kind of ['mic', 'camera'] as const) if (place[kind]) void call?.open(kind);
    const offer = (await call?.firstOffer()) ?? null;
    if (!this.#ended) this.#join(place.profile, offer, place);
  }

  async prepare(devices: Media): Promise<void> {
    this.#tell({ kind: 'preparing' });
    this.#tell({ kind: 'wanted', wanted: { mic: devices.mic, camera: devices.camera } });
    const call = await this.#needCall();
    for (const kind of ['mic', 'camera'] as const) {
      if (devices[kind] && !this.#ended) await call?.open(kind);
    }
  }

  /** null: its code could not be loaded. It is said, nothing is wanted of it, and the next tap asks again; one still writes and reads. */
  async #needCall(): Promise<CallPort | null> {
    const call = await this.#call.need().catch(() => null);
    if (call !== null) this.#catchUp(call);
    else {
      this.#tell({ kind: 'wanted', wanted: { mic: false, camera: false } });
      this.#tell({ kind: 'notice', code: { kind: 'call_not_loaded' } });
    }
    return call;
  }

  /** Who came in before it was there has no transport yet. */
  #catchUp(call: CallPort): void {
    const joined = this.#joinedWithoutCall;
    this.#joinedWithoutCall = null;
    if (joined === null || this.#ended) return;
    const { secret, meeting } = this.#memory.link;
    void call.joined(secret, meeting, joined.you, joined.ice_servers, null);
    call.seats(meetingOf(this.#listener.state())?.seats ?? []);
    call.transportLost();
  }

  backToArrived(): void {
    this.#call.end();
    this.#tell({ kind: 'wanted', wanted: { mic: false, camera: false } });
    this.#tell({ kind: 'back_to_arrived' });
  }

  async knock(name: string, pronouns: string | null): Promise<void> {
    if (this.#listener.state().phase.kind !== 'preparing' || this.#isKnocking) return;
    this.#isKnocking = true; // a second tap comes before the first is sealed
    try {
      await this.#knock(name, pronouns);
    } finally {
      this.#isKnocking = false;
    }
  }

  async #knock(name: string, pronouns: string | null): Promise<void> {
    const { keys } = (this.#opener.contacts ??= await MyContacts.create());
    const profile = await this.#sealer.sealProfile({ name, pronouns, key: keys.publicKey });
    if (!isLength(name, 1, MAX_NAME_CHARACTERS) || profile.length > MAX_PROFILE_BYTES) {
      this.#tell({ kind: 'notice', code: { kind: 'name_too_long' } });
      return;
    }
    this.#goWithout();
    this.#tell({ kind: 'knocking' });
    const call = await this.#needCall();
    const offer = this.#withoutMedia || call === null ? null : await call.firstOffer();
    if (this.#ended) return;
    this.#profile = profile;
    this.#join(profile, offer, null);
  }

  /** Who asks to come in without a device that could not be had means it: nothing was taken from her. */
  #goWithout(): void {
    const { wanted, devices } = this.#listener.state();
    for (const kind of ['mic', 'camera'] as const) {
      const failed = ['denied', 'missing', 'taken', 'ended'].includes(devices[kind]);
      if (wanted[kind] && failed) this.#tell({ kind: 'wanted', wanted: { [kind]: false } });
    }
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
      // No position: a page that was loaded again knows nothing, it needs everything.
      resume: place === null ? null : { secret: place.resume, position: new Uint8Array() },
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
    const call = await this.#needCall();
    if (call === null) return;
    if (this.#listener.state().transport === 'unsupported') {
      this.#tell({ kind: 'notice', code: { kind: 'cannot_encrypt' } });
      return;
    }
    const isOn = wanted[kind] && (devices[kind] === 'on' || devices[kind] === 'asking');
    this.#tell({ kind: 'wanted', wanted: { [kind]: !isOn } });
    if (!isOn) await call.open(kind);
  }

  async choose(kind: DeviceKind | 'speaker', id: string): Promise<void> {
    await (await this.#needCall())?.choose(kind, id);
  }

  async testSpeaker(): Promise<void> {
    (await this.#needCall())?.testSpeaker();
  }

  /** After a tap: what was taken from me is opened again, and what fell silent is heard again. */
  async takeUp(): Promise<void> {
    const call = await this.#needCall();
    if (call === null) return;
    call.allowSound();
    await Promise.all(interrupted(this.#listener.state()).map((kind) => call.open(kind)));
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
      network: (flows) => {
        this.#connection.probe(flows);
      },
      sight: (decrypting, sealing) => {
        this.#tell({ kind: 'sight', decrypting, sealing });
      },
      traffic: (traffic) => {
        this.#tell({ kind: 'traffic', traffic });
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

  /** The page is in sight again; timers may have slept, and sound may have stopped. */
  wake(): void {
    this.#connection.probe();
    this.#call.live?.wake();
  }

  // ── what I do ──────────────────────────────────────────────────────────────────────────────────

  /** How tall each person is drawn, in device pixels; 0: not visible. */
  see(heights: Heights): void {
    this.#watching.see(heights);
    this.#call.live?.draw(new Set([...heights].flatMap(([who, px]) => (px > 0 ? [who] : []))));
  }

  spare(lowData: boolean): void {
    this.#watching.spare(lowData);
    this.#tell({ kind: 'low_data', lowData });
  }

  say(text: string, to: Destination): void {
    if (this.#you !== null) this.#chat.say(this.#you, text, to);
  }

  discardOutgoing(id: number): void {
    this.#chat.discard(id);
  }

  retryOutgoing(id: number): void {
    if (this.#you !== null) this.#chat.retry(this.#you, id);
  }

  order(order: Order): void {
    if (this.#you !== null && !this.#ended) this.#connection.command(order);
  }

  /** One line, sealed; longer ones are told and not sent. */
  async caption(text: string): Promise<void> {
    if (this.#you === null || !isLength(text, 1, MAX_CAPTION_CHARACTERS)) {
      this.#tell({ kind: 'notice', code: { kind: 'message_too_long' } });
      return;
    }
    this.order({ t: 'caption', body: await this.#sealer.sealCaption(this.#you, text) });
  }

  offerContact(who: ParticipantId, text: string): void {
    if (this.#you !== null) this.sealed.offerContact(this.#opener.contacts, this.#you, who, text);
  }

  setTexts(texts: GroupTexts | null): void {
    this.sealed.setTexts(this.#keys, texts);
  }

  /** Media off, socket closed, nothing told any more; at once. */
  end(): void {
    this.#ended = true;
    this.#cancelLook?.();
    this.#connection.end();
    this.#watching.end();
    this.#call.end();
    this.#chat.end();
  }

  // ── what the connection tells ──────────────────────────────────────────────────────────────────

  told(message: Told): void {
    this.#afterAllBefore(() => this.#hear(message));
  }

  answered(command: Command, answer: Reply): void {
    this.#afterAllBefore(() => {
      this.#settle(command, answer);
    });
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
        const you = this.#you ?? '';
        const events = await this.#opener.events(message.events, you);
        if (events.some((event) => isAboutMyMedia(event, you))) this.#call.toldBack();
        this.#tell({ kind: 'happened', events, by: message.by });
        return;
      }
      case 'seats':
        this.#tell({ kind: 'seats', seats: message.seats });
        this.#call.live?.seats(message.seats);
        return;
      case 'speaking':
        this.#tell({ kind: 'speaking', who: message.who });
        return;
      case 'layers_unwanted':
        this.#call.live?.layersUnwanted(message.rids);
        return;
      case 'media_lost':
        this.#call.live?.transportLost();
    }
  }

  async #joined(message: Joined): Promise<void> {
    const isNew = message.you !== this.#you;
    this.#you = message.you;
    const wasTold = this.#call.isAsking ? null : this.#told();
    this.#call.toldBack();
    const { secret, meeting } = this.#memory.link;
    const call = this.#call.live;
    // Not awaited: the way to the media server is built while the seals are opened.
    if (isNew) void call?.joined(secret, meeting, message.you, message.ice_servers, message.answer);
    this.#joinedWithoutCall = call === null ? message : null;
    this.#keep(Uint8Array.from(message.resume));
    this.#watching.renew();
    this.#tell({ kind: 'speaking', who: [] }); // whoever speaks is told again
    if (message.snapshot !== null) {
      this.#tell({ kind: 'snapshot', snapshot: await this.#opener.snapshot(message.snapshot), wasTold });
      await this.#bringTexts(message.role, message.snapshot);
    }
  }

  /** The texts of the group travel in the links of its facilitators: whoever of them comes first lays them out. */
  async #bringTexts(role: Joined['role'], { texts, run_sheet: runSheet, status }: Snapshot): Promise<void> {
    const box = this.#memory.link.texts;
    if (role !== 'facilitator' || box === null || texts.length > 0 || status === 'debrief') return;
    const group = await openGroup(this.#keys, box);
    if (group === null) return;
    this.order({ t: 'set_texts', body: box });
    if (runSheet === null && group.plan.length > 0) this.sealed.setRunSheet(group.plan, []);
  }

  /** What the meeting last told of my media: to this page, or to the one before it was loaded again. */
  #told(): Media | null {
    const meeting = meetingOf(this.#listener.state());
    const mine = meeting === null ? null : me(meeting);
    if (mine === null) return this.#place?.told ?? null;
    return { mic: mine.mic, camera: mine.camera };
  }

  #keep(resume: Uint8Array<ArrayBuffer>): void {
    if (this.#profile === null) return;
    const { mic, camera } = this.#listener.state().wanted;
    const contact = this.#opener.contacts?.keys ?? null;
    this.#place = { resume, profile: this.#profile, mic, camera, told: this.#told() ?? NOTHING, contact };
    this.#listener.remember(this.#place);
  }

  #settle(command: Command, answer: Reply): void {
    const { id } = command;
    if (command.t === 'offer') {
      const number = this.#offers.get(id) ?? 0;
      this.#offers.delete(id);
      // Not awaited: of a transport that is closed meanwhile a browser never says that it has taken the answer.
      if (answer.t === 'answer') void this.#call.live?.offerAnswered(number, answer.sdp);
      else this.#call.live?.offerRefused(number);
    } else if (command.t === 'ask_grants') {
      // Refused: asked too soon, or no facilitator any more. What was told last stays.
      if (answer.t === 'grants') this.#tell({ kind: 'receptions', receptions: receptionsOf(answer) });
    } else if (isWritten(command)) {
      this.#chat.answered(id, answer);
    } else if (answer.t === 'refused') {
      this.#refused(command, answer.code);
    } else {
      this.#done.push(wordsOf(command));
      this.#done.splice(0, this.#done.length - DONE_KEPT);
    }
  }

  #refused(command: Command, code: string): void {
    const known = refusal(code);
    if (command.t === 'set_media') {
      this.#mediaRefused(code);
      return;
    }
    if (known === 'already_so' && !this.#wasFaster(command)) return;
    this.#tell({ kind: 'notice', code: { kind: 'refused', code: known } });
  }

  #mediaRefused(code: string): void {
    if (code === 'busy') {
      this.#surroundings.timers.after(ASK_MEDIA_AGAIN_MS, () => {
        if (this.#ended) return;
        this.#call.toldBack();
        this.#call.follow(this.#listener.state());
      });
      return;
    }
    // Paused, or sent to the lobby meanwhile: what is wanted is asked again when the view changes.
    this.#call.toldBack();
    if (code === 'mic_held') this.#tell({ kind: 'wanted', wanted: { mic: false } });
    if (code === 'camera_held') this.#tell({ kind: 'wanted', wanted: { camera: false } });
    if (code !== 'fault') return;
    const { mic, camera } = this.#told() ?? NOTHING;
    this.#tell({ kind: 'wanted', wanted: { mic, camera } });
    this.#tell({ kind: 'notice', code: { kind: 'refused', code: 'unknown' } });
  }

  /** Another facilitator has done it already. A double tap, or texts that both bring, are no news. */
  #wasFaster(command: Command): boolean {
    const meeting = meetingOf(this.#listener.state());
    if (meeting === null || !isFacilitator(meeting) || command.t === 'set_texts') return false;
    return !this.#done.includes(wordsOf(command));
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
      this.#tell({ kind: 'wanted', wanted: NOTHING });
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
    this.#place = this.#you = this.#profile = this.#joinedWithoutCall = null;
    this.#listener.remember(null);
    this.#withoutMedia = false;
    const { lowData } = this.#listener.state();
    this.#tell({ kind: 'link_read', role: this.#memory.link.role, returning: false });
    this.#tell({ kind: 'low_data', lowData });
    this.#tell({ kind: 'notice', code: { kind: 'place_gone' } });
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
    const meeting = meetingOf(this.#listener.state());
    this.#watching.pin(meeting === null ? null : (interpreter(meeting)?.id ?? null));
  }

  #keepWanted({ wanted }: AppState): void {
    if (this.#you === null || this.#place === null) return;
    if (isSame(wanted, this.#place) && isSame(this.#told() ?? NOTHING, this.#place.told)) return;
    this.#keep(this.#place.resume);
  }
}

/** The order without its number. */
function wordsOf(command: Command): string {
  return JSON.stringify({ ...command, id: 0 });
}
