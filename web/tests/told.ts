/** People, snapshots and rounds as they are told to the reducer, for tests of the state. */
import type { OpenedMessage, OpenedSnapshot } from '../src/state/facts';
import type { Person } from '../src/state/model';

/** A member in the main room. Where only `room` is given she belongs there too. */
export function person(id: string, patch: Partial<Person> = {}): Person {
  return {
    id,
    role: 'member',
    profile: { kind: 'open', name: id, pronouns: null },
    room: 'main',
    place: patch.room ?? 'main',
    connected: true,
    mic: false,
    camera: false,
    micAllowed: true,
    cameraAllowed: true,
    returning: false,
    away: false,
    admitted: false,
    silentSinceMs: null,
    guestUntilMs: null,
    captions: false,
    interprets: false,
    ...patch,
  };
}

export function snapshot(patch: Partial<OpenedSnapshot> & Pick<OpenedSnapshot, 'you'>): OpenedSnapshot {
  const { people = [person(patch.you)] } = patch;
  return {
    status: 'open',
    locked: false,
    lead: null,
    present: people.length,
    people,
    messages: [],
    barred: [],
    graceMs: 90_000,
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
    resources: [],
    contacts: null,
    ...patch,
  };
}

/** Accepted at `number` ms. */
export function message(number: number, author: string, patch: Partial<OpenedMessage> = {}): OpenedMessage {
  return {
    number,
    author,
    atMs: number,
    body: { kind: 'text', text: `text ${number}` },
    line: null,
    everywhere: false,
    held: null,
    ...patch,
  };
}
