/**
 * What a person does in the circle: people, turns, hands and the floor; one method for each command.
 *
 * The client is made of this and `client_rooms.ts`, `client_session.ts`. Nothing here throws into the screens.
 */
import type { PersonAct, PlainAct, TurnAct } from './protocol/orders';
import type { Floor, ParticipantId, RoundKind } from './state/model';
import type { Visit } from './visit';

export abstract class CircleCommands {
  /** null: nobody is visited, and a command goes nowhere. */
  protected abstract get visit(): Visit | null;

  protected act(act: PersonAct, who: ParticipantId): void {
    this.visit?.order({ t: act, who });
  }

  protected plain(act: PlainAct): void {
    this.visit?.order({ t: act });
  }

  #turn(act: TurnAct, turn: number): void {
    this.visit?.order({ t: act, turn });
  }

  /** "Back soon": microphone and camera close, the place is kept. Coming back opens nothing. */
  setAway(away: boolean): void {
    this.visit?.order({ t: 'set_away', away });
  }

  raiseHand(): void {
    this.plain('raise_hand');
  }

  /** Mine, or anybody's by a facilitator; of somebody who was called on: she has finished. */
  lowerHand(who: ParticipantId): void {
    this.act('lower_hand', who);
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
    this.visit?.order({ t: 'name_next', turn, who });
  }

  /** A chat message that counts as my share. */
  shareInWriting(turn: number, text: string): void {
    this.visit?.say(text, { kind: 'turn', turn });
  }

  // ── facilitators: people ───────────────────────────────────────────────────────────────────────

  admit(who: ParticipantId): void {
    this.act('admit', who);
  }

  deny(who: ParticipantId): void {
    this.act('deny', who);
  }

  sendToLobby(who: ParticipantId): void {
    this.act('send_to_lobby', who);
  }

  /** Closed until allowed again; nobody can open another's. */
  mute(who: ParticipantId): void {
    this.act('mute', who);
  }

  allowMic(who: ParticipantId): void {
    this.act('allow_mic', who);
  }

  stopCamera(who: ParticipantId): void {
    this.act('stop_camera', who);
  }

  allowCamera(who: ParticipantId): void {
    this.act('allow_camera', who);
  }

  lock(): void {
    this.plain('lock');
  }

  unlock(): void {
    this.plain('unlock');
  }

  remove(who: ParticipantId): void {
    this.act('remove', who);
  }

  undoBar(who: ParticipantId): void {
    this.act('undo_bar', who);
  }

  // ── facilitators: the circle ───────────────────────────────────────────────────────────────────

  /** was: the one that was looked at; if it has changed meanwhile, nothing is. */
  setFloor(floor: Floor, was: Floor): void {
    this.visit?.order({ t: 'set_floor', floor, was });
  }

  callOn(who: ParticipantId): void {
    this.act('call_on', who);
  }

  orderHands(fair: boolean): void {
    this.visit?.order({ t: 'order_hands', fair });
  }

  /** Those named come first, then every other member. shareMs null: no limit. */
  startRound(
    kind: RoundKind,
    shareMs: number | null,
    order: readonly ParticipantId[],
    invitePassed: boolean,
  ): void {
    this.visit?.order({ t: 'start_round', kind, share_ms: shareMs, order, invite_passed: invitePassed });
  }

  /** was: the whole order that was looked at; if it has changed meanwhile, nothing is. */
  reorderRound(order: readonly ParticipantId[], was: readonly ParticipantId[]): void {
    this.visit?.order({ t: 'reorder_round', order, was });
  }

  /** turn: the one that was looked at; if another goes on meanwhile, nothing changes. */
  invitePassed(invite: boolean, turn: number): void {
    this.visit?.order({ t: 'invite_passed', invite, turn });
  }

  /** turn: as with `invitePassed`. */
  closeRound(turn: number): void {
    this.visit?.order({ t: 'close_round', turn });
  }

  /** As if the time of this turn were over; a share is ended, not skipped. */
  skipTurn(turn: number): void {
    this.#turn('skip_turn', turn);
  }

  admitBetweenShares(on: boolean): void {
    this.visit?.order({ t: 'admit_between_shares', on });
  }
}
