/** Every state of the screens, by name; `tests/browser/test_gallery.py` looks at each of them. */
import type { AppState, Ending } from '../../state/model';
import type { GroupTexts } from '../../state/model_session';
import type { PrepareStep } from '../pages/steps';
import { MINUTE_MS } from '../session_words';
import { AT_MS, QUIET, circle, led, meeting, message, open, people, person } from './people';
import { CARE_STORIES } from './stories_of_care';
import { LEADING_STORIES } from './stories_of_leading';
import { HELP_STORIES } from './stories_of_help';
import { ROOM_STORIES } from './stories_of_rooms';
import { SESSION_STORIES } from './stories_of_the_session';
import { TROUBLE_STORIES } from './stories_of_trouble';
import { DEVICES_ON, inMeeting, story, tapped, type Story } from './telling';

const GREETING = {
  status: 'open',
  locked: false,
  facilitators: [open('Ruth'), open('Mia')],
  present: 5,
  group: null,
} as const;
const NOBODY = { status: 'waiting', locked: false, facilitators: [], present: 0, group: null } as const;
/** Of a group that says something of itself. */
const GROUP: GroupTexts = {
  title: 'Tuesday mothers',
  agreement: [
    'What is said here stays here.',
    'We do not give advice unless somebody asks.',
    'Babies may cry.',
  ],
  plan: [
    { kind: 'gathering', title: '', lengthMs: 5 * MINUTE_MS, floor: 'open', chat: 'open' },
    { kind: 'round', title: 'Check-in round', lengthMs: 20 * MINUTE_MS, floor: 'held', chat: 'open' },
    { kind: 'closing', title: 'One good thing', lengthMs: 10 * MINUTE_MS, floor: 'held', chat: 'open' },
  ],
};
const ORIGIN = 'https://meet.example.org/#';
const LINKS = {
  members: { kind: 'shared', link: `${ORIGIN}eyJhbGciOiJIUzI1NiJ9.eyJtaWQiOiJhIn0.c2ln.member-secret` },
  facilitator: `${ORIGIN}eyJhbGciOiJIUzI1NiJ9.eyJtaWQiOiJhIn0.c2ln.facilitator-secret`,
  guest: `${ORIGIN}eyJhbGciOiJIUzI1NiJ9.eyJtaWQiOiJhIn0.c2ln.guest-secret`,
  expiresAtMs: AT_MS,
  lengthMin: 75,
  title: '',
} as const;
const OWN_LINKS = {
  kind: 'own',
  links: Array.from(
    { length: 8 },
    (_, n) => `${ORIGIN}eyJhbGciOiJIUzI1NiJ9.eyJtaWQiOiJhIn0.c2ln.member-${String(n)}`,
  ),
} as const;

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

const NOTHING_KEPT = { resources: [], contacts: [], pulse: null } as const;

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

function over(ending: Ending, canTryAgain: boolean): Story {
  return story({ kind: 'over', ending, canTryAgain, keepsakes: NOTHING_KEPT });
}

export const STORIES: Readonly<Record<string, Story>> = {
  start: story({ kind: 'start', policy: 'open', mostPeople: 50, creation: { kind: 'idle', problem: null } }),
  'start-key': story({
    kind: 'start',
    policy: 'organiser_key',
    mostPeople: 50,
    creation: { kind: 'idle', problem: 'organiser_key_needed' },
  }),
  'start-asking': story({ kind: 'start', policy: 'open', mostPeople: 50, creation: { kind: 'asking' } }),
  'start-planned': tapped(
    story({ kind: 'start', policy: 'open', mostPeople: 50, creation: { kind: 'idle', problem: null } }),
    'start-plan=guest',
    'start-length=own',
  ),
  'start-own-links': tapped(
    story({
      kind: 'start',
      policy: 'open',
      mostPeople: 50,
      creation: { kind: 'idle', problem: 'too_many_people' },
    }),
    'start-own',
  ),
  'start-shared': story({
    kind: 'start',
    policy: 'open',
    mostPeople: 0,
    creation: { kind: 'idle', problem: null },
  }),
  links: story({ kind: 'start', policy: 'open', mostPeople: 50, creation: { kind: 'made', links: LINKS } }),
  'links-named': story({
    kind: 'start',
    policy: 'open',
    mostPeople: 50,
    creation: { kind: 'made', links: { ...LINKS, title: GROUP.title } },
  }),
  'links-own': story({
    kind: 'start',
    policy: 'open',
    mostPeople: 50,
    creation: { kind: 'made', links: { ...LINKS, members: OWN_LINKS } },
  }),
  arriving: story({ kind: 'arriving', role: 'member', returning: false }),
  returning: story({ kind: 'arriving', role: 'member', returning: true }),
  arrived: story({ kind: 'arrived', role: 'member', greeting: GREETING }),
  'arrived-nobody': story({ kind: 'arrived', role: 'member', greeting: NOBODY }),
  'arrived-locked': story({ kind: 'arrived', role: 'member', greeting: { ...GREETING, locked: true } }),
  'arrived-lead': story({ kind: 'arrived', role: 'facilitator', greeting: NOBODY }),
  'arrived-group': story({ kind: 'arrived', role: 'member', greeting: { ...GREETING, group: GROUP } }),
  agreement: preparing('agreement'),
  'agreement-own': {
    ...story({
      kind: 'preparing',
      role: 'member',
      greeting: { ...GREETING, group: GROUP },
      problem: null,
    }),
    step: 'agreement',
  },
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
  'lobby-group': story({
    kind: 'lobby',
    sentBack: false,
    meeting: meeting(1, { people: [RUTH], group: GROUP }),
  }),
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
        { id: 1, text: 'This one waits for the network.', to: { kind: 'room' }, refused: null },
        { id: 2, text: 'And this one was refused.', to: { kind: 'room' }, refused: 'too_large' },
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
  'over-version': over({ kind: 'link', code: 'version' }, true),
  'over-barred': over({ kind: 'link', code: 'barred' }, true),
  ...CARE_STORIES,
  ...LEADING_STORIES,
  ...HELP_STORIES,
  ...ROOM_STORIES,
  ...SESSION_STORIES,
  ...TROUBLE_STORIES,
};
