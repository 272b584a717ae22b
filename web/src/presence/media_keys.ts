/**
 * The buttons of a headset, a lock screen or a small window: microphone, camera, leaving. They show a neutral title and no name.
 *
 * Called by `attend.ts`. Browsers that do not know a button refuse it, and the others stay.
 */
export interface KeysListener {
  toggleMic(): void;
  toggleCamera(): void;
  leave(): void;
}

/** As much of the browser's media session as is used; each browser knows another part of it. */
export interface KeysOf {
  setActionHandler(action: string, handler: (() => void) | null): void;
  setMicrophoneActive?(active: boolean): unknown;
  setCameraActive?(active: boolean): unknown;
}

export class MediaKeys {
  readonly #session: KeysOf | undefined;
  readonly #listener: KeysListener;
  #live = false;

  constructor(session: KeysOf | undefined, listener: KeysListener) {
    this.#session = session;
    this.#listener = listener;
  }

  /** on: what I send now; null: I am in no meeting, and the buttons are given back. */
  follow(on: { readonly mic: boolean; readonly camera: boolean } | null): void {
    if ((on !== null) !== this.#live) this.#hold(on !== null);
    if (on === null) return;
    this.#session?.setMicrophoneActive?.(on.mic);
    this.#session?.setCameraActive?.(on.camera);
  }

  #hold(live: boolean): void {
    this.#live = live;
    const listener = this.#listener;
    const buttons: Readonly<Record<string, () => void>> = {
      togglemicrophone: () => {
        listener.toggleMic();
      },
      togglecamera: () => {
        listener.toggleCamera();
      },
      hangup: () => {
        listener.leave();
      },
    };
    for (const [action, handler] of Object.entries(buttons)) {
      try {
        this.#session?.setActionHandler(action, live ? handler : null);
      } catch {
        // Not known here.
      }
    }
  }
}
