/** Every state of the screens, by name; `tests/browser/test_gallery.py` looks at each of them. */
import type { AppState, Ending, Phase } from '../../state/model';
import type { PanelName } from '../meeting/panel';
import type { PrepareStep } from '../pages/steps';
import { AT_MS, QUIET, circle, led, meeting, message, open, people, person } from './people';

export interface Story {
  readonly state: AppState;
  readonly panel?: PanelName;
  readonly step?: PrepareStep;
}

const DEVICES_ON = {
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

function story(phase: Phase, changes: Partial<AppState> = {}): Story {
  return { state: { ...QUIET, ...changes, phase } };
}

const GREETING = {
  status: 'open',
  locked: false,
  facilitators: [open('Ruth'), open('Mia')],
  present: 5,
} as const;
const NOBODY = { status: 'waiting', locked: false, facilitators: [], present: 0 } as const;
const ORIGIN = 'https://meet.example.org/#';
const LINKS = {
  member: `${ORIGIN}eyJhbGciOiJIUzI1NiJ9.eyJtaWQiOiJhIn0.c2ln.member-secret`,
  facilitator: `${ORIGIN}eyJhbGciOiJIUzI1NiJ9.eyJtaWQiOiJhIn0.c2ln.facilitator-secret`,
  guest: `${ORIGIN}eyJhbGciOiJIUzI1NiJ9.eyJtaWQiOiJhIn0.c2ln.guest-secret`,
  expiresAtMs: AT_MS,
};

const SIX = people(6);
const [RUTH, ANA, MIA] = [person(0), person(1), person(2)];
const CHAT = [
  message(1, RUTH, 'Good evening, everybody. We begin in a few minutes.'),
  message(2, ANA, 'Hello from the nursery. I may have to go quiet for a feed.', true),
  message(
    3,
    MIA,
    'Same here. He slept for two hours though, which felt like a holiday.\n\nHow is everybody?',
  ),
  message(4, MIA, null),
  message(5, person(5), 'أهلاً، سعيدة بوجودي هنا'),
];
const WAITING = [
  person(20, { room: 'lobby', profile: open('Hannah', 'she/her') }),
  person(21, { room: 'lobby', profile: open('Bee'), returning: true }),
  person(22, { room: 'lobby', role: 'guest', profile: open('Dr. Osei') }),
];
const HELD = [
  ...SIX.slice(0, 4),
  person(4, { micAllowed: false, cameraAllowed: false }),
  person(5, { connected: false }),
];
const LISTENING = circle(['waiting', 'shared', 'sharing', 'waiting', 'later']);
const OFFERED = circle(['offered', 'shared', 'waiting', 'passed', 'waiting'], { leftMs: 25_000 });
const SHARING = circle(['sharing', 'shared', 'waiting', 'passed', 'waiting'], { leftMs: 130_000 });
const HER_SHARE = circle(['passed', 'shared', 'sharing', 'waiting', 'later'], { leftMs: 130_000 });
const AWAY = [...SIX.slice(0, 4), person(4, { away: true }), person(5)];
const UP = { raised: [MIA.id, person(4).id, person(5).id], fair: false, called: null };
const MUTED = { devices: QUIET.devices, wanted: QUIET.wanted } as const;

const BARRED = [
  { id: 'person-0030', profile: open('Guest123'), reason: 'removed' },
  { id: 'person-0031', profile: { kind: 'unreadable' }, reason: 'denied' },
] as const;

function preparing(
  step: PrepareStep,
  changes: Partial<AppState> = {},
  role: 'member' | 'facilitator' = 'member',
): Story {
  return { ...story({ kind: 'preparing', role, greeting: GREETING, problem: null }, changes), step };
}

function inMeeting(
  view: ReturnType<typeof meeting>,
  changes: Partial<AppState> = {},
  panel?: PanelName,
): Story {
  const told = story({ kind: 'meeting', meeting: view }, { ...TALKING, ...changes });
  return panel === undefined ? told : { ...told, panel };
}

function over(ending: Ending, canTryAgain: boolean): Story {
  return story({ kind: 'over', ending, canTryAgain });
}

export const STORIES: Readonly<Record<string, Story>> = {
  start: story({ kind: 'start', policy: 'open', creation: { kind: 'idle', problem: null } }),
  'start-key': story({
    kind: 'start',
    policy: 'organiser_key',
    creation: { kind: 'idle', problem: 'organiser_key_needed' },
  }),
  'start-asking': story({ kind: 'start', policy: 'open', creation: { kind: 'asking' } }),
  links: story({ kind: 'start', policy: 'open', creation: { kind: 'made', links: LINKS } }),
  arriving: story({ kind: 'arriving', role: 'member', returning: false }),
  returning: story({ kind: 'arriving', role: 'member', returning: true }),
  arrived: story({ kind: 'arrived', role: 'member', greeting: GREETING }),
  'arrived-nobody': story({ kind: 'arrived', role: 'member', greeting: NOBODY }),
  'arrived-locked': story({ kind: 'arrived', role: 'member', greeting: { ...GREETING, locked: true } }),
  'arrived-lead': story({ kind: 'arrived', role: 'facilitator', greeting: NOBODY }),
  agreement: preparing('agreement'),
  name: preparing('name'),
  devices: preparing('devices', { devices: DEVICES_ON }),
  'devices-off': preparing('devices'),
  'devices-denied': preparing('devices', {
    devices: { ...QUIET.devices, mic: 'denied', camera: 'missing' },
  }),
  'devices-asking': preparing('devices', { devices: { ...QUIET.devices, mic: 'asking' } }),
  'devices-unsupported': preparing('devices', { transport: 'unsupported' }),
  'devices-problem': {
    ...story({ kind: 'preparing', role: 'member', greeting: GREETING, problem: 'locked' }),
    step: 'devices',
  },
  knocking: { ...story({ kind: 'knocking', role: 'member', greeting: GREETING }), step: 'devices' },
  lobby: story({ kind: 'lobby', sentBack: false, meeting: meeting(1, { people: [RUTH] }) }),
  'lobby-nobody': story({ kind: 'lobby', sentBack: false, meeting: meeting(0, { status: 'waiting' }) }),
  'lobby-sent-back': story({ kind: 'lobby', sentBack: true, meeting: meeting(1, { people: [RUTH] }) }),
  alone: inMeeting(led(1, { speaking: [], seats: [], decrypting: [] })),
  two: inMeeting(meeting(2)),
  meeting: inMeeting(meeting(6, { people: HELD })),
  twelve: inMeeting(meeting(12)),
  twenty: inMeeting(meeting(20)),
  'not-encrypted': inMeeting(meeting(3, { decrypting: [], speaking: [] })),
  held: inMeeting(
    meeting(3, { people: [RUTH, person(1, { micAllowed: false, cameraAllowed: false }), MIA] }),
    { notices: [{ number: 1, code: { kind: 'mic_held' } }] },
  ),
  chat: inMeeting(
    meeting(6, {
      messages: CHAT,
      outgoing: [
        { id: 1, text: 'This one waits for the network.', refused: null },
        { id: 2, text: 'And this one was refused.', refused: 'too_large' },
      ],
    }),
    {},
    'chat',
  ),
  'chat-empty': inMeeting(meeting(2), {}, 'chat'),
  people: inMeeting(meeting(6, { people: HELD }), {}, 'people'),
  'lead-requests': inMeeting(led(6, { people: [...SIX, ...WAITING] })),
  'lead-people': inMeeting(
    led(6, { people: [...HELD, ...WAITING], barred: BARRED, locked: true }),
    {},
    'people',
  ),
  'lead-chat': inMeeting(led(3, { messages: CHAT }), {}, 'chat'),
  'circle-listening': inMeeting(meeting(6, { round: LISTENING, people: AWAY })),
  'circle-next': inMeeting(meeting(6, { round: circle(['waiting', 'shared', 'sharing', 'passed']) })),
  'circle-order': inMeeting(meeting(6, { round: LISTENING, people: AWAY }), {}, 'circle'),
  'circle-offered': inMeeting(meeting(6, { round: OFFERED }), MUTED),
  'circle-offered-again': inMeeting(meeting(6, { round: { ...OFFERED, secondOffer: true } })),
  'circle-sharing': inMeeting(meeting(6, { round: SHARING })),
  'circle-sharing-muted': inMeeting(meeting(6, { round: { ...SHARING, nudged: true } }), MUTED),
  'circle-sharing-chat': inMeeting(meeting(6, { round: SHARING, messages: CHAT }), {}, 'chat'),
  'circle-naming': inMeeting(meeting(6, { round: { ...SHARING, kind: 'nomination' } })),
  'circle-volunteers': inMeeting(
    meeting(6, {
      round: circle(['waiting', 'waiting', 'passed'], { kind: 'volunteers', phase: 'open' }),
    }),
  ),
  'circle-invited': inMeeting(
    meeting(6, { round: circle(['passed', 'shared', 'passed'], { phase: 'open', stage: 'invited' }) }),
  ),
  'circle-held': inMeeting(
    meeting(6, {
      round: { ...LISTENING, held: true },
      people: [...SIX.slice(0, 3), person(3, { connected: false }), ...SIX.slice(4)],
    }),
  ),
  'circle-resting': inMeeting(meeting(6, { round: circle(['shared', 'waiting'], { phase: 'resting' }) })),
  'floor-held': inMeeting(meeting(6, { round: LISTENING, floor: 'held' })),
  'floor-gentle': inMeeting(meeting(6, { round: LISTENING, floor: 'gentle' })),
  hands: inMeeting(meeting(6, { hands: UP })),
  'hand-called': inMeeting(meeting(6, { hands: { ...UP, called: ANA.id }, floor: 'held' })),
  away: inMeeting(meeting(6, { people: [RUTH, person(1, { away: true }), ...SIX.slice(2)] }), MUTED),
  'lead-circle-start': inMeeting(led(6, { hands: UP }), {}, 'circle'),
  'lead-circle': inMeeting(led(6, { round: HER_SHARE, people: AWAY, floor: 'held' }), {}, 'circle'),
  'lead-circle-closed': inMeeting(led(6, { round: { ...HER_SHARE, nudged: true } })),
  'lobby-admitted': story({
    kind: 'lobby',
    sentBack: false,
    meeting: meeting(1, { people: [RUTH, person(1, { room: 'lobby', admitted: true })] }),
  }),
  sound: inMeeting(meeting(4), { soundBlocked: true }),
  unsupported: inMeeting(meeting(4, { seats: [], decrypting: [] }), {
    transport: 'unsupported',
    devices: QUIET.devices,
    wanted: QUIET.wanted,
    sealing: false,
  }),
  listening: inMeeting(meeting(4), {
    devices: { ...QUIET.devices, mic: 'denied', camera: 'missing' },
    wanted: QUIET.wanted,
    sealing: false,
  }),
  reconnecting: inMeeting(meeting(4), { line: { kind: 'reconnecting', attempt: 2, sinceMs: 0 } }),
  recovering: inMeeting(meeting(4), { transport: 'recovering' }),
  notices: inMeeting(meeting(4), {
    notices: [
      { number: 1, code: { kind: 'device', device: 'mic', state: 'ended' } },
      { number: 2, code: { kind: 'plaintext_refused', who: 'person-0000' } },
    ],
  }),
  paused: inMeeting(meeting(4, { status: 'paused', speaking: [], decrypting: [] })),
  'paused-chat': inMeeting(meeting(4, { status: 'paused', speaking: [], messages: CHAT }), {}, 'chat'),
  'over-left': over({ kind: 'left' }, true),
  'over-removed': over({ kind: 'removed' }, true),
  'over-denied': over({ kind: 'denied' }, true),
  'over-ended': over({ kind: 'ended' }, false),
  'over-replaced': over({ kind: 'replaced' }, false),
  'over-idle': over({ kind: 'idle' }, true),
  'over-fault': over({ kind: 'fault' }, true),
  'over-malformed_link': over({ kind: 'link', code: 'malformed_link' }, false),
  'over-token_invalid': over({ kind: 'link', code: 'token_invalid' }, false),
  'over-token_expired': over({ kind: 'link', code: 'token_expired' }, false),
  'over-token_not_yet': over({ kind: 'link', code: 'token_not_yet' }, true),
  'over-version': over({ kind: 'link', code: 'version' }, false),
  'over-barred': over({ kind: 'link', code: 'barred' }, true),
};
