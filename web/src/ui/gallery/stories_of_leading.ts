/** What only facilitators see beside the meeting: what waits for them, and what everybody gets. */
import type { Reception, Why } from '../../state/model_receptions';
import type { RunSheet } from '../../state/model_session';
import { AT_MS, circle, led, message, open, people, person } from './people';
import { inMeeting, type Story } from './telling';

const SIX = people(6);
const MINUTE_MS = 60_000;
const LARGE = { heightPx: 540, bps: 720_000 } as const;
const SMALL = { heightPx: 135, bps: 96_000 } as const;
const NONE = { heightPx: 0, bps: 0 } as const;

function picture(index: number, why: Why, size: { readonly heightPx: number; readonly bps: number }) {
  return { who: person(index).id, screen: false, why, ...size };
}

function gets(index: number, changes: Partial<Reception>): Reception {
  return {
    who: person(index).id,
    estimateBps: 2_400_000,
    lostPermille: 2,
    lowData: false,
    pictures: [],
    ...changes,
  };
}

const RECEPTIONS = {
  leftOut: 0,
  people: [
    gets(1, {
      estimateBps: 210_000,
      pictures: [
        picture(0, 'bandwidth', SMALL),
        picture(2, 'bandwidth', SMALL),
        picture(4, 'bandwidth', NONE),
      ],
    }),
    gets(3, { lostPermille: 124, pictures: [picture(0, 'loss', SMALL), picture(2, 'loss', NONE)] }),
    gets(0, { pictures: [picture(2, 'full', LARGE), picture(4, 'fitting', SMALL)] }),
    gets(2, {
      lowData: true,
      estimateBps: null,
      pictures: [picture(0, 'low_data', SMALL), picture(4, 'invisible', NONE)],
    }),
    gets(4, { pictures: [picture(0, 'calm', SMALL), picture(2, 'not_sent', NONE)] }),
  ],
};

const DOOR = [
  person(20, { room: 'lobby', profile: open('Hannah', 'she/her') }),
  person(21, { room: 'lobby', profile: open('Bee'), returning: true }),
];
const TOLD = [
  message(
    1,
    person(3),
    'Does anybody know a good sling? I have tried three and he hates all of them.',
    false,
    {
      held: 'approval',
    },
  ),
  message(2, person(4), 'I do not feel well tonight.', false, { line: person(4).id }),
];
const EVENING: RunSheet = {
  segments: ['Welcome', 'Check-in round', 'Baby break'].map((text) => ({
    kind: 'round',
    title: { kind: 'text', text },
    lengthMs: 20 * MINUTE_MS,
    floor: 'held',
    chat: 'open',
  })),
  sealed: [],
  current: 1,
  leftMs: 9 * MINUTE_MS,
  atMs: AT_MS,
  runs: false,
};
const SHARES = circle(['passed', 'shared', 'sharing', 'waiting', 'later'], { leftMs: 130_000 });

export const LEADING_STORIES: Readonly<Record<string, Story>> = {
  'lead-panel': inMeeting(led(6, { people: SIX }), {}, 'lead'),
  'lead-panel-waiting': inMeeting(
    led(6, {
      people: [...SIX, ...DOOR],
      needs: [person(2).id],
      messages: TOLD,
      hands: { raised: [person(1).id], fair: false, called: null },
    }),
    {},
    'lead',
  ),
  'lead-panel-round': inMeeting(
    led(6, {
      people: [...SIX, person(9, { role: 'facilitator' })],
      round: SHARES,
      runSheet: EVENING,
      floor: 'held',
      locked: true,
    }),
    {},
    'lead',
  ),
  'lead-panel-paused': inMeeting(
    led(6, { status: 'paused', heldByHand: true, speaking: [], decrypting: [] }),
    {},
    'lead',
  ),
  'lead-faster': inMeeting(led(6), {
    notices: [{ number: 1, code: { kind: 'refused', code: 'changed_meanwhile' } }],
  }),
  'lead-grants': inMeeting(led(6, { people: SIX, receptions: RECEPTIONS }), {}, 'grants'),
  'lead-grants-asking': inMeeting(led(6), {}, 'grants'),
  'lead-grants-many': inMeeting(led(6, { receptions: { ...RECEPTIONS, leftOut: 240 } }), {}, 'grants'),
};
