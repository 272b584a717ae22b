/** Needs, quiet rooms, pauses and the chat's modes, as the screens show them. */
import { AT_MS, led, meeting, message, open, people, person, QUIET } from './people';
import { inMeeting, type Story } from './telling';

const SIX = people(6);
const [RUTH, ANA, MIA] = [person(0), person(1), person(2)];
const MUTED = { devices: QUIET.devices, wanted: QUIET.wanted } as const;

/** Ana and Ruth alone; Ruth sees where both belong. */
function alone(kind: 'need' | 'greeting' | 'aside', place = 'main') {
  return {
    people: [person(0, { room: 'q1', place: 'main' }), person(1, { room: 'q1', place }), ...SIX.slice(2)],
    quiet: [{ id: 'q1', kind, who: ANA.id, facilitator: RUTH.id }],
  };
}
const HANNAH = person(20, { room: 'lobby', profile: open('Hannah', 'she/her') });

const SHARES = {
  kind: 'circle',
  turn: 7,
  phase: 'sharing',
  who: MIA.id,
  leftMs: 120_000,
  atMs: AT_MS,
  runs: false,
  held: false,
  stage: 'first',
  named: null,
  shareMs: 180_000,
  invitePassed: true,
  places: [
    { who: MIA.id, standing: 'sharing' },
    { who: ANA.id, standing: 'waiting' },
  ],
  nudged: false,
  secondOffer: false,
} as const;

const TALK = [
  message(1, RUTH, 'Good evening, everybody.'),
  message(2, MIA, 'He slept for two hours, which felt like a holiday.'),
];
const HELD = [...TALK, message(3, ANA, 'That gives me hope, Mia.', true, { held: 'share' })];
const WAITS = [...TALK, message(3, ANA, 'May I ask something here?', true, { held: 'approval' })];
const TO_APPROVE = [
  ...TALK,
  message(3, ANA, 'May I ask something here?', false, { held: 'approval' }),
  message(4, person(4), null, false, { held: 'approval' }),
];
const LINE = [
  message(5, ANA, 'I am not sure I can speak today.', true, { line: ANA.id }),
  message(6, RUTH, 'That is fine. Just be here with us.', false, { line: ANA.id }),
];
const LINES = [
  message(5, ANA, 'I am not sure I can speak today.', false, { line: ANA.id }),
  message(6, RUTH, 'That is fine. Just be here with us.', true, { line: ANA.id }),
  message(7, MIA, 'Could we have a break soon?', false, { line: MIA.id }),
];

export const CARE_STORIES: Readonly<Record<string, Story>> = {
  need: inMeeting(meeting(6, { needs: [ANA.id] })),
  'need-paused': inMeeting(
    meeting(4, {
      needs: [ANA.id],
      status: 'paused',
      speaking: [],
      decrypting: [],
      people: [person(0, { connected: false }), ...people(4).slice(1)],
    }),
  ),
  'quiet-need': inMeeting(meeting(6, alone('need'))),
  'quiet-greeting': inMeeting(meeting(2, alone('greeting', 'lobby'))),
  'quiet-aside': inMeeting(meeting(6, alone('aside'))),
  'quiet-chat': inMeeting(
    meeting(6, { ...alone('need'), messages: [message(9, RUTH, 'I am here.')] }),
    {},
    'chat',
  ),
  'lead-quiet-need': inMeeting(led(6, alone('need'))),
  'lead-quiet-greeting': inMeeting(led(6, alone('greeting', 'lobby'))),
  'lead-calls': inMeeting(led(6, { needs: [ANA.id, MIA.id] })),
  'lead-calls-panel': inMeeting(led(6, { needs: [ANA.id] }), {}, 'people'),
  'lead-lobby': inMeeting(
    led(6, {
      people: [
        ...SIX,
        HANNAH,
        person(21, { room: 'q2', place: 'lobby', profile: open('Bee') }),
        person(22, { role: 'facilitator', room: 'q2', place: 'main', profile: open('Inés') }),
      ],
      quiet: [{ id: 'q2', kind: 'greeting', who: 'person-0021', facilitator: 'person-0022' }],
    }),
    {},
    'people',
  ),
  'paused-by-hand': inMeeting(
    meeting(4, { status: 'paused', heldByHand: true, speaking: [], decrypting: [] }),
  ),
  'lead-paused-by-hand': inMeeting(
    led(4, { status: 'paused', heldByHand: true, speaking: [], decrypting: [] }),
  ),
  'chat-approved': inMeeting(
    meeting(6, { chatMode: 'approved', slowMs: 30_000, messages: WAITS }),
    {},
    'chat',
  ),
  'chat-facilitators': inMeeting(meeting(6, { chatMode: 'facilitators', messages: TALK }), {}, 'chat'),
  'chat-closed': inMeeting(meeting(6, { chatMode: 'closed', messages: TALK }), {}, 'chat'),
  'chat-held': inMeeting(meeting(6, { round: SHARES, messages: HELD }), {}, 'chat'),
  'chat-line': inMeeting(meeting(6, { messages: [...TALK, ...LINE] }), {}, 'chat'),
  'lead-chat-approve': inMeeting(led(6, { chatMode: 'approved', messages: TO_APPROVE }), {}, 'chat'),
  'lead-chat-lines': inMeeting(led(6, { messages: [...TALK, ...LINES] }), {}, 'chat'),
  'away-need': inMeeting(
    meeting(6, { people: [RUTH, person(1, { away: true }), ...SIX.slice(2)], needs: [ANA.id] }),
    MUTED,
  ),
};
