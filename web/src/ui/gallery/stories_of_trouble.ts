/** What goes wrong and its way on, and what unfolds at a tap: `docs/experience.md`, "When something goes wrong". */
import { circle, led, meeting, message, open, people, person, QUIET } from './people';
import { DEVICES_ON, inMeeting, story, tapped, type Story } from './telling';

const GREETING = {
  status: 'open',
  locked: false,
  facilitators: [open('Ruth')],
  present: 5,
  group: null,
} as const;
const LOST = { kind: 'reconnecting', attempt: 9, sinceMs: 0 } as const;
const CALLED = { ...DEVICES_ON, mic: 'ended', camera: 'ended' } as const;
const TALK = [message(1, person(2), 'He slept for two hours, which felt like a holiday.')];
const SHARING = circle(['sharing', 'shared', 'waiting'], { leftMs: 130_000 });
const OFFERED = circle(['offered', 'shared', 'waiting'], { leftMs: 25_000 });
const RESTING = { mbPerHour: 61, resting: people(6).map(({ id }) => id) };

function atTheDoor(problem: 'full' | 'busy' | 'media_refused' | 'lost'): Story {
  return {
    ...story({ kind: 'preparing', role: 'member', greeting: GREETING, problem }),
    step: 'devices',
  };
}

export const TROUBLE_STORIES: Readonly<Record<string, Story>> = {
  // ── devices ──
  'devices-taken': {
    ...story(
      { kind: 'preparing', role: 'member', greeting: GREETING, problem: null },
      { devices: { ...QUIET.devices, mic: 'taken', camera: 'taken' } },
    ),
    step: 'devices',
  },
  'interrupted-camera': inMeeting(meeting(4), { devices: { ...DEVICES_ON, camera: 'ended' } }),
  'interrupted-silent': inMeeting(meeting(4), { devices: CALLED, soundBlocked: true }),
  'interrupted-chat': inMeeting(meeting(4, { messages: TALK }), { devices: CALLED }, 'chat'),
  'interrupted-lobby': story(
    { kind: 'lobby', sentBack: false, meeting: meeting(1, { people: [person(0)] }) },
    { devices: CALLED, wanted: { mic: true, camera: true } },
  ),
  'sound-chat': inMeeting(meeting(4, { messages: TALK }), { soundBlocked: true }, 'chat'),
  'cannot-encrypt': inMeeting(meeting(4, { seats: [], decrypting: [] }), {
    transport: 'unsupported',
    devices: QUIET.devices,
    wanted: QUIET.wanted,
    sealing: false,
    notices: [{ number: 1, code: { kind: 'cannot_encrypt' } }],
  }),
  'notice-chat': inMeeting(
    meeting(4, { messages: TALK }),
    { notices: [{ number: 1, code: { kind: 'plaintext_refused', who: person(0).id } }] },
    'chat',
  ),

  // ── the server, the network, the door ──
  'arriving-lost': story({ kind: 'arriving', role: 'member', returning: true }, { line: LOST }),
  'lobby-lost': story(
    { kind: 'lobby', sentBack: false, meeting: meeting(1, { people: [person(0)] }) },
    { line: LOST },
  ),
  'chat-lost': inMeeting(meeting(4, { messages: TALK }), { line: LOST }, 'chat'),
  'arrived-place-gone': story(
    { kind: 'arrived', role: 'member', greeting: GREETING },
    { notices: [{ number: 1, code: { kind: 'place_gone' } }] },
  ),
  'door-full': atTheDoor('full'),
  'door-busy': atTheDoor('busy'),
  'door-lost': atTheDoor('lost'),
  'door-media': atTheDoor('media_refused'),
  'slow-data': tapped(inMeeting(meeting(6), { traffic: RESTING }), 'more'),
  'slow-turn': inMeeting(meeting(6, { round: SHARING }), { traffic: RESTING }),

  // ── what unfolds at a tap ──
  more: tapped(inMeeting(meeting(4)), 'more'),
  'lead-more': tapped(inMeeting(led(4)), 'more'),
  encryption: tapped(inMeeting(meeting(4)), 'encryption'),
  leaving: tapped(inMeeting(meeting(4)), 'leave'),
  'leaving-lead': tapped(inMeeting(led(4)), 'leave'),
  ending: tapped(inMeeting(led(4)), 'leave', 'leave-end'),
  'need-asking': tapped(inMeeting(meeting(4)), 'need-open'),
  writing: tapped(inMeeting(meeting(6, { round: OFFERED })), 'write'),
  'lead-person': tapped(inMeeting(led(6), {}, 'people'), 'person-more'),
  'line-empty': tapped(inMeeting(meeting(4, { messages: TALK }), {}, 'chat'), 'thread-line'),
};
