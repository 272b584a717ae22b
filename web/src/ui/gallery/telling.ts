/** How a story of the gallery is told: a state, and where the screen begins. */
import type { AppState, MeetingView, Phase } from '../../state/model';
import type { PanelName } from '../meeting/panel';
import type { PrepareStep } from '../pages/steps';
import { QUIET } from './people';

export interface Story {
  readonly state: AppState;
  readonly panel?: PanelName;
  readonly step?: PrepareStep;
  readonly calm?: boolean;
  /** The help card is open, with this country; empty: none is chosen; null: the list could not be had. */
  readonly help?: string | null;
  /** What was tapped since, one after the other: `data-testid`; `data-testid=value` was chosen in a list. */
  readonly taps?: readonly string[];
}

export const DEVICES_ON = {
  ...QUIET.devices,
  mic: 'on',
  camera: 'on',
  micLevel: 6,
  mics: [
    { id: 'a', label: 'Built-in microphone' },
    { id: 'b', label: '' },
  ],
  micId: 'a',
} as const;
const TALKING = { devices: DEVICES_ON, wanted: { mic: true, camera: true }, sealing: true } as const;

export function story(phase: Phase, changes: Partial<AppState> = {}): Story {
  return { state: { ...QUIET, ...changes, phase } };
}

/** The same with what somebody has tapped since: a dialog, a form that unfolds. */
export function tapped(told: Story, ...taps: readonly string[]): Story {
  return { ...told, taps };
}

export function inMeeting(view: MeetingView, changes: Partial<AppState> = {}, panel?: PanelName): Story {
  const told = story({ kind: 'meeting', meeting: view }, { ...TALKING, ...changes });
  return panel === undefined ? told : { ...told, panel };
}
