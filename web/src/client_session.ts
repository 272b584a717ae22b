/**
 * What a person does about chat and the session as a whole; one method for each command.
 *
 * The client is made of this and `client_circle.ts`, `client_rooms.ts`. What is written is sealed by the visit.
 */
import { RoomCommands } from './client_rooms';
import type { ParticipantId } from './state/model';
import type { ChatMode, GroupTexts, ResourcePlan, RunSheet, SegmentPlan } from './state/model_session';

export abstract class SessionCommands extends RoomCommands {
  // ── chat ───────────────────────────────────────────────────────────────────────────────────────

  /** To my room. */
  say(text: string): void {
    this.visit?.say(text, { kind: 'room' });
  }

  /** On a private line to the facilitators: mine, or for a facilitator somebody's. */
  sayOnLine(who: ParticipantId, text: string): void {
    this.visit?.say(text, { kind: 'line', who });
  }

  discardOutgoing(id: number): void {
    this.visit?.discardOutgoing(id);
  }

  retryOutgoing(id: number): void {
    this.visit?.retryOutgoing(id);
  }

  /** Of a held one: it is declined. */
  deleteMessage(number: number): void {
    this.visit?.order({ t: 'delete_message', message: number });
  }

  // ── captions and interpreting ──────────────────────────────────────────────────────────────────

  /** null: nobody. */
  nameCaptioner(who: ParticipantId | null): void {
    this.visit?.order({ t: 'name_captioner', who });
  }

  nameInterpreter(who: ParticipantId | null): void {
    this.visit?.order({ t: 'name_interpreter', who });
  }

  // ── the session ────────────────────────────────────────────────────────────────────────────────

  /** Once; `option` counts from 0. pulse: the number of the question that was looked at. */
  answerPulse(option: number, pulse: number): void {
    this.visit?.order({ t: 'answer_pulse', option, pulse });
  }

  /** What she gets if she chooses me too; again: replaces it. */
  offerContact(who: ParticipantId, text: string): void {
    this.visit?.offerContact(who, text);
  }

  withdrawContact(who: ParticipantId): void {
    this.act('withdraw_contact', who);
  }

  // ── facilitators: chat ─────────────────────────────────────────────────────────────────────────

  setChatMode(mode: ChatMode, was: ChatMode): void {
    this.visit?.order({ t: 'set_chat_mode', mode, was });
  }

  /** 0: no slow mode. */
  setSlowMode(ms: number, was: number): void {
    this.visit?.order({ t: 'set_slow_mode', ms, was });
  }

  approveMessage(number: number): void {
    this.visit?.order({ t: 'approve_message', message: number });
  }

  /** To everybody inside, whatever room they are in. */
  broadcast(text: string): void {
    this.visit?.say(text, { kind: 'everywhere' });
  }

  // ── facilitators: the session ──────────────────────────────────────────────────────────────────

  /** Empty: take it away. was: the one that was looked at, null if there was none; if it has changed meanwhile, nothing is. */
  setRunSheet(segments: readonly SegmentPlan[], was: RunSheet | null): void {
    this.visit?.sealed.setRunSheet(segments, was?.sealed ?? []);
  }

  /** What the group is called and agrees on, for whoever has a link; null: nothing. */
  setTexts(texts: GroupTexts | null): void {
    this.visit?.setTexts(texts);
  }

  /** null: no part is going on. was: as with `setRunSheet`. */
  goToSegment(index: number | null, was: RunSheet | null): void {
    this.visit?.sealed.goToSegment(index, was?.sealed ?? []);
  }

  /** All media and chat stop at once. */
  pause(): void {
    this.plain('pause');
  }

  goOn(): void {
    this.plain('go_on');
  }

  /** From now on. */
  setGuestTime(who: ParticipantId, ms: number): void {
    this.visit?.order({ t: 'set_guest_time', who, ms });
  }

  openPulse(question: string, answers: readonly string[]): void {
    this.visit?.sealed.openPulse(question, answers);
  }

  closePulse(pulse: number): void {
    this.visit?.order({ t: 'close_pulse', pulse });
  }

  handOut(resource: ResourcePlan): void {
    this.visit?.sealed.handOut(resource);
  }

  takeBack(resource: number): void {
    this.visit?.order({ t: 'take_back', resource });
  }

  openContacts(): void {
    this.plain('open_contacts');
  }

  /** Those who chose each other get what the other wrote; all else is erased. */
  closeContacts(): void {
    this.plain('close_contacts');
  }

  /** What everybody gets of the pictures, and why; told in `meeting.receptions`. At most once a second. */
  askGrants(): void {
    this.plain('ask_grants');
  }

  /** The group is over: everybody else leaves, all is erased, the facilitators stay. */
  beginDebrief(): void {
    this.plain('begin_debrief');
  }

  /** For all. */
  end(): void {
    this.plain('end');
  }
}
