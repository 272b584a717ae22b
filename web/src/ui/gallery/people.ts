/** Made-up people and a made-up meeting for the gallery. */
import type { AppState, ChatMessage, MeetingView, Person, Profile, Round, Standing } from '../../state/model';

/** 23:14 on a winter night; fixed so that pictures can be compared. Wall clock, ms. */
export const AT_MS = Date.UTC(2026, 0, 12, 23, 14);

const NAMES = [
  'Ruth',
  'Ana',
  'Mia',
  'Wilhelmina-Christiane',
  'Noor',
  'فاطمة',
  'Jo',
  'Lucía',
  'Sky',
  'Priya',
  'Tomasz',
  'Eun-ji',
];

export function open(name: string, pronouns: string | null = null): Profile {
  return { kind: 'open', name, pronouns };
}

export function person(index: number, changes: Partial<Person> = {}): Person {
  return {
    id: `person-${String(index).padStart(4, '0')}`,
    role: index === 0 ? 'facilitator' : 'member',
    profile: open(NAMES[index % NAMES.length] ?? 'Ana', index === 1 ? 'she/her' : null),
    room: 'main',
    place: changes.room ?? 'main',
    connected: true,
    mic: index % 3 !== 2,
    camera: index % 2 === 0,
    micAllowed: true,
    cameraAllowed: true,
    returning: false,
    away: false,
    admitted: false,
    silentSinceMs: null,
    guestUntilMs: null,
    captions: false,
    interprets: false,
    ...changes,
  };
}

export function people(count: number): readonly Person[] {
  return Array.from({ length: count }, (_, index) => person(index));
}

export function message(
  number: number,
  author: Person,
  text: string | null,
  mine = false,
  changes: Partial<ChatMessage> = {},
): ChatMessage {
  return {
    number,
    author: author.id,
    authorProfile: author.profile,
    mine,
    body: text === null ? { kind: 'unreadable' } : { kind: 'text', text },
    atMs: AT_MS + number * 60_000,
    line: null,
    everywhere: false,
    held: null,
    ...changes,
  };
}

/** A meeting of `count` in which I am the member Ana. */
export function meeting(count: number, changes: Partial<MeetingView> = {}): MeetingView {
  const everybody = people(count);
  const others = everybody.filter((one) => one.id !== 'person-0001');
  return {
    you: 'person-0001',
    role: 'member',
    status: 'open',
    locked: false,
    lead: 'person-0000',
    present: count,
    people: everybody,
    messages: [],
    outgoing: [],
    barred: [],
    graceMs: 90_000,
    speaking: ['person-0000'],
    seats: others.map((one) => ({ who: one.id, audio: one.mic, video: one.camera })),
    decrypting: others.map((one) => one.id),
    happenings: [],
    captions: [],
    round: null,
    hands: { raised: [], fair: false, called: null },
    floor: 'open',
    betweenShares: false,
    chatMode: 'open',
    slowMs: 0,
    heldByHand: false,
    breakouts: null,
    quiet: [],
    needs: [],
    group: null,
    runSheet: null,
    pulse: null,
    pulseResult: null,
    resources: [],
    contacts: null,
    contactsMade: [],
    receptions: null,
    ...changes,
  };
}

/** The same meeting as its facilitator Ruth sees it. */
export function led(count: number, changes: Partial<MeetingView> = {}): MeetingView {
  return meeting(count, { you: 'person-0000', role: 'facilitator', speaking: ['person-0001'], ...changes });
}

/** A circle of the members 1, 2, 3 … with these standings; the one who is offered or sharing has the turn. */
export function circle(standings: readonly Standing[], changes: Partial<Round> = {}): Round {
  const places = standings.map((standing, index) => ({ who: person(index + 1).id, standing }));
  const active = places.find(({ standing }) => standing === 'offered' || standing === 'sharing');
  return {
    kind: 'circle',
    turn: 7,
    phase: active?.standing === 'sharing' ? 'sharing' : 'offered',
    who: active?.who ?? null,
    leftMs: null,
    atMs: AT_MS,
    runs: false,
    held: false,
    stage: 'first',
    named: null,
    shareMs: 180_000,
    invitePassed: true,
    places,
    nudged: false,
    secondOffer: false,
    ...changes,
  };
}

export const QUIET: Omit<AppState, 'phase'> = {
  line: { kind: 'up' },
  transport: 'up',
  devices: {
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
  },
  wanted: { mic: false, camera: false },
  lowData: false,
  sealing: false,
  soundBlocked: false,
  traffic: { mbPerHour: null, resting: [] },
  notices: [],
};
