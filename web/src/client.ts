/**
 * The one thing the screens talk to: methods for what a person does, and a state to show.
 *
 * Called by the screens only. Nothing here throws into them: what goes wrong becomes state.
 */
import { askPolicy, create } from './creation';
import { type Link, newDevice, parseLink } from './crypto/secrets';
import type { PersonAct, TurnAct } from './protocol/messages';
import type { AppState, DeviceKind, Ending, Floor, ParticipantId, RoundKind } from './state/model';
import { PageMemory, type Remembered } from './state/page_memory';
import { type Listener, Store } from './state/store';
import { browser, type Surroundings } from './surroundings';
import type { Visit } from './visit';

export class KithClient {
  readonly #surroundings: Surroundings;
  readonly #memory: PageMemory;
  readonly #store = new Store();
  #visit: Visit | null = null;
  /** Rises with every visit, so that one whose code came late does not begin. */
  #visits = 0;
  #remembered: Remembered | null = null;

  constructor(surroundings: Surroundings = browser()) {
    this.#surroundings = surroundings;
    this.#memory = new PageMemory(surroundings.page);
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
        this.#readAddress(true);
      },
      networkChanged: () => this.#visit?.networkChanged(),
      inSight: () => this.#visit?.wake(),
    });
    this.#readAddress(false);
  }

  #readAddress(again: boolean): void {
    const found = this.#memory.find();
    switch (found.kind) {
      case 'link':
        this.#arrive({ link: found.link, device: newDevice(), loads: 0, place: null });
        return;
      case 'bad_link':
        this.#end({ kind: 'link', code: 'malformed_link' }, false);
        return;
      case 'remembered':
        if (!again) this.#arrive({ ...found.remembered, loads: found.remembered.loads + 1 });
        return;
      case 'nothing':
        if (!again) this.#askPolicy();
    }
  }

  // ── starting a group ───────────────────────────────────────────────────────────────────────────

  #askPolicy(): void {
    void askPolicy(this.#surroundings.fetch).then((policy) => {
      if (policy !== null) this.#store.dispatch({ kind: 'policy', policy });
    });
  }

  /** phase start → creation `asking` → `made` with links, or `idle` with a problem. minutes null: the server's default. */
  createMeeting(minutes: number | null, organiserKey: string | null): void {
    const { fetch, origin } = this.#surroundings;
    this.#store.dispatch({ kind: 'creation', creation: { kind: 'asking' } });
    void create(fetch, origin, minutes, organiserKey).then((creation) => {
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

  #listenerOf(number: number): ConstructorParameters<typeof Visit>[2] {
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

  /** over (where `canTryAgain`) → arriving. */
  tryAgain(): void {
    const { phase } = this.state;
    if (phase.kind !== 'over' || this.#remembered === null) return;
    this.#arrive({ ...this.#remembered, loads: this.#remembered.loads + 1, place: null });
  }

  /** over → start; forgets everything. */
  startOver(): void {
    if (this.state.phase.kind !== 'over') return;
    this.#remembered = null;
    this.#memory.clear();
    this.#store.dispatch({ kind: 'no_link' });
    this.#askPolicy();
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

  // ── in the meeting ─────────────────────────────────────────────────────────────────────────────

  say(text: string): void {
    this.#visit?.say(text);
  }

  discardOutgoing(id: number): void {
    this.#visit?.discardOutgoing(id);
  }

  retryOutgoing(id: number): void {
    this.#visit?.retryOutgoing(id);
  }

  deleteMessage(number: number): void {
    this.#visit?.order({ t: 'delete_message', message: number });
  }

  /** "Back soon": microphone and camera close, the place is kept. Coming back opens nothing. */
  setAway(away: boolean): void {
    this.#visit?.order({ t: 'set_away', away });
  }

  raiseHand(): void {
    this.#visit?.order({ t: 'raise_hand' });
  }

  /** Mine, or anybody's by a facilitator; of somebody who was called on: she has finished. */
  lowerHand(who: ParticipantId): void {
    this.#act('lower_hand', who);
  }

  // ── turns: every command names the turn it speaks of ───────────────────────────────────────────

  /** The microphone stays as it is. */
  takeTurn(turn: number): void {
    this.#turn('take_turn', turn);
  }

  passTurn(turn: number): void {
    this.#turn('pass_turn', turn);
  }

  comeBackLater(turn: number): void {
    this.#turn('come_back_later', turn);
  }

  endShare(turn: number): void {
    this.#turn('end_share', turn);
  }

  /** A minute more. */
  extendShare(turn: number): void {
    this.#turn('extend_share', turn);
  }

  nameNext(turn: number, who: ParticipantId): void {
    this.#visit?.order({ t: 'name_next', turn, who });
  }

  /** A chat message that counts as my share. */
  shareInWriting(turn: number, text: string): void {
    this.#visit?.say(text, turn);
  }

  leave(): void {
    this.#end({ kind: 'left' }, false);
  }

  /** Media stops at once, everything is forgotten, the page is replaced by a neutral one; Back does not return. */
  quickExit(): void {
    this.#end({ kind: 'left' }, false);
    this.#surroundings.goElsewhere();
  }

  dismiss(notice: number): void {
    this.#store.dispatch({ kind: 'dismissed', number: notice });
  }

  // ── facilitators ───────────────────────────────────────────────────────────────────────────────

  admit(who: ParticipantId): void {
    this.#act('admit', who);
  }

  deny(who: ParticipantId): void {
    this.#act('deny', who);
  }

  sendToLobby(who: ParticipantId): void {
    this.#act('send_to_lobby', who);
  }

  /** Closed until allowed again; nobody can open another's. */
  mute(who: ParticipantId): void {
    this.#act('mute', who);
  }

  allowMic(who: ParticipantId): void {
    this.#act('allow_mic', who);
  }

  stopCamera(who: ParticipantId): void {
    this.#act('stop_camera', who);
  }

  allowCamera(who: ParticipantId): void {
    this.#act('allow_camera', who);
  }

  lock(): void {
    this.#visit?.order({ t: 'lock' });
  }

  unlock(): void {
    this.#visit?.order({ t: 'unlock' });
  }

  remove(who: ParticipantId): void {
    this.#act('remove', who);
  }

  undoBar(who: ParticipantId): void {
    this.#act('undo_bar', who);
  }

  end(): void {
    this.#visit?.order({ t: 'end' });
  }

  setFloor(floor: Floor): void {
    this.#visit?.order({ t: 'set_floor', floor });
  }

  callOn(who: ParticipantId): void {
    this.#act('call_on', who);
  }

  orderHands(fair: boolean): void {
    this.#visit?.order({ t: 'order_hands', fair });
  }

  /** Those named come first, then every other member. shareMs null: no limit. */
  startRound(
    kind: RoundKind,
    shareMs: number | null,
    order: readonly ParticipantId[],
    invitePassed: boolean,
  ): void {
    this.#visit?.order({ t: 'start_round', kind, share_ms: shareMs, order, invite_passed: invitePassed });
  }

  reorderRound(order: readonly ParticipantId[]): void {
    this.#visit?.order({ t: 'reorder_round', order });
  }

  invitePassed(invite: boolean): void {
    this.#visit?.order({ t: 'invite_passed', invite });
  }

  closeRound(): void {
    this.#visit?.order({ t: 'close_round' });
  }

  /** As if the time of this turn were over; a share is ended, not skipped. */
  skipTurn(turn: number): void {
    this.#turn('skip_turn', turn);
  }

  admitBetweenShares(on: boolean): void {
    this.#visit?.order({ t: 'admit_between_shares', on });
  }

  #turn(act: TurnAct, turn: number): void {
    this.#visit?.order({ t: act, turn });
  }

  #act(act: PersonAct, who: ParticipantId): void {
    this.#visit?.order({ t: act, who });
  }

  /** What the browser refuses in between is already told as a state; the rest is a bug, for the console. */
  #run(doing: Promise<void> | undefined): void {
    doing?.catch((error: unknown) => {
      reportError(error);
    });
  }
}
