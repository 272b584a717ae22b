/**
 * What the device does while a meeting runs: the screen stays on, the buttons of a headset work.
 *
 * Loaded by `main.ts` after the first page is drawn. Follows the state and changes nothing in it.
 */
import type { KithClient } from '../client';
import type { AppState } from '../state/model';
import { mediaFor } from '../state/media_wish';
import { MediaKeys, type KeysOf } from './media_keys';
import { StayAwake } from './stay_awake';

export function attend(client: KithClient): void {
  const awake = new StayAwake('wakeLock' in navigator ? navigator.wakeLock : undefined);
  const session = 'mediaSession' in navigator ? (navigator.mediaSession as KeysOf) : undefined;
  const keys = new MediaKeys(session, {
    toggleMic: () => {
      client.toggleMic();
    },
    toggleCamera: () => {
      client.toggleCamera();
    },
    leave: () => {
      client.leave();
    },
  });
  const follow = (state: AppState): void => {
    const inside = state.phase.kind === 'meeting';
    awake.follow((inside || state.phase.kind === 'lobby') && document.visibilityState === 'visible');
    keys.follow(inside ? mediaFor(state) : null);
  };
  client.subscribe(follow);
  document.addEventListener('visibilitychange', () => {
    follow(client.state);
  });
}
