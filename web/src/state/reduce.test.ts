// Longer than 400 lines: one table of facts and what follows from each.
import { describe, expect, test } from 'vitest';
import { message, person, snapshot as toldSnapshot } from '../../tests/told';
import type { Fact, OpenedEvent, OpenedSnapshot } from './facts';
import type { AppState, Greeting, MeetingView } from './model';
import { INITIAL, reduce } from './reduce';
import { meetingOf } from './selectors';

const ME = 'me';
const ANA = 'ana';
const BEA = 'bea';

const ana = person(ANA, { role: 'facilitator' });

function snapshot(patch: Partial<OpenedSnapshot> = {}): OpenedSnapshot {
  return toldSnapshot({ you: ME, lead: ANA, people: [ana, person(ME)], ...patch });
}

const greeting: Greeting = { status: 'open', locked: false, facilitators: [], present: 3, group: null };

function after(...facts: readonly Fact[]): AppState {
  return facts.reduce(reduce, INITIAL);
}

const inside: Fact = { kind: 'snapshot', snapshot: snapshot() };
const waiting: Fact = {
  kind: 'snapshot',
  snapshot: snapshot({ people: [ana, person(ME, { room: 'lobby' })] }),
};

function happened(...events: readonly OpenedEvent[]): Fact {
  return { kind: 'happened', events };
}

function view(...facts: readonly Fact[]): MeetingView {
  const meeting = meetingOf(after(...facts));
  if (meeting === null) throw new Error('not in a meeting');
  return meeting;
}

const arrived: readonly Fact[] = [
  { kind: 'link_read', role: 'member', returning: false },
  { kind: 'greeted', greeting },
];

describe('arriving', () => {
  test('goes from the link to the knock', () => {
    const steps: readonly Fact[] = [...arrived, { kind: 'preparing' }, { kind: 'knocking' }, waiting, inside];
    const phases = steps.map((_, index) => after(...steps.slice(0, index + 1)).phase.kind);
    expect(phases).toEqual(['arriving', 'arrived', 'preparing', 'knocking', 'lobby', 'meeting']);
  });

  test('a greeting that comes again changes the numbers and not the page', () => {
    const later = { ...greeting, present: 9 };
    const state = after(...arrived, { kind: 'preparing' }, { kind: 'greeted', greeting: later });
    expect(state.phase).toMatchObject({ kind: 'preparing', greeting: later });
  });

  test('a greeting that comes after the knock changes nothing', () => {
    const state = after(...arrived, { kind: 'preparing' }, { kind: 'knocking' });
    expect(reduce(state, { kind: 'greeted', greeting })).toBe(state);
  });

  test('a refused knock leads back with the reason, and a new knock clears it', () => {
    const refused = after(
      ...arrived,
      { kind: 'preparing' },
      { kind: 'knocking' },
      { kind: 'knock_refused', problem: 'locked' },
    );
    expect(refused.phase).toMatchObject({ kind: 'preparing', problem: 'locked' });
    const back = reduce(refused, { kind: 'back_to_arrived' });
    expect(reduce(back, { kind: 'preparing' }).phase).toMatchObject({ problem: null });
  });

  test.each<Fact>([
    { kind: 'preparing' },
    { kind: 'back_to_arrived' },
    { kind: 'knocking' },
    { kind: 'knock_refused', problem: 'full' },
    { kind: 'greeted', greeting },
    { kind: 'terms', policy: 'open', mostPeople: 12 },
    { kind: 'creation', creation: { kind: 'asking' } },
  ])('inside the meeting $kind comes too late', (fact) => {
    const state = after(inside);
    expect(reduce(state, fact)).toBe(state);
  });

  test('starting a group knows the terms and the creation side by side', () => {
    const state = after(
      { kind: 'creation', creation: { kind: 'asking' } },
      { kind: 'terms', policy: 'open', mostPeople: 12 },
    );
    expect(state.phase).toEqual({
      kind: 'start',
      policy: 'open',
      mostPeople: 12,
      creation: { kind: 'asking' },
    });
  });
});

describe('where I am decides the page', () => {
  test('sent back to the lobby is told as such, and stays so', () => {
    expect(after(inside, waiting).phase).toMatchObject({ kind: 'lobby', sentBack: true });
    expect(after(inside, waiting, waiting).phase).toMatchObject({ kind: 'lobby', sentBack: true });
    expect(after(waiting).phase).toMatchObject({ kind: 'lobby', sentBack: false });
  });

  test('the end leaves nothing of the meeting', () => {
    const over: Fact = { kind: 'over', ending: { kind: 'removed' }, canTryAgain: true };
    const state = after(inside, { kind: 'line', line: { kind: 'up' } }, over);
    expect(state).toEqual({
      ...INITIAL,
      phase: {
        kind: 'over',
        ending: { kind: 'removed' },
        canTryAgain: true,
        keepsakes: { pulse: null, resources: [], contacts: [] },
      },
    });
  });

  test.each<Fact>([
    happened({ t: 'person_came', person: person(BEA) }),
    { kind: 'seats', seats: [] },
    { kind: 'speaking', who: [ANA] },
    { kind: 'outgoing', message: { id: 1, text: 'x', to: { kind: 'room' }, refused: null } },
    { kind: 'outgoing_gone', id: 1 },
  ])('after the end $kind changes nothing', (fact) => {
    const state = after(inside, { kind: 'over', ending: { kind: 'left' }, canTryAgain: false });
    expect(reduce(state, fact)).toBe(state);
  });
});

describe('people', () => {
  test('come, and are counted', () => {
    const meeting = view(inside, happened({ t: 'person_came', person: person(BEA) }));
    expect(meeting.people.map(({ id }) => id)).toEqual([ANA, ME, BEA]);
    expect(meeting.present).toBe(3);
    expect(meeting.happenings).toMatchObject([{ kind: 'came', who: BEA }]);
  });

  test('knock without being counted, and are counted when admitted', () => {
    const knocks = happened({ t: 'person_came', person: person(BEA, { room: 'lobby' }) });
    expect(view(inside, knocks).present).toBe(2);
    const admitted = view(inside, knocks, happened({ t: 'person_changed', person: person(BEA) }));
    expect(admitted.present).toBe(3);
    expect(admitted.happenings.map(({ kind }) => kind)).toEqual(['knocked', 'came']);
  });

  test('who comes twice is there once', () => {
    const meeting = view(
      inside,
      happened({ t: 'person_came', person: person(BEA) }, { t: 'person_came', person: person(BEA) }),
    );
    expect(meeting.people).toHaveLength(3);
  });

  test.each([
    ['left', 'left'],
    ['lost', 'lost'],
    ['removed', 'removed'],
    ['denied', 'denied'],
    ['lobby', 'sent_to_lobby'],
  ])('who parted as %s is gone and told so by name', (how, kind) => {
    const came: OpenedEvent = { t: 'person_came', person: person(BEA) };
    const meeting = view(inside, happened(came, { t: 'person_parted', who: BEA, how }));
    expect(meeting.people.map(({ id }) => id)).toEqual([ANA, ME]);
    expect(meeting.present).toBe(2);
    expect(meeting.happenings.at(-1)).toMatchObject({ kind, who: BEA, profile: { name: BEA } });
  });

  test.each(['replaced', 'constructor'])('a way of parting we do not know (%s) is told as nothing', (how) => {
    const meeting = view(inside, happened({ t: 'person_parted', who: ANA, how }));
    expect(meeting.people.map(({ id }) => id)).toEqual([ME]);
    expect(meeting.happenings).toEqual([]);
  });

  test('who parted is neither heard nor called encrypted', () => {
    const meeting = view(
      inside,
      { kind: 'speaking', who: [ANA] },
      { kind: 'sight', decrypting: [ANA], sealing: true },
      happened({ t: 'person_parted', who: ANA, how: 'left' }),
    );
    expect(meeting).toMatchObject({ speaking: [], decrypting: [] });
  });

  test('a lost connection keeps the place, a restored one is as before', () => {
    const lost = view(inside, happened({ t: 'connection_lost', who: ANA }));
    expect(lost.people[0]).toMatchObject({ id: ANA, connected: false });
    const back = view(
      inside,
      happened({ t: 'connection_lost', who: ANA }, { t: 'connection_restored', who: ANA }),
    );
    expect(back.people[0]).toMatchObject({ connected: true });
  });

  test('my own doings are not told to me', () => {
    expect(view(inside, happened({ t: 'connection_restored', who: ME })).happenings).toEqual([]);
  });

  test('only the newest twenty happenings are kept, numbered on', () => {
    const blinks = Array.from({ length: 30 }, (): OpenedEvent => ({ t: 'lock_changed', locked: true }));
    const { happenings } = view(inside, happened(...blinks));
    expect(happenings).toHaveLength(20);
    expect(happenings.at(-1)?.number).toBe(30);
  });
});

describe('my microphone and camera', () => {
  const wanted: Fact = { kind: 'wanted', wanted: { mic: true, camera: true } };
  const muted = happened({ t: 'media_allowed', who: ME, mic: false, camera: true });

  test('closed by a facilitator: no longer wanted, and told', () => {
    const state = after(inside, wanted, muted);
    expect(state.wanted).toEqual({ mic: false, camera: true });
    expect(state.notices.map(({ code }) => code)).toEqual([{ kind: 'mic_held' }]);
  });

  test('allowed again: told, and still off', () => {
    const allowed = happened({ t: 'media_allowed', who: ME, mic: true, camera: true });
    const state = after(inside, wanted, muted, allowed);
    expect(state.wanted.mic).toBe(false);
    expect(state.notices.at(-1)?.code).toEqual({ kind: 'mic_allowed' });
  });

  test('closed while I was away: the snapshot tells it', () => {
    const held = snapshot({ people: [ana, person(ME, { cameraAllowed: false })] });
    const state = after(inside, wanted, { kind: 'snapshot', snapshot: held });
    expect(state.wanted.camera).toBe(false);
    expect(state.notices.at(-1)?.code).toEqual({ kind: 'camera_held' });
  });

  test('what others may send is nothing I am told of', () => {
    const state = after(inside, happened({ t: 'media_allowed', who: ANA, mic: false, camera: false }));
    expect(state.notices).toEqual([]);
  });

  test('a device that fails is told, and no longer when it works', () => {
    const denied = after(inside, { kind: 'devices', patch: { mic: 'denied' } });
    expect(denied.notices.map(({ code }) => code)).toEqual([
      { kind: 'device', device: 'mic', state: 'denied' },
    ]);
    expect(reduce(denied, { kind: 'devices', patch: { mic: 'on' } }).notices).toEqual([]);
    expect(reduce(denied, { kind: 'devices', patch: { camera: 'on' } }).notices).toHaveLength(1);
  });
});

describe('chat', () => {
  const said = (number: number, author: string): OpenedEvent => ({
    t: 'said',
    message: message(number, author),
  });

  test('knows its authors and which are mine', () => {
    const meeting = view(inside, happened(said(1, ANA), said(2, ME)));
    expect(meeting.messages).toMatchObject([
      { number: 1, mine: false, authorProfile: { name: ANA } },
      { number: 2, mine: true },
    ]);
    expect(meeting.happenings.map(({ kind, who }) => [kind, who])).toEqual([['said', ANA]]);
  });

  test('keeps the name of an author who left, also over a snapshot', () => {
    const gone = snapshot({ people: [person(ME)], messages: [message(1, ANA)] });
    const meeting = view(inside, happened(said(1, ANA)), { kind: 'snapshot', snapshot: gone });
    expect(meeting.messages[0]?.authorProfile).toMatchObject({ name: ANA });
  });

  test('does not invent the name of an author it never knew', () => {
    const unknown = snapshot({ messages: [message(1, 'zoe')] });
    expect(view({ kind: 'snapshot', snapshot: unknown }).messages[0]?.authorProfile).toBeNull();
  });

  test('a message told twice stands once', () => {
    expect(view(inside, happened(said(1, ANA), said(1, ANA))).messages).toHaveLength(1);
  });

  test('a deleted message is gone', () => {
    const meeting = view(inside, happened(said(1, ANA), said(2, ANA), { t: 'message_deleted', number: 1 }));
    expect(meeting.messages.map(({ number }) => number)).toEqual([2]);
  });

  test('the oldest leave first', () => {
    const many = Array.from({ length: 510 }, (_, index) => said(index + 1, ANA));
    const { messages } = view(inside, happened(...many));
    expect(messages).toHaveLength(500);
    expect(messages[0]?.number).toBe(11);
  });

  test('mine is on its way until it is gone, and is shown again when refused', () => {
    const outgoing = (refused: 'paused' | null): Fact => ({
      kind: 'outgoing',
      message: { id: 4, text: 'hello', to: { kind: 'room' }, refused },
    });
    expect(view(inside, outgoing(null)).outgoing).toHaveLength(1);
    expect(view(inside, outgoing(null), outgoing('paused')).outgoing).toMatchObject([{ refused: 'paused' }]);
    expect(view(inside, outgoing(null), inside).outgoing).toHaveLength(1);
    expect(view(inside, outgoing(null), { kind: 'outgoing_gone', id: 4 }).outgoing).toEqual([]);
  });
});

describe('the meeting', () => {
  test('pauses, nobody speaks; resumes', () => {
    const paused = view(
      inside,
      { kind: 'speaking', who: [ANA] },
      happened({ t: 'status_changed', status: 'paused' }),
    );
    expect(paused).toMatchObject({ status: 'paused', speaking: [] });
    const resumed = view(
      inside,
      happened({ t: 'status_changed', status: 'paused' }, { t: 'status_changed', status: 'open' }),
    );
    expect(resumed.happenings.map(({ kind }) => kind)).toEqual(['paused', 'resumed']);
  });

  test('opens for the first time without being called resumed', () => {
    const early: Fact = { kind: 'snapshot', snapshot: snapshot({ status: 'waiting' }) };
    expect(view(early, happened({ t: 'status_changed', status: 'open' })).happenings).toEqual([]);
  });

  test('locks, changes its lead, and tells it', () => {
    const meeting = view(
      inside,
      happened({ t: 'lock_changed', locked: true }, { t: 'lead_changed', lead: null }),
    );
    expect(meeting).toMatchObject({ locked: true, lead: null });
    expect(meeting.happenings.map(({ kind }) => kind)).toEqual(['locked', 'lead']);
  });

  test('remembers who was barred until it is undone', () => {
    const profile = { kind: 'unreadable' } as const;
    const barred = happened({ t: 'person_barred', person: { id: BEA, profile, reason: 'removed' } });
    expect(view(inside, barred, barred).barred).toHaveLength(1);
    expect(view(inside, barred, happened({ t: 'bar_undone', who: BEA })).barred).toEqual([]);
  });

  test('a snapshot of the same visit keeps what only this page knows', () => {
    const facts: readonly Fact[] = [
      inside,
      { kind: 'seats', seats: [{ who: ANA, audio: true, video: true }] },
    ];
    expect(view(...facts, inside).seats).toHaveLength(1);
    expect(view(...facts, { kind: 'snapshot', snapshot: snapshot({ you: 'other' }) }).seats).toEqual([]);
  });
});

describe('the line', () => {
  const reconnecting = (attempt: number, sinceMs: number): Fact => ({
    kind: 'line',
    line: { kind: 'reconnecting', attempt, sinceMs },
  });

  test('counts from the first failure until it is up again', () => {
    expect(after(reconnecting(1, 100), reconnecting(2, 400)).line).toMatchObject({
      attempt: 2,
      sinceMs: 100,
    });
    const again = after(reconnecting(1, 100), { kind: 'line', line: { kind: 'up' } }, reconnecting(1, 900));
    expect(again.line).toMatchObject({ sinceMs: 900 });
  });

  test('lies over the meeting without changing it', () => {
    const state = after(inside);
    expect(reduce(state, reconnecting(1, 0)).phase).toBe(state.phase);
  });
});

describe('notices', () => {
  const tooLong: Fact = { kind: 'notice', code: { kind: 'message_too_long' } };

  test('the same one twice is one, and can be dismissed', () => {
    const state = after(tooLong, tooLong);
    expect(state.notices).toEqual([{ number: 2, code: { kind: 'message_too_long' } }]);
    expect(reduce(state, { kind: 'dismissed', number: 2 }).notices).toEqual([]);
  });

  test('the oldest of six goes', () => {
    const many = Array.from({ length: 6 }, (_, index): Fact => ({
      kind: 'notice',
      code: { kind: 'plaintext_refused', who: `p${index}` },
    }));
    expect(after(...many).notices.map(({ number }) => number)).toEqual([2, 3, 4, 5, 6]);
  });
});
