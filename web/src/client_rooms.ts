/**
 * What a person does about rooms: breakouts, quiet rooms, asking for someone; one method for each command.
 *
 * The client is made of this and `client_circle.ts`, `client_session.ts`. Who is moved is told by a new snapshot.
 */
import { CircleCommands } from './client_circle';
import type { ParticipantId, RoomId } from './state/model';
import type { BreakoutPlan, Breakouts } from './state/model_rooms';

export abstract class RoomCommands extends CircleCommands {
  // ── everybody ──────────────────────────────────────────────────────────────────────────────────

  /** Only facilitators see it. */
  askForSomeone(): void {
    this.plain('ask_for_someone');
  }

  /** It is all right again. */
  withdrawNeed(): void {
    this.plain('withdraw_need');
  }

  /** Both go back to their places, microphone and camera off. */
  endQuiet(): void {
    this.plain('end_quiet');
  }

  /** Go to this room, at once where they are open. null: stay in the main room, or come back to it. */
  answerBreakout(room: RoomId | null): void {
    this.visit?.order({ t: 'answer_breakout', room });
  }

  /** From a breakout. */
  callFacilitator(): void {
    this.plain('call_facilitator');
  }

  // ── facilitators ───────────────────────────────────────────────────────────────────────────────

  acceptNeed(who: ParticipantId): void {
    this.act('accept_need', who);
  }

  /** Welcome somebody from the lobby, one to one. */
  greet(who: ParticipantId): void {
    this.act('greet', who);
  }

  takeAside(who: ParticipantId): void {
    this.act('take_aside', who);
  }

  /** Show a plan to those it is for; one that was not opened is replaced. Planning again draws again.
   *  was: the plan that was looked at, null if there was none; if it has changed meanwhile, nothing is. */
  planBreakouts(plan: BreakoutPlan, was: Breakouts | null): void {
    const [seed = 0] = crypto.getRandomValues(new Uint32Array(1));
    this.visit?.sealed.planBreakouts(plan, seed, roomsOf(was));
  }

  dropPlan(was: Breakouts): void {
    this.visit?.order({ t: 'drop_plan', was: roomsOf(was) });
  }

  /** Whoever said that she goes is moved now. */
  openBreakouts(was: Breakouts): void {
    this.visit?.order({ t: 'open_breakouts', was: roomsOf(was) });
  }

  /** null: the main room. Who is in a room already is moved. */
  assignRoom(who: ParticipantId, room: RoomId | null): void {
    this.visit?.order({ t: 'assign_room', who, room });
  }

  setHost(room: RoomId, who: ParticipantId | null): void {
    this.visit?.order({ t: 'set_host', room, who });
  }

  /** Also `main`. Being seen there announces me. */
  enterRoom(room: RoomId): void {
    this.visit?.order({ t: 'enter_room', room });
  }

  extendBreakouts(ms: number, was: Breakouts): void {
    this.visit?.order({ t: 'extend_breakouts', ms, was: roomsOf(was) });
  }

  /** All back to the main room, at once or after the notice. */
  recallBreakouts(atOnce: boolean, was: Breakouts): void {
    this.visit?.order({ t: 'recall_breakouts', at_once: atOnce, was: roomsOf(was) });
  }
}

/** A plan is known by its rooms: their numbers are never used again. */
function roomsOf(plan: Breakouts | null): readonly RoomId[] {
  return plan?.rooms.map(({ id }) => id) ?? [];
}
