/**
 * The one thing the screens talk to: methods for what a person does, and a state to show.
 *
 * Called by the screens only. Nothing here throws into them: what goes wrong becomes state.
 */
import type { AppState, DeviceKind, ParticipantId } from './state/model';

/** SIGNATURES, filled in next; constructing without arguments takes the browser's own surroundings. */
export declare class KithClient {
  get state(): AppState;
  /** Calls the listener at once and after every change (the contract of a Svelte store); returns the way to stop it. */
  subscribe(listener: (state: AppState) => void): () => void;

  /** Read the page: a link, a place to come back to after a reload, or neither (phase `start`). Call once. */
  start(): void;

  // ── starting a group ──
  /** phase start → creation `asking` → `made` with links, or `idle` with a problem. minutes null: the server's default. */
  createMeeting(minutes: number | null, organiserKey: string | null): void;
  /** Go to a link made or pasted here, without loading the page again. */
  open(link: string): void;

  // ── arriving ──
  /** Ask again who is there (also happens by itself every 15 s while phase is `arrived` or `preparing`). */
  look(): void;
  /** arrived → preparing; opens the named devices for the preview (asks the browser's permission). */
  prepare(devices: { readonly mic: boolean; readonly camera: boolean }): void;
  /** preparing → arrived; closes the preview. */
  backToArrived(): void;
  /** preparing → knocking → lobby or meeting. name: 1 … 40 characters. */
  knock(name: string, pronouns: string | null, agreed: boolean): void;
  /** over (where `canTryAgain`) → arriving. */
  tryAgain(): void;
  /** over → start; forgets everything. */
  startOver(): void;

  // ── my devices: in preparing, lobby and meeting ──
  toggleMic(): void;
  toggleCamera(): void;
  chooseDevice(kind: DeviceKind | 'speaker', id: string): void;
  /** After a tap, when `state.soundBlocked`. */
  allowSound(): void;
  /** What my camera shows now, to show to me only; null without a camera. Ask again when `devices.previewVersion` changes. */
  previewStream(): MediaStream | null;
  /** The picture of somebody; null when she has no seat. Sound is played by the client itself: mute the element.
   * Ask again when `meeting.seats` changes. */
  streamOf(who: ParticipantId): MediaStream | null;

  // ── in the meeting ──
  say(text: string): void;
  discardOutgoing(id: number): void;
  retryOutgoing(id: number): void;
  deleteMessage(number: number): void;
  leave(): void;
  /** Media stops at once, everything is forgotten, the page is replaced by a neutral one; Back does not return. */
  quickExit(): void;
  dismiss(notice: number): void;

  // ── facilitators ──
  admit(who: ParticipantId): void;
  deny(who: ParticipantId): void;
  sendToLobby(who: ParticipantId): void;
  mute(who: ParticipantId): void;
  allowMic(who: ParticipantId): void;
  stopCamera(who: ParticipantId): void;
  allowCamera(who: ParticipantId): void;
  lock(): void;
  unlock(): void;
  remove(who: ParticipantId): void;
  undoBar(who: ParticipantId): void;
  end(): void;
}
