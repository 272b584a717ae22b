/**
 * The one thing the screens talk to: methods for what a person does, and a state to show.
 *
 * Called by the screens only. Arriving, devices and leaving are here; what one does inside is in the commands it extends.
 * Nothing here throws into the screens: what goes wrong becomes state.
 */
import { SessionCommands } from './client_session';
import { askTerms, create } from './creation';
import { type Link, newDevice, parseLink } from './crypto/secrets';
import type { AppState, DeviceKind, Ending, GroupWish, ParticipantId } from './state/model';
import { type Found, PageMemory, type Remembered } from './state/page_memory';
import { type Listener, Store } from './state/store';
import { browser, type Surroundings } from './surroundings';
import type { Heights } from './watching';
import type { Visit } from './visit';
import type { VisitListener } from './visit_surroundings';

export class KithClient extends SessionCommands {
  readonly #surroundings: Surroundings;
  readonly #memory: PageMemory;
  readonly #store = new Store();
  #visit: Visit | null = null;
  /** Rises with every visit, so that one whose code came late does not begin. */
  #visits = 0;
  #remembered: Remembered | null = null;

  constructor(surroundings: Surroundings = browser()) {
    super();
    this.#surroundings = surroundings;
    this.#memory = new PageMemory(surroundings.page);
  }

  protected get visit(): Visit | null {
    return this.#visit;
  }

  get state(): AppState {
    return this.#store.state;
  }

  /** Calls the listener at once and after every change (the contract of a Svelte store); returns the way to stop it. */
  subscribe(listener: Listener): () => void {
    return this.#store.subscribe(listener);
  }

  /** Read the page: a link, a place to come back to after a reload, or neither (phase `start`). Call once. */
  start(): void {
    this.#surroundings.watch({
      addressChanged: () => {
        const found = this.#memory.followed();
        if (found.kind !== 'nothing') this.#begin(found);
      },
      entryChanged: () => {
        this.#memory.entryChanged();
      },
      networkChanged: () => this.#visit?.networkChanged(),
      inSight: () => this.#visit?.wake(),
    });
    this.#begin(this.#memory.find());
  }

  #begin(found: Found): void {
    switch (found.kind) {
      case 'link':
        this.#arrive({ link: found.link, device: newDevice(), loads: 0, place: null });
        return;
      case 'bad_link':
        this.#end({ kind: 'link', code: 'malformed_link' }, false);
        return;
      case 'remembered':
        this.#arrive({ ...found.remembered, loads: found.remembered.loads + 1 });
        return;
      case 'nothing':
        this.#askTerms();
    }
  }

  // ── what I see ─────────────────────────────────────────────────────────────────────────────────

  /** How tall each person is drawn, in device pixels; 0: not visible, and nothing of her is sent. */
  see(heights: Heights): void {
    this.#visit?.see(heights);
  }

  /** Little shall come: she pays for it, or the network is slow. */
  spareData(lowData: boolean): void {
    this.#visit?.spare(lowData);
  }

  // ── starting a group ───────────────────────────────────────────────────────────────────────────

  #askTerms(): void {
    void askTerms(this.#surroundings.fetch).then((terms) => {
      if (terms !== null) this.#store.dispatch({ kind: 'terms', ...terms });
    });
  }

  /** phase start → creation `asking` → `made` with links, or `idle` with a problem. */
  createMeeting(wish: GroupWish): void {
    const { fetch, origin } = this.#surroundings;
    this.#store.dispatch({ kind: 'creation', creation: { kind: 'asking' } });
    void create(fetch, origin, wish).then((creation) => {
      this.#store.dispatch({ kind: 'creation', creation });
    });
  }

  /** Go to a link made or pasted here, without loading the page again. */
  open(link: string): void {
    const parsed: Link | null = parseLink(link);
    if (parsed === null) this.#end({ kind: 'link', code: 'malformed_link' }, false);
    else this.#arrive({ link: parsed, device: newDevice(), loads: 0, place: null });
  }

  // ── arriving ───────────────────────────────────────────────────────────────────────────────────

  #arrive(remembered: Remembered): void {
    this.#visit?.end();
    this.#visit = null;
    this.#visits += 1;
    const number = this.#visits;
    this.#remembered = remembered;
    this.#memory.keep(remembered);
    const { place, link } = remembered;
    this.#store.dispatch({ kind: 'link_read', role: link.role, returning: place !== null });
    this.#surroundings.makeVisit(remembered, this.#listenerOf(number)).then(
      (visit) => {
        if (number !== this.#visits) return;
        this.#visit = visit;
        if (place === null) visit.look();
        else this.#run(visit.comeBack(place));
      },
      () => {
        // The code could not be loaded: as if the network were gone, and she may try again.
        if (number === this.#visits) this.#end({ kind: 'fault' }, true);
      },
    );
  }

  #listenerOf(number: number): VisitListener {
    return {
      dispatch: this.#store.dispatch,
      state: () => this.#store.state,
      remember: (place) => {
        if (number !== this.#visits || this.#remembered === null) return;
        this.#remembered = { ...this.#remembered, place };
        this.#memory.keep(this.#remembered);
      },
      over: (ending, canTryAgain) => {
        if (number === this.#visits) this.#end(ending, canTryAgain);
      },
    };
  }

  /** Nothing of the meeting stays in the page's history; the link stays here only where it may be tried again. */
  #end(ending: Ending, canTryAgain: boolean): void {
    this.#visits += 1;
    this.#visit?.end();
    this.#visit = null;
    this.#memory.clear();
    if (!canTryAgain) this.#remembered = null;
    this.#store.dispatch({ kind: 'over', ending, canTryAgain });
  }

  /** Ask again who is there (also happens by itself every 15 s while phase is `arrived` or `preparing`). */
  look(): void {
    this.#visit?.look();
  }

  /** arrived → preparing; opens the named devices for the preview (asks the browser's permission). */
  prepare(devices: { readonly mic: boolean; readonly camera: boolean }): void {
    this.#run(this.#visit?.prepare(devices));
  }

  /** preparing → arrived; closes the preview. */
  backToArrived(): void {
    this.#visit?.backToArrived();
  }

  /** preparing → knocking → lobby or meeting. name: 1 … 40 characters. */
  knock(name: string, pronouns: string | null, agreed: boolean): void {
    const own = name.trim();
    if (own === '') this.#store.dispatch({ kind: 'notice', code: { kind: 'name_missing' } });
    else if (!agreed) this.#store.dispatch({ kind: 'notice', code: { kind: 'agreement_missing' } });
    else
      this.#run(
        this.#visit?.knock(own, pronouns === null || pronouns.trim() === '' ? null : pronouns.trim()),
      );
  }

  /** over (where `canTryAgain`) → arriving; a page older than the server is loaded again and goes on with the same link and place. */
  tryAgain(): void {
    const { phase } = this.state;
    if (phase.kind !== 'over' || this.#remembered === null) return;
    if (phase.ending.kind === 'link' && phase.ending.code === 'version') {
      this.#memory.keep(this.#remembered);
      this.#surroundings.loadAgain();
      return;
    }
    this.#arrive({ ...this.#remembered, loads: this.#remembered.loads + 1, place: null });
  }

  /** over → start; forgets everything. */
  startOver(): void {
    if (this.state.phase.kind !== 'over') return;
    this.#remembered = null;
    this.#memory.clear();
    this.#store.dispatch({ kind: 'no_link' });
    this.#askTerms();
  }

  // ── my devices: in preparing, lobby and meeting ────────────────────────────────────────────────

  toggleMic(): void {
    this.#run(this.#visit?.toggle('mic'));
  }

  toggleCamera(): void {
    this.#run(this.#visit?.toggle('camera'));
  }

  chooseDevice(kind: DeviceKind | 'speaker', id: string): void {
    this.#run(this.#visit?.choose(kind, id));
  }

  /** After a tap: a soft tone through the chosen loudspeaker. */
  testSpeaker(): void {
    this.#run(this.#visit?.testSpeaker());
  }

  /** After a tap, when `selectors.interrupted`: opens again what a call or another program took. */
  takeUp(): void {
    this.#run(this.#visit?.takeUp());
  }

  /** After a tap, when `state.soundBlocked`. */
  allowSound(): void {
    this.#visit?.call?.allowSound();
  }

  /** What my camera shows now, to show to me only; null without a camera. Ask again when `devices.previewVersion` changes. */
  previewStream(): MediaStream | null {
    return this.#visit?.call?.preview ?? null;
  }

  /** The picture of somebody; null when she has no seat. Sound is played by the client itself: mute the element.
   * Ask again when `meeting.seats` changes. */
  streamOf(who: ParticipantId): MediaStream | null {
    return this.#visit?.call?.pictureOf(who) ?? null;
  }

  /** Whoever is named for captions: one line to those who hear her. */
  caption(text: string): void {
    const line = text.trim();
    if (line !== '') this.#run(this.#visit?.caption(line));
  }

  /** She may come in again until the page is closed: the link stays in this page's memory, and in nothing that outlives it. */
  leave(): void {
    this.#end({ kind: 'left' }, true);
  }

  /** Media stops at once, everything is forgotten, the page is replaced by a neutral one; Back does not return. */
  quickExit(): void {
    this.#end({ kind: 'left' }, false);
    this.#surroundings.goElsewhere();
  }

  dismiss(notice: number): void {
    this.#store.dispatch({ kind: 'dismissed', number: notice });
  }

  /** What the browser refuses in between is already told as a state; the rest is a bug, for the console. */
  #run(doing: Promise<void> | undefined): void {
    doing?.catch((error: unknown) => {
      reportError(error);
    });
  }
}
