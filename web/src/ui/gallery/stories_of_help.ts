/** Helplines and the screen itself: the help card, calm mode, data, troubles of devices, captions. */
import { circle, led, meeting, people, person } from './people';
import { DEVICES_ON, inMeeting, story, type Story } from './telling';

const LISTENING = circle(['waiting', 'shared', 'sharing', 'waiting', 'later']);
const WITH_AIDES = people(6).map((one, index) => ({
  ...one,
  captions: index === 2,
  interprets: index === 3,
}));
const LINES = [
  { number: 7, who: 'person-0002', body: { kind: 'text', text: 'We have all been there, says Ruth.' } },
  { number: 8, who: 'person-0002', body: { kind: 'unreadable' } },
  {
    number: 9,
    who: 'person-0002',
    body: {
      kind: 'text',
      text: 'Wilhelmina: I slept three hours, and it felt like the first time in a year.',
    },
  },
] as const;

const NOT_IN = story({ kind: 'arriving', role: 'member', returning: false });

export const HELP_STORIES: Readonly<Record<string, Story>> = {
  'help-before': { ...NOT_IN, help: '' },
  'help-inside': { ...inMeeting(meeting(4)), help: 'GB' },
  calm: { ...inMeeting(meeting(6, { round: LISTENING })), calm: true },
  'calm-offered': { ...inMeeting(meeting(6, { round: circle(['offered', 'waiting']) })), calm: true },
  'calm-alone': { ...inMeeting(meeting(2, { people: [person(1)], speaking: [] })), calm: true },
  interrupted: inMeeting(meeting(4), { devices: { ...DEVICES_ON, mic: 'taken', camera: 'ended' } }),
  'interrupted-mic': inMeeting(meeting(6, { round: circle(['sharing', 'waiting']) }), {
    devices: { ...DEVICES_ON, mic: 'ended' },
  }),
  slow: inMeeting(meeting(6, { round: LISTENING }), {
    traffic: { mbPerHour: 61, resting: ['person-0000', 'person-0002', 'person-0004'] },
  }),
  captions: inMeeting(meeting(6, { people: WITH_AIDES, captions: LINES, round: LISTENING })),
  'captions-soon': inMeeting(meeting(6, { people: WITH_AIDES })),
  'captions-mine': inMeeting(
    meeting(6, {
      people: people(6).map((one, index) => ({ ...one, captions: index === 1 })),
      captions: LINES,
    }),
  ),
  'captions-calm': {
    ...inMeeting(meeting(6, { people: WITH_AIDES, captions: LINES, round: circle(['waiting', 'sharing']) })),
    calm: true,
  },
  'lead-aides': inMeeting(led(6, { people: WITH_AIDES }), {}, 'people'),
  'help-missing': { ...NOT_IN, help: null },
};
