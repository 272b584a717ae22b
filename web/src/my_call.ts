/**
 * My part in the call, from the moment it is needed: loaded once, ended once, kept doing what the state says.
 *
 * Made by `visit.ts`; tells it through the listener of the call.
 */
import type { Call } from './call/call';
import type { AppState } from './state/model';
import { isSame, type Media, mediaFor, NOTHING } from './state/media_wish';
import { goesOn, me, meetingOf } from './state/selectors';

/** What a visit needs of a call; tests give another one. */
export type CallPort = Pick<Call, keyof Call>;

export class MyCall {
  readonly #make: () => Promise<CallPort>;
  /** Tell the meeting what I send from now on. */
  readonly #ask: (media: Media) => void;
  #coming: Promise<CallPort> | null = null;
  #live: CallPort | null = null;
  #sending = NOTHING;
  /** What was last asked and not yet told back. */
  #asked: Media | null = null;

  constructor(make: () => Promise<CallPort>, ask: (media: Media) => void) {
    this.#make = make;
    this.#ask = ask;
  }

  /** null: not needed yet, or not there yet. */
  get live(): CallPort | null {
    return this.#live;
  }

  /** Rejected when its code cannot be loaded; the next time it is tried again. */
  async need(): Promise<CallPort> {
    const coming = (this.#coming ??= this.#make());
    try {
      const call = await coming;
      if (this.#coming === coming) this.#live = call;
      else call.end();
      return call;
    } catch (error) {
      if (this.#coming === coming) this.#coming = null;
      throw error;
    }
  }

  end(): void {
    this.#live?.end();
    this.#coming = this.#live = null;
    this.#sending = NOTHING;
  }

  /** I asked for something, and the meeting has told nothing of it yet. */
  get isAsking(): boolean {
    return this.#asked !== null;
  }

  /** What the meeting told of my media is newer than what I asked. */
  toldBack(): void {
    this.#asked = null;
  }

  /** After every change: devices, transport and meeting follow what is wanted and allowed. */
  follow(state: AppState): void {
    this.#shutUnwanted(state);
    const media = mediaFor(state);
    if (!isSame(media, this.#sending)) {
      this.#sending = media;
      this.#live?.send(media);
    }
    const mine = state.phase.kind === 'meeting' ? me(state.phase.meeting) : null;
    const meeting = meetingOf(state);
    if (mine === null || meeting === null || !goesOn(meeting)) return;
    if (isSame(media, this.#asked ?? mine)) return;
    this.#asked = media;
    this.#ask(media);
  }

  #shutUnwanted({ wanted, devices }: AppState): void {
    for (const kind of ['mic', 'camera'] as const) {
      const isOpen = devices[kind] === 'on' || devices[kind] === 'asking';
      if (isOpen && !wanted[kind]) this.#live?.shut(kind);
    }
  }
}
