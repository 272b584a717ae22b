/**
 * From receive seats to people: whose picture is in which stream, and whose sound is played.
 *
 * Called by `call.ts`. Seats keep their tracks for the life of a transport; only who sits there changes.
 */
import type { ParticipantId, SeatState } from '../state/model';
import type { SeatTracks } from './peer';

/** What plays one seat's sound; the page's own audio elements in a browser. */
export interface Voice {
  play(): Promise<void>;
  /** Which loudspeaker. */
  direct(speakerId: string): Promise<void>;
  /** The browser stopped it by itself: a phone call, the screen was locked. */
  readonly paused: boolean;
  end(): void;
}

export type MakeVoice = (track: MediaStreamTrack) => Voice;

export function audioElementFor(track: MediaStreamTrack): Voice {
  const element = new Audio();
  element.srcObject = new MediaStream([track]);
  return {
    play: () => element.play(),
    direct: async (speakerId) => {
      if ('setSinkId' in element) await element.setSinkId(speakerId);
    },
    get paused() {
      return element.paused;
    },
    end: () => {
      element.pause();
      element.srcObject = null;
    },
  };
}

interface Place {
  readonly tracks: SeatTracks;
  readonly picture: MediaStream;
  voice: Voice | null;
}

export class SeatBoard {
  readonly #makeVoice: MakeVoice;
  readonly #blocked: (blocked: boolean) => void;
  #places: readonly Place[] = [];
  #seats: readonly SeatState[] = [];
  #speakerId: string | null = null;

  /** blocked: told whether the browser waits for a tap before it plays sound. */
  constructor(makeVoice: MakeVoice, blocked: (blocked: boolean) => void) {
    this.#makeVoice = makeVoice;
    this.#blocked = blocked;
  }

  /** The seats of a new transport; those of the old one fall silent. */
  useTracks(tracks: readonly SeatTracks[]): void {
    this.end();
    this.#places = tracks.map((one) => ({
      tracks: one,
      picture: new MediaStream([one.video]),
      voice: null,
    }));
    this.seat(this.#seats);
  }

  seat(seats: readonly SeatState[]): void {
    this.#seats = seats;
    this.#places.forEach((place, index) => {
      if ((seats[index]?.who ?? null) !== null && place.voice === null) this.#voice(place);
    });
  }

  /** null: she has no seat now. */
  pictureOf(who: ParticipantId): MediaStream | null {
    const index = this.#seats.findIndex((seat) => seat.who === who);
    return this.#places[index]?.picture ?? null;
  }

  /** After a tap: begin what the browser held back. */
  allow(): void {
    this.#blocked(false);
    for (const { voice } of this.#places) if (voice !== null) this.#play(voice);
  }

  /** The page is in sight again: what fell silent meanwhile goes on, or waits for a tap. */
  wake(): void {
    for (const { voice } of this.#places) if (voice?.paused === true) this.#play(voice);
  }

  /** Where everybody is heard; null: at the usual loudspeaker. */
  get speakerId(): string | null {
    return this.#speakerId;
  }

  /** Throws where this browser cannot, or the loudspeaker is gone: the earlier one goes on, for everybody. */
  async direct(speakerId: string): Promise<void> {
    const before = this.#speakerId ?? '';
    const voices = this.#places.flatMap(({ voice }) => (voice === null ? [] : [voice]));
    const done = await Promise.allSettled(voices.map((voice) => voice.direct(speakerId)));
    const failed = done.find((one) => one.status === 'rejected');
    if (failed === undefined) {
      this.#speakerId = speakerId;
      return;
    }
    for (const voice of voices) voice.direct(before).catch(() => undefined);
    throw failed.reason;
  }

  /** These loudspeakers are there. True: the chosen one is gone, and everybody is heard from the usual one. */
  moveIfGone(present: readonly string[]): boolean {
    if (this.#speakerId === null || present.length === 0 || present.includes(this.#speakerId)) return false;
    this.#speakerId = null;
    for (const { voice } of this.#places) if (voice !== null) void this.#playOn(voice);
    return true;
  }

  /** At the usual loudspeaker. Where the former one went away browsers pause, or play to nobody. */
  async #playOn(voice: Voice): Promise<void> {
    await voice.direct('').catch(() => undefined);
    this.#play(voice);
  }

  end(): void {
    for (const place of this.#places) {
      place.voice?.end();
      place.voice = null;
    }
    this.#places = [];
  }

  #voice(place: Place): void {
    const voice = this.#makeVoice(place.tracks.audio);
    place.voice = voice;
    if (this.#speakerId !== null) voice.direct(this.#speakerId).catch(() => undefined);
    this.#play(voice);
  }

  #play(voice: Voice): void {
    voice.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.#blocked(true);
    });
  }
}
