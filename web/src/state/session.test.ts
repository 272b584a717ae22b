import { describe, expect, test } from 'vitest';
import { message, person, snapshot } from '../../tests/told';
import type { Fact, OpenedEvent, OpenedSnapshot, ToldRound } from './facts';
import type { AppState, MeetingView } from './model';
import type { Pulse, RunSheet, SealedSegment, SegmentKind } from './model_session';
import { openCalls, overview, silent } from './overview';
import { INITIAL, reduce } from './reduce';
import { meetingOf } from './selectors';
import {
  contactChoices,
  countsOf,
  guestLeftMs,
  guestTimeRuns,
  isSamePlan,
  MAX_OFFERS,
  mayAnswerPulse,
  mayOfferMore,
  segmentLeftMs,
  segmentNext,
  segmentNow,
  sessionLeftMs,
} from './session';

const lead = person('lead', { role: 'facilitator' });

function state(patch: Partial<OpenedSnapshot>, ...events: readonly OpenedEvent[]): AppState {
  const people = [person('m'), lead, person('a')];
  const entered = reduce(INITIAL, { kind: 'snapshot', snapshot: snapshot({ you: 'm', people, ...patch }) });
  return events.reduce((before, event) => reduce(before, { kind: 'happened', events: [event] }), entered);
}

function view(patch: Partial<OpenedSnapshot>, ...events: readonly OpenedEvent[]): MeetingView {
  const meeting = meetingOf(state(patch, ...events));
  if (meeting === null) throw new Error('not in a meeting');
  return meeting;
}

function led(patch: Partial<OpenedSnapshot>, ...events: readonly OpenedEvent[]): MeetingView {
  return view({ you: 'lead', ...patch }, ...events);
}

function kinds({ happenings }: MeetingView): readonly string[] {
  return happenings.map(({ kind }) => kind);
}

const contact = {
  who: 'a',
  profile: { kind: 'open', name: 'a', pronouns: null },
  body: { kind: 'text', text: 'x' },
} as const;

function sheet(patch: Partial<RunSheet> = {}): RunSheet {
  const segment = (kind: SegmentKind, lengthMs: number) =>
    ({ kind, title: { kind: 'text', text: '' }, lengthMs, floor: 'open', chat: 'open' }) as const;
  const segments = [segment('gathering', 100), segment('round', 200), segment('closing', 50)];
  return { segments, sealed: [], current: 1, leftMs: 150, atMs: 1_000, runs: true, ...patch };
}

describe('the run-sheet', () => {
  test('says what goes on, what comes next, and how long', () => {
    const meeting = view({ runSheet: sheet() });
    expect([segmentNow(meeting)?.kind, segmentNext(meeting)?.kind]).toEqual(['round', 'closing']);
    expect([1_050, 1_250].map((at) => segmentLeftMs(meeting, at))).toEqual([100, -100]);
    expect([1_050, 1_250].map((at) => sessionLeftMs(meeting, at))).toEqual([150, 50]);
  });

  test('before it has begun the first part is next, and no time runs', () => {
    const meeting = view({ runSheet: sheet({ current: null, leftMs: null, runs: false }) });
    expect([segmentNow(meeting), segmentNext(meeting)?.kind]).toEqual([null, 'gathering']);
    expect([segmentLeftMs(meeting, 0), sessionLeftMs(meeting, 0)]).toEqual([null, null]);
  });

  test('in the last part nothing is next; without one there is nothing', () => {
    expect(segmentNext(view({ runSheet: sheet({ current: 2 }) }))).toBeNull();
    expect([segmentNow(view({})), segmentNext(view({})), segmentLeftMs(view({}), 0)]).toEqual([
      null,
      null,
      null,
    ]);
  });

  test('a part that begins is told, a changed plan is not', () => {
    const told = (runSheet: RunSheet | null): OpenedEvent => ({ t: 'run_sheet_changed', runSheet });
    const meeting = view(
      { runSheet: sheet() },
      told(sheet({ runs: false })),
      told(sheet({ current: 2 })),
      told(null),
    );
    expect([kinds(meeting), meeting.runSheet]).toEqual([['segment'], null]);
  });
});

test('the time of a guest runs down to nothing', () => {
  const guest = person('g', { role: 'guest', guestUntilMs: 1_000 });
  expect([400, 5_000].map((at) => guestLeftMs(guest, at))).toEqual([600, 0]);
  expect(guestLeftMs(person('m'), 0)).toBeNull();
});

test('the time of a guest is shown while it runs: not in a pause', () => {
  const guest = person('g', { role: 'guest', guestUntilMs: 1_000 });
  expect(guestTimeRuns(view({ status: 'open' }), guest)).toBe(true);
  expect(guestTimeRuns(view({ status: 'paused' }), guest)).toBe(false);
  expect(guestTimeRuns(view({ status: 'open' }), person('m'))).toBe(false);
});

describe('the pulse', () => {
  const question = { kind: 'open', question: 'So?', answers: ['a', 'b'] } as const;
  const asked: Pulse = { number: 1, question, options: 2, answered: false };
  const changed = (pulse: Pulse | null): OpenedEvent => ({ t: 'pulse_changed', pulse });

  test('is answered once, by those who are not facilitators, and only where it can be read', () => {
    expect(mayAnswerPulse(view({ pulse: asked }))).toBe(true);
    expect(mayAnswerPulse(view({ pulse: { ...asked, answered: true } }))).toBe(false);
    expect(mayAnswerPulse(led({ pulse: asked }))).toBe(false);
    expect(mayAnswerPulse(view({ pulse: { ...asked, question: { kind: 'unreadable' } } }))).toBe(false);
    expect(mayAnswerPulse(view({}))).toBe(false);
  });

  test('the result keeps its question until another one is asked, also over a snapshot', () => {
    const shown = view({ pulse: asked }, { t: 'pulse_shown', counts: [3, 4] }, changed(null));
    expect(shown).toMatchObject({ pulse: null, pulseResult: { question, counts: [3, 4] } });
    const after = state({ pulse: asked }, { t: 'pulse_shown', counts: [3, 4] }, changed(null));
    const moved: Fact = { kind: 'snapshot', snapshot: snapshot({ you: 'm' }) };
    expect(meetingOf(reduce(after, moved))?.pulseResult).toMatchObject({ counts: [3, 4] });
    expect(
      view({ pulse: asked }, { t: 'pulse_shown', counts: [3, 4] }, changed(null), changed(asked)).pulseResult,
    ).toBeNull();
  });

  test('each answer has its number; too few, or other words, give none', () => {
    expect(countsOf({ question, counts: [3, 4] })).toEqual([
      { answer: 'a', count: 3 },
      { answer: 'b', count: 4 },
    ]);
    expect(countsOf({ question, counts: null })).toBeNull();
    expect(countsOf({ question, counts: [1, 2, 3] })).toBeNull();
    expect(countsOf({ question: { kind: 'unreadable' }, counts: [3, 4] })).toBeNull();
  });

  test('is told when it is asked, not when somebody has answered', () => {
    expect(kinds(view({}, changed(asked), changed({ ...asked, answered: true })))).toEqual(['pulse_asked']);
  });
});

describe('resources', () => {
  const resource = (number: number, title = 'T') =>
    ({ number, body: { kind: 'open', title, link: null, text: null } }) as const;

  test('are handed out and taken back', () => {
    const meeting = view(
      { resources: [resource(1)] },
      { t: 'handed_out', resource: resource(2) },
      { t: 'handed_out', resource: resource(2, 'again') },
      { t: 'taken_back', number: 1 },
    );
    expect(meeting.resources).toEqual([resource(2, 'again')]);
    expect(kinds(meeting)).toEqual(['handed_out', 'handed_out']);
  });

  test('with what else was told once they are on the last page when the meeting was ended, and only then', () => {
    const made: OpenedEvent = { t: 'contact_made', ...contact };
    const after = state({ resources: [resource(1)] }, made, { t: 'pulse_shown', counts: null });
    const over = (kind: 'ended' | 'left') =>
      reduce(after, { kind: 'over', ending: { kind }, canTryAgain: false });
    expect(over('ended').phase).toMatchObject({
      keepsakes: {
        resources: [resource(1)],
        contacts: [{ who: 'a', profile: { name: 'a' }, body: { text: 'x' } }],
        pulse: { counts: null },
      },
    });
    expect(over('left').phase).toMatchObject({ keepsakes: { resources: [], contacts: [], pulse: null } });
  });
});

describe('keep in touch', () => {
  test('is with members, other than myself, once it is open', () => {
    const people = [person('m'), lead, person('a'), person('g', { role: 'guest' }), person('b')];
    const choices = contactChoices(view({ people, contacts: ['b'] }));
    expect(choices.map(({ person: { id }, offered }) => [id, offered])).toEqual([
      ['a', false],
      ['b', true],
    ]);
    expect(contactChoices(view({ people }))).toEqual([]);
    expect(contactChoices(led({ people, contacts: [] }))).toEqual([]);
  });

  test('has an end', () => {
    const many = Array.from({ length: MAX_OFFERS }, (_, index) => `p${index}`);
    expect(mayOfferMore(view({ contacts: many }))).toBe(false);
    expect(mayOfferMore(view({ contacts: many.slice(1) }))).toBe(true);
    expect(mayOfferMore(view({}))).toBe(false);
  });

  test('is told when it opens; what was made stays when it closes and over a snapshot', () => {
    const changed = (contacts: readonly string[] | null): OpenedEvent => ({
      t: 'contacts_changed',
      contacts,
    });
    const made: OpenedEvent = { t: 'contact_made', ...contact };
    const after = state({}, changed([]), changed(['a']), made, changed(null));
    const meeting = meetingOf(after);
    expect(meeting === null ? [] : kinds(meeting)).toEqual(['contacts_opened', 'contact_made']);
    const moved: Fact = { kind: 'snapshot', snapshot: snapshot({ you: 'm' }) };
    expect(meetingOf(reduce(after, moved))).toMatchObject({ contacts: null, contactsMade: [{ who: 'a' }] });
  });
});

describe('a pause, and the debrief', () => {
  test('a pause by hand is known as such', () => {
    const paused = view({}, { t: 'pause_changed', byHand: true }, { t: 'status_changed', status: 'paused' });
    expect(paused).toMatchObject({ heldByHand: true, status: 'paused' });
    expect(kinds(paused)).toEqual(['paused']);
  });

  test('in the debrief nothing of the group is left here either', () => {
    const full: Partial<OpenedSnapshot> = {
      messages: [message(1, 'a')],
      chatMode: 'closed',
      floor: 'held',
      locked: true,
      needs: ['a'],
      runSheet: sheet(),
      contacts: [],
      hands: { raised: ['a'], fair: true, called: null },
    };
    const meeting = led(
      full,
      { t: 'person_parted', who: 'm', how: 'over' },
      { t: 'status_changed', status: 'debrief' },
    );
    expect(meeting).toMatchObject({
      ...{ status: 'debrief', messages: [], chatMode: 'open', floor: 'open', locked: false, needs: [] },
      ...{ runSheet: null, contacts: null, hands: { raised: [], fair: false, called: null } },
    });
    expect(kinds(meeting)).toEqual(['left', 'debrief']);
  });
});

describe('what a facilitator sees at a glance', () => {
  const round = (places: ToldRound['places'], patch: Partial<ToldRound> = {}): ToldRound => ({
    ...{
      kind: 'circle',
      turn: 1,
      phase: 'offered',
      who: null,
      leftMs: null,
      atMs: 0,
      runs: true,
      held: false,
    },
    ...{ secondOffer: false, stage: 'first', named: null, shareMs: null, invitePassed: false, places },
    ...patch,
  });
  const places = [
    { who: 'm', standing: 'waiting' },
    { who: 'a', standing: 'later' },
    { who: 'b', standing: 'passed' },
    { who: 'c', standing: 'shared' },
  ] as const;
  const people = [lead, ...['m', 'a', 'b', 'c'].map((id) => person(id, { silentSinceMs: 0 }))];

  test('the time left for each who was not heard, and who passed', () => {
    const told = overview(
      led({ people, round: round(places), runSheet: sheet({ leftMs: 600, atMs: 0 }) }),
      200,
    );
    expect(told).toMatchObject({ leftMs: 400, eachMs: 200 });
    expect(told.notYetHeard.map(({ id }) => id)).toEqual(['m', 'a']);
    expect(told.passed.map(({ id }) => id)).toEqual(['b']);
  });

  test.each<[string, Partial<OpenedSnapshot>]>([
    ['no part is going on', { round: round(places) }],
    ['its time is over', { round: round(places), runSheet: sheet({ leftMs: -1, runs: false }) }],
    ['everybody was heard', { runSheet: sheet() }],
  ])('there is no time for each when %s', (_, patch) => {
    expect(overview(led({ people, ...patch }), 0).eachMs).toBeNull();
  });

  test('members by their silence, the longest first; not who speaks, is away, is lost, is a guest', () => {
    const silentFor = (id: string, since: number, patch = {}) =>
      person(id, { silentSinceMs: since, ...patch });
    const there = [
      lead,
      silentFor('a', 500),
      silentFor('b', 100),
      silentFor('c', 0),
      silentFor('d', 0, { away: true }),
      silentFor('e', 0, { connected: false }),
      silentFor('f', 0, { role: 'guest' }),
      silentFor('g', 0, { room: 'q1', place: 'main' }),
    ];
    const sharing = round([{ who: 'c', standing: 'sharing' }], { phase: 'sharing', who: 'c' });
    const told = silent(led({ people: there, round: sharing }), 1_000);
    expect(told.map(({ person: { id }, ms }) => [id, ms])).toEqual([
      ['b', 900],
      ['a', 500],
    ]);
  });

  test('whoever shared, was called on or wrote is silent since then', () => {
    const sharing = round([{ who: 'a', standing: 'sharing' }], { phase: 'sharing', who: 'a' });
    const meeting = led(
      { people, round: sharing, hands: { raised: [], fair: false, called: null } },
      { t: 'round_changed', round: null, atMs: 700 },
      { t: 'hands_changed', hands: { raised: [], fair: false, called: 'b' }, atMs: 750 },
      { t: 'hands_changed', hands: { raised: [], fair: false, called: null }, atMs: 800 },
      { t: 'said', message: message(600, 'c') },
    );
    const since = Object.fromEntries(meeting.people.map(({ id, silentSinceMs }) => [id, silentSinceMs]));
    expect(since).toEqual({ lead: null, m: 0, a: 700, b: 800, c: 600 });
  });

  test('a member learns of nobody how long she was silent', () => {
    const meeting = view({}, { t: 'said', message: message(600, 'a') });
    expect(meeting.people.map(({ silentSinceMs }) => silentSinceMs)).toEqual([null, null, null]);
  });

  test('everything that waits for a facilitator is counted', () => {
    const topic = { kind: 'text', text: '' } as const;
    const room = { topic, host: null, people: [] };
    const rooms = [
      { ...room, id: 'b1', calling: true, alone: true },
      { ...room, id: 'b2', calling: false, alone: false },
    ];
    const clock = { leftMs: null, atMs: 0, runs: false };
    const calls = openCalls(
      led({
        people,
        needs: ['m'],
        breakouts: {
          ...{ kind: 'random', open: true, rooms, ...clock, noticed: false, unattended: false },
          ...{ yours: null, answer: null, consents: {} },
        },
        messages: [
          message(1, 'a', { held: 'approval' }),
          message(2, 'a', { held: 'share' }),
          message(3, 'b', { line: 'b' }),
        ],
      }),
    );
    expect(calls.count).toBe(5);
    expect(
      [calls.needs, calls.calling, calls.alone, calls.held, calls.lines].map(({ length }) => length),
    ).toEqual([1, 1, 1, 1, 1]);
    expect(openCalls(view({ needs: ['m'] })).count).toBe(0);
  });
});

describe('a plan is the same', () => {
  const part = {
    kind: 'round',
    title: new Uint8Array([1, 2]),
    lengthMs: 5,
    floor: 'held',
    chat: 'open',
  } as const;
  const plan = sheet({ sealed: [part] });

  test('however far the session has come, and none is as none', () => {
    expect(isSamePlan(plan, { ...plan, current: 0, leftMs: 3 })).toBe(true);
    expect(isSamePlan(null, null)).toBe(true);
  });

  test.each<[string, readonly SealedSegment[]]>([
    ['a part less', []],
    ['a part more', [part, part]],
    ['another kind', [{ ...part, kind: 'open' }]],
    ['another length', [{ ...part, lengthMs: 6 }]],
    ['another floor', [{ ...part, floor: 'open' }]],
    ['another chat', [{ ...part, chat: 'closed' }]],
    ['another title', [{ ...part, title: new Uint8Array([1, 3]) }]],
    ['a longer title', [{ ...part, title: new Uint8Array([1, 2, 3]) }]],
  ])('but not with %s', (_, sealed) => {
    expect(isSamePlan(plan, { ...plan, sealed })).toBe(false);
  });
});
