/**
 * The state after a fact. Pure: no clock, no randomness, no page; the same facts give the same screens.
 *
 * Called by `store.ts` only. What happens inside the meeting is in `reduce_meeting.ts`.
 */
import type { Fact, OpenedSnapshot } from './facts';
import type { Media } from './media_wish';
import type {
  AppState,
  DeviceKind,
  Devices,
  DeviceState,
  Ending,
  Greeting,
  Keepsakes,
  MeetingView,
  NoticeCode,
  Person,
  Phase,
  Traffic,
} from './model';
import { afterEvents, afterSnapshot, noticesBetween } from './reduce_meeting';
import { isQuiet, LOBBY, me, meetingOf } from './selectors';

/** More than this nobody reads; the oldest goes. */
const MAX_NOTICES = 5;

const NO_DEVICES: Devices = {
  mic: 'off',
  camera: 'off',
  mics: [],
  cameras: [],
  speakers: [],
  micId: null,
  cameraId: null,
  speakerId: null,
  micLevel: 0,
  previewVersion: 0,
};

export const INITIAL: AppState = {
  phase: { kind: 'start', policy: null, mostPeople: null, creation: { kind: 'idle', problem: null } },
  line: { kind: 'none' },
  transport: 'none',
  devices: NO_DEVICES,
  wanted: { mic: false, camera: false },
  lowData: false,
  sealing: false,
  soundBlocked: false,
  traffic: { mbPerHour: null, resting: [] },
  notices: [],
};

export function reduce(state: AppState, fact: Fact): AppState {
  switch (fact.kind) {
    case 'no_link':
      return INITIAL;
    case 'link_read':
      return withPhase(INITIAL, { kind: 'arriving', role: fact.role, returning: fact.returning });
    case 'over':
      return over(state, fact.ending, fact.canTryAgain);
    case 'terms':
    case 'creation':
      return withPhase(state, afterStarting(state.phase, fact));
    case 'greeted':
    case 'preparing':
    case 'back_to_arrived':
    case 'knocking':
    case 'knock_refused':
      return withPhase(state, afterArriving(state.phase, fact));
    case 'snapshot':
      return checked(
        state,
        inMeeting(
          { ...state, wanted: stillWanted(state.wanted, fact.wasTold ?? null, fact.snapshot) },
          afterSnapshot(meetingOf(state), fact.snapshot),
        ),
      );
    case 'happened':
      return checked(
        state,
        onMeeting(state, (meeting) => afterEvents(meeting, fact.events, fact.by ?? null)),
      );
    case 'seats':
      return onMeeting(state, (meeting) => ({ ...meeting, seats: fact.seats }));
    case 'speaking':
      return onMeeting(state, (meeting) => ({ ...meeting, speaking: fact.who }));
    case 'receptions':
      return onMeeting(state, (meeting) => ({ ...meeting, receptions: fact.receptions }));
    case 'outgoing':
      return onMeeting(state, (meeting) => ({
        ...meeting,
        outgoing: [...meeting.outgoing.filter(({ id }) => id !== fact.message.id), fact.message],
      }));
    case 'outgoing_gone':
      return onMeeting(state, (meeting) => ({
        ...meeting,
        outgoing: meeting.outgoing.filter(({ id }) => id !== fact.id),
      }));
    case 'line':
      return { ...state, line: sinceTheFirst(state, fact.line) };
    case 'transport':
      return { ...state, transport: fact.transport };
    case 'devices':
      return afterDevices(state, fact.patch);
    case 'wanted':
      return { ...state, wanted: { ...state.wanted, ...fact.wanted } };
    case 'low_data':
      return { ...state, lowData: fact.lowData };
    case 'sight':
      return onMeeting({ ...state, sealing: fact.sealing }, (meeting) => ({
        ...meeting,
        decrypting: fact.decrypting,
      }));
    case 'traffic':
      return { ...state, traffic: evenly(state, fact.traffic) };
    case 'sound_blocked':
      return { ...state, soundBlocked: fact.blocked };
    case 'notice':
      return noticed(state, [fact.code]);
    case 'dismissed':
      return { ...state, notices: state.notices.filter(({ number }) => number !== fact.number) };
  }
}

const NO_KEEPSAKES: Keepsakes = { pulse: null, resources: [], contacts: [] };

/** Of the meeting nothing stays, not even in the page: but what was meant to be taken home can be read once more. */
function over(state: AppState, ending: Ending, canTryAgain: boolean): AppState {
  const meeting = ending.kind === 'ended' ? meetingOf(state) : null;
  const keepsakes = meeting === null ? NO_KEEPSAKES : keepsakesOf(meeting);
  return withPhase(INITIAL, { kind: 'over', ending, canTryAgain, keepsakes });
}

function keepsakesOf({ pulseResult: pulse, resources, contactsMade: contacts }: MeetingView): Keepsakes {
  return { pulse, resources, contacts };
}

function withPhase(state: AppState, phase: Phase): AppState {
  return phase === state.phase ? state : { ...state, phase };
}

// ── before the meeting ───────────────────────────────────────────────────────────────────────────

type Starting = Extract<Fact, { kind: 'terms' | 'creation' }>;
type Arriving = Extract<
  Fact,
  { kind: 'greeted' | 'preparing' | 'back_to_arrived' | 'knocking' | 'knock_refused' }
>;

function afterStarting(phase: Phase, fact: Starting): Phase {
  if (phase.kind !== 'start') return phase;
  if (fact.kind === 'creation') return { ...phase, creation: fact.creation };
  return { ...phase, policy: fact.policy, mostPeople: fact.mostPeople };
}

/** A fact that does not fit the phase came too late: somebody went on meanwhile. */
function afterArriving(phase: Phase, fact: Arriving): Phase {
  switch (fact.kind) {
    case 'greeted':
      return afterGreeting(phase, fact.greeting);
    case 'preparing':
      return phase.kind === 'arrived' ? { ...phase, kind: 'preparing', problem: null } : phase;
    case 'back_to_arrived':
      if (phase.kind !== 'preparing') return phase;
      return { kind: 'arrived', role: phase.role, greeting: phase.greeting };
    case 'knocking':
      if (phase.kind !== 'preparing') return phase;
      return { kind: 'knocking', role: phase.role, greeting: phase.greeting };
    case 'knock_refused':
      if (phase.kind !== 'knocking') return phase;
      return { ...phase, kind: 'preparing', problem: fact.problem };
  }
}

function afterGreeting(phase: Phase, greeting: Greeting): Phase {
  if (phase.kind === 'arriving') return { kind: 'arrived', role: phase.role, greeting };
  return phase.kind === 'arrived' || phase.kind === 'preparing' ? { ...phase, greeting } : phase;
}

// ── in the meeting ───────────────────────────────────────────────────────────────────────────────

/** Where I am decides the page: nothing else does. */
function inMeeting(state: AppState, meeting: MeetingView): AppState {
  const { phase } = state;
  if (me(meeting)?.room !== LOBBY) return { ...state, phase: { kind: 'meeting', meeting } };
  // Who was greeted in a quiet room comes back to the lobby and was never let in.
  const wasIn = phase.kind === 'meeting' && me(phase.meeting)?.place !== LOBBY;
  const sentBack = wasIn || (phase.kind === 'lobby' && phase.sentBack);
  return { ...state, phase: { kind: 'lobby', meeting, sentBack } };
}

function onMeeting(state: AppState, change: (meeting: MeetingView) => MeetingView): AppState {
  const meeting = meetingOf(state);
  return meeting === null ? state : inMeeting(state, change(meeting));
}

/** What a facilitator closed, my being away, or a move closed is no longer wanted: afterwards it is still off. */
function checked(before: AppState, after: AppState): AppState {
  const [was, now] = [meetingOf(before), meetingOf(after)];
  const mine = now === null ? null : me(now);
  if (now === null || mine === null) return after;
  const from = was === null ? null : me(was);
  const wanted = {
    mic: after.wanted.mic && mine.micAllowed && !mine.away && !closedByMove(from, mine, 'mic'),
    camera: after.wanted.camera && mine.cameraAllowed && !mine.away && !closedByMove(from, mine, 'camera'),
  };
  return noticed({ ...after, wanted }, was === null ? [] : noticesBetween(was, now));
}

/** What somebody, or a move, closed while I heard nothing: only I open it again, though I may. */
function stillWanted(wanted: Media, told: Media | null, { you, people }: OpenedSnapshot): Media {
  const mine = people.find(({ id }) => id === you);
  if (told === null || mine === undefined) return wanted;
  return {
    mic: wanted.mic && (mine.mic || !told.mic),
    camera: wanted.camera && (mine.camera || !told.camera),
  };
}

/** Out of a quiet room everything is as the server says; elsewhere what it has just closed is closed. */
function closedByMove(from: Person | null, mine: Person, kind: DeviceKind): boolean {
  if (from?.id !== mine.id || from.room === mine.room) return false;
  return !mine[kind] && (from[kind] || isQuiet(from));
}

// ── here ─────────────────────────────────────────────────────────────────────────────────────────

/** The overlay counts from the first failed attempt. */
function sinceTheFirst(state: AppState, line: AppState['line']): AppState['line'] {
  if (line.kind !== 'reconnecting' || state.line.kind !== 'reconnecting') return line;
  return { ...line, sinceMs: state.line.sinceMs };
}

/** Told as whole MB, so that what hardly changes changes nothing. */
function evenly({ traffic: before }: AppState, { mbPerHour, resting }: Traffic): Traffic {
  const after = { mbPerHour: mbPerHour === null ? null : Math.round(mbPerHour), resting };
  return JSON.stringify(after) === JSON.stringify(before) ? before : after;
}

const WORTH_TELLING: readonly DeviceState[] = ['denied', 'missing', 'taken', 'ended'];

function afterDevices(state: AppState, patch: Partial<Devices>): AppState {
  const devices = { ...state.devices, ...patch };
  const changed = (['mic', 'camera'] as const).filter((kind) => devices[kind] !== state.devices[kind]);
  const told = changed.filter((kind) => WORTH_TELLING.includes(devices[kind]));
  const codes = told.map((device): NoticeCode => ({ kind: 'device', device, state: devices[device] }));
  const obsolete = changed.filter((kind) => devices[kind] === 'on');
  return noticed({ ...state, devices, notices: withoutDevices(state, obsolete) }, codes);
}

function withoutDevices(state: AppState, kinds: readonly DeviceKind[]): AppState['notices'] {
  return state.notices.filter(({ code }) => code.kind !== 'device' || !kinds.includes(code.device));
}

/** The same notice twice is one, the newer. */
function noticed(state: AppState, codes: readonly NoticeCode[]): AppState {
  if (codes.length === 0) return state;
  return codes.reduce((after, code) => {
    const same = JSON.stringify(code);
    const others = after.notices.filter((notice) => JSON.stringify(notice.code) !== same);
    const number = Math.max(0, ...after.notices.map((notice) => notice.number)) + 1;
    return { ...after, notices: [...others, { number, code }].slice(-MAX_NOTICES) };
  }, state);
}
