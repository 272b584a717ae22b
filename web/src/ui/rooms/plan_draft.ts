/**
 * What a facilitator has filled in while planning breakouts, and the plan it makes; pure.
 *
 * Called by `PlanRooms.svelte`.
 */
import type { MeetingView, ParticipantId, Person } from '../../state/model';
import type { BreakoutKind, BreakoutPlan } from '../../state/model_rooms';
import { inside, MAIN, seemsAway } from '../../state/selectors';
import { MINUTE_MS } from '../session_words';

export interface RoomDraft {
  readonly topic: string;
  readonly host: ParticipantId | null;
}

export interface PlanDraft {
  readonly kind: BreakoutKind;
  /** As many as were ever filled in; `roomCount` says how many of them count. */
  readonly rooms: readonly RoomDraft[];
  /** By hand: in which room, counted from 0; who is not named stays. */
  readonly places: Readonly<Record<ParticipantId, number>>;
  /** By chance: people in a room. */
  readonly size: number;
  /** 0: until they are called back. */
  readonly minutes: number;
  readonly unattended: boolean;
}

export const MOST_ROOMS = 12;
const EMPTY: RoomDraft = { topic: '', host: null };

export const FIRST_DRAFT: PlanDraft = {
  kind: 'by_hand',
  rooms: [EMPTY, EMPTY],
  places: {},
  size: 4,
  minutes: 15,
  unattended: false,
};

/** Members of the main room who are here now: only they are drawn or paired. */
export function membersHere(meeting: MeetingView): readonly Person[] {
  return inside(meeting).filter(
    (person) =>
      person.role === 'member' && person.place === MAIN && person.connected && !seemsAway(meeting, person),
  );
}

/** Who may look after a room; two and two have no member beside them. */
export function possibleHosts(meeting: MeetingView, kind: BreakoutKind): readonly Person[] {
  const here = inside(meeting).filter(({ place }) => place === MAIN);
  return kind === 'pairs' ? here.filter(({ role }) => role !== 'member') : here;
}

/** How many rooms there will be: chosen, or what so many people make. */
export function roomCount(draft: PlanDraft, people: number): number {
  switch (draft.kind) {
    case 'by_hand':
    case 'topic':
      return draft.rooms.length;
    case 'random':
      return Math.max(1, Math.min(Math.ceil(people / draft.size), Math.floor(people / 2)));
    case 'pairs':
      return Math.floor(people / 2);
  }
}

/** The rooms that count, those not filled in yet as well. */
export function roomsOf(draft: PlanDraft, people: number): readonly RoomDraft[] {
  return Array.from({ length: roomCount(draft, people) }, (_, index) => draft.rooms[index] ?? EMPTY);
}

export function withCount(draft: PlanDraft, count: number): PlanDraft {
  const length = Math.min(MOST_ROOMS, Math.max(1, count));
  return { ...draft, rooms: Array.from({ length }, (_, index) => draft.rooms[index] ?? EMPTY) };
}

/** Whoever looks after one room looks after no other. */
export function withRoom(draft: PlanDraft, index: number, change: Partial<RoomDraft>): PlanDraft {
  const length = Math.max(draft.rooms.length, index + 1);
  const rooms = Array.from({ length }, (_, nth) => {
    const room = draft.rooms[nth] ?? EMPTY;
    if (nth === index) return { ...room, ...change };
    return change.host != null && room.host === change.host ? { ...room, host: null } : room;
  });
  return { ...draft, rooms };
}

export function withPlace(draft: PlanDraft, who: ParticipantId, index: number | null): PlanDraft {
  const others = Object.entries(draft.places).filter(([id]) => id !== who);
  return { ...draft, places: Object.fromEntries(index === null ? others : [...others, [who, index]]) };
}

/** Who is gone meanwhile is left out: the server refuses a plan with somebody it does not know. */
export function planOf(draft: PlanDraft, meeting: MeetingView): BreakoutPlan {
  const here = new Set(inside(meeting).flatMap(({ id, place }) => (place === MAIN ? [id] : [])));
  const rooms = roomsOf(draft, membersHere(meeting).length);
  const possible = new Set(possibleHosts(meeting, draft.kind).map(({ id }) => id));
  const hosts = rooms.map(({ host }) => (host !== null && possible.has(host) ? host : null));
  const meant = (index: number) =>
    Object.entries(draft.places).flatMap(([who, nth]) =>
      nth === index && here.has(who) && !hosts.includes(who) ? [who] : [],
    );
  return {
    kind: draft.kind,
    rooms: rooms.map(({ topic }, index) => ({
      topic: topic.trim(),
      host: hosts[index] ?? null,
      people: draft.kind === 'by_hand' ? meant(index) : [],
    })),
    size: draft.kind === 'random' ? draft.size : null,
    lengthMs: draft.minutes === 0 ? null : draft.minutes * MINUTE_MS,
    unattended: draft.unattended,
  };
}

/** Somebody would go; what else the server asks of a plan it says itself. */
export function leadsSomewhere(plan: BreakoutPlan): boolean {
  if (plan.kind !== 'by_hand') return plan.rooms.length > 0;
  return plan.rooms.some(({ host, people }) => host !== null || people.length > 0);
}
