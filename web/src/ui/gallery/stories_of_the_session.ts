/** Run-sheet, pulse, resources, keep in touch, guests and the end, as the screens show them. */
import type { MeetingView } from '../../state/model';
import type { Pulse, Resource, RunSheet, Segment } from '../../state/model_session';
import { AT_MS, circle, led, meeting, open, people, person } from './people';
import { inMeeting, story, type Story } from './telling';

const MINUTE_MS = 60_000;
const SIX = people(6);

function part(kind: Segment['kind'], title: string, minutes: number): Segment {
  return {
    kind,
    title: { kind: 'text', text: title },
    lengthMs: minutes * MINUTE_MS,
    floor: 'open',
    chat: 'open',
  };
}
const EVENING: RunSheet = {
  segments: [
    part('gathering', '', 5),
    part('open', 'Welcome', 10),
    part('round', 'Check-in round', 20),
    part('break', 'Baby break', 5),
    part('open', 'Sleep, or what we call it', 20),
    part('closing', 'One good thing', 10),
  ],
  sealed: [],
  current: 2,
  leftMs: 9 * MINUTE_MS,
  atMs: AT_MS,
  runs: false,
};
const LATE: RunSheet = { ...EVENING, leftMs: -3 * MINUTE_MS };

const QUESTION: Pulse = {
  number: 1,
  question: {
    kind: 'open',
    question: 'How do you leave today?',
    answers: ['Lighter than I came', 'About the same', 'Heavier than I came'],
  },
  options: 3,
  answered: false,
};
const RESULT = { question: QUESTION.question, counts: [5, 2, 0] };
const RESOURCES: readonly Resource[] = [
  {
    number: 1,
    body: {
      kind: 'open',
      title: 'PANDA helpline',
      link: { address: 'https://panda.example.org/', href: 'https://panda.example.org/' },
      text: 'Monday to Saturday. They call back, too.',
    },
  },
  {
    number: 2,
    body: { kind: 'open', title: 'A song for nights like these', link: null, text: 'Hum it slowly.' },
  },
  {
    number: 3,
    body: {
      kind: 'open',
      title: 'A list of groups',
      link: { address: 'groups.example', href: null },
      text: null,
    },
  },
  { number: 4, body: { kind: 'unreadable' } },
];
const MADE = [
  {
    who: person(2).id,
    profile: open('Mia'),
    body: { kind: 'text', text: 'mia@example.org, best in the evening' },
  },
] as const;
const GUEST = person(6, { role: 'guest', profile: open('Dr. Osei') });

function guestUntil(minutes: number): Partial<MeetingView> {
  const guest = { ...GUEST, guestUntilMs: Date.now() + minutes * MINUTE_MS };
  return { people: [...SIX, guest], present: 7 };
}
const QUIET_ONES = SIX.map((one, index) =>
  index === 0 ? one : { ...one, silentSinceMs: Date.now() - index * 4 * MINUTE_MS },
);

export const SESSION_STORIES: Readonly<Record<string, Story>> = {
  'session-strip': inMeeting(
    meeting(6, { runSheet: EVENING, round: circle(['waiting', 'shared', 'sharing']), resources: RESOURCES }),
  ),
  session: inMeeting(meeting(6, { runSheet: EVENING, resources: RESOURCES }), {}, 'session'),
  'session-contacts': inMeeting(
    meeting(6, { contacts: [person(2).id], contactsMade: [], runSheet: EVENING }),
    {},
    'session',
  ),
  'session-made': inMeeting(meeting(6, { contactsMade: MADE, resources: RESOURCES }), {}, 'session'),
  pulse: inMeeting(meeting(6, { pulse: QUESTION })),
  'pulse-result': inMeeting(meeting(6, { pulseResult: RESULT })),
  'pulse-few': inMeeting(meeting(3, { pulseResult: { ...RESULT, counts: null } })),
  guest: inMeeting(meeting(6, { ...guestUntil(12), you: GUEST.id, role: 'guest' })),
  'lead-guest': inMeeting(led(6, guestUntil(12)), {}, 'people'),
  'lead-session-empty': inMeeting(led(6), {}, 'session'),
  'lead-session': inMeeting(
    led(6, { runSheet: LATE, resources: RESOURCES, pulse: QUESTION, contacts: [] }),
    {},
    'session',
  ),
  'lead-overview': inMeeting(
    led(6, {
      runSheet: EVENING,
      people: QUIET_ONES,
      round: circle(['passed', 'shared', 'sharing', 'waiting', 'later'], { leftMs: 130_000 }),
    }),
    {},
    'circle',
  ),
  debrief: inMeeting(
    led(2, {
      status: 'debrief',
      people: [person(0), person(9, { role: 'facilitator' })],
      present: 2,
      speaking: [],
    }),
  ),
  'over-keepsakes': story({
    kind: 'over',
    ending: { kind: 'ended' },
    canTryAgain: false,
    keepsakes: { resources: RESOURCES, contacts: MADE, pulse: RESULT },
  }),
};
