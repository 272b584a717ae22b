/**
 * What of mine may leave now, from what I want, what works and what is allowed; pure.
 *
 * Called by `visit.ts` after every change.
 */
import type { AppState } from './model';
import { me } from './selectors';

export interface Media {
  readonly mic: boolean;
  readonly camera: boolean;
}

/** In the lobby and while paused nothing leaves, and nothing without a transport. */
export function mediaFor({ phase, wanted, devices, transport }: AppState): Media {
  if (transport === 'none' || transport === 'unsupported') return { mic: false, camera: false };
  const mine = phase.kind === 'meeting' && phase.meeting.status === 'open' ? me(phase.meeting) : null;
  if (mine === null || mine.away) return { mic: false, camera: false };
  return {
    mic: wanted.mic && devices.mic === 'on' && mine.micAllowed,
    camera: wanted.camera && devices.camera === 'on' && mine.cameraAllowed,
  };
}

export function isSame(one: Media, other: Media): boolean {
  return one.mic === other.mic && one.camera === other.camera;
}
