/**
 * A small window over everything else, with whoever has the turn: for who cooks, feeds, or looks something up meanwhile.
 *
 * Called by `MeetingPage.svelte`. Whom it shows is decided by `state/calm.ts`; what is drawn is told to the server by `TileGrid`.
 */
import { untrack } from 'svelte';
import { onStage } from '../../state/calm';
import type { MeetingView, ParticipantId } from '../../state/model';

/** As much of a video element as is used. */
export type Picture = Pick<
  HTMLVideoElement,
  'srcObject' | 'play' | 'requestPictureInPicture' | 'addEventListener'
>;

function pictureHere(): Picture {
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  return video;
}

/** Whether this browser has such windows. */
export function hasSmallWindow(): boolean {
  return 'pictureInPictureEnabled' in document && document.pictureInPictureEnabled;
}

export class SmallWindow {
  readonly #streamOf: (who: ParticipantId) => MediaStream | null;
  readonly #makePicture: () => Picture;
  readonly #close: () => Promise<void>;
  #picture: Picture | null = null;
  #open = $state(false);
  #who = $state<ParticipantId | null>(null);

  constructor(
    streamOf: (who: ParticipantId) => MediaStream | null,
    makePicture = pictureHere,
    close = () => document.exitPictureInPicture(),
  ) {
    this.#streamOf = streamOf;
    this.#makePicture = makePicture;
    this.#close = close;
  }

  /** Who is in it; null: it is closed. Reactive. */
  get who(): ParticipantId | null {
    return this.#open ? this.#who : null;
  }

  /** Whoever has the turn has a picture that is here. */
  canShow(meeting: MeetingView): boolean {
    const who = onStage(meeting, null);
    return who !== null && this.#streamOf(who) !== null;
  }

  /** After a tap, browsers open no window unasked. Where no picture has come yet nothing happens, and one may tap again. */
  async begin(meeting: MeetingView): Promise<void> {
    const who = onStage(meeting, null);
    const stream = who === null ? null : this.#streamOf(who);
    if (stream === null) return;
    const picture = (this.#picture ??= this.#newPicture());
    this.#who = who;
    this.#show(picture, stream);
    // Not before its size is known: browsers refuse it then.
    await picture
      .play()
      .then(() => picture.requestPictureInPicture())
      .then(
        () => (this.#open = true),
        () => (picture.srcObject = null),
      );
  }

  /** After every change: another has the turn, or another stream flows in her seat. */
  follow(meeting: MeetingView): void {
    if (!this.#open || this.#picture === null) return;
    const who = onStage(
      meeting,
      untrack(() => this.#who),
    );
    this.#who = who;
    this.#show(this.#picture, who === null ? null : this.#streamOf(who));
  }

  /** The meeting is left, or she is in the lobby: nobody is to be seen any more. */
  end(): void {
    if (this.#picture === null) return;
    this.#picture.srcObject = null;
    if (this.#open) void this.#close().catch(() => undefined);
    this.#open = false;
  }

  #newPicture(): Picture {
    const picture = this.#makePicture();
    picture.addEventListener('leavepictureinpicture', () => {
      this.#open = false;
      picture.srcObject = null;
    });
    return picture;
  }

  #show(picture: Picture, stream: MediaStream | null): void {
    if (picture.srcObject === stream) return;
    picture.srcObject = stream;
    if (stream !== null) void picture.play().catch(() => undefined);
  }
}
