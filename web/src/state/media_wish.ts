/**
 * What of mine may leave now, from what I want, what works and what is allowed; pure.
 *
 * Called by `visit.ts` after every change.
 */
import type { OpenedEvent } from './facts';
import type { AppState, ParticipantId } from './model';
import { goesOn, me } from './selectors';

export interface Media {
  readonly mic: boolean;
  readonly camera: boolean;
}

export const NOTHING: Media = { mic: false, camera: false };

/** In the lobby and while paused nothing leaves, and nothing without a transport. */
export function mediaFor({ phase, wanted, devices, transport }: AppState): Media {
  if (transport === 'none' || transport === 'unsupported') return NOTHING;
  const mine = phase.kind === 'meeting' && goesOn(phase.meeting) ? me(phase.meeting) : null;
  if (mine === null || mine.away) return NOTHING;
  return {
    mic: wanted.mic && devices.mic === 'on' && mine.micAllowed,
    camera: wanted.camera && devices.camera === 'on' && mine.cameraAllowed,
  };
}

/** It tells what I send now: newer than what I asked. */
export function isAboutMyMedia(event: OpenedEvent, you: ParticipantId): boolean {
  if (event.t === 'person_changed') return event.person.id === you;
  return (event.t === 'media_set' || event.t === 'media_allowed') && event.who === you;
}

export function isSame(one: Media, other: Media): boolean {
  return one.mic === other.mic && one.camera === other.camera;
}
