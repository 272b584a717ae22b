/**
 * What waits for a facilitator now, the most urgent first: one list, so that a tired one need not look around; pure.
 *
 * Called by the panel of facilitators and by the count on its button. What waits for nobody is not in it.
 */
import type { Line } from './chat';
import type { ChatMessage, MeetingView, Person } from './model';
import type { Breakout } from './model_rooms';
import { openCalls } from './overview';
import { isFacilitator, isQuiet, lobby } from './selectors';
import { hands } from './turns';

/** need: somebody asks for someone. room: a small room called, or has nobody. knock: in the lobby. held: to be approved. */
export type Waiting =
  | { readonly kind: 'need'; readonly key: string; readonly person: Person }
  | { readonly kind: 'room'; readonly key: string; readonly room: Breakout }
  | { readonly kind: 'knock'; readonly key: string; readonly person: Person }
  | { readonly kind: 'held'; readonly key: string; readonly message: ChatMessage }
  | { readonly kind: 'line'; readonly key: string; readonly line: Line }
  | { readonly kind: 'hand'; readonly key: string; readonly person: Person };

/** A person in need before a room, a room before a guest at the door, the door before words, words before hands. */
export function waiting(meeting: MeetingView): readonly Waiting[] {
  if (!isFacilitator(meeting) || meeting.status === 'debrief') return [];
  const { needs, calling, alone, held, lines } = openCalls(meeting);
  const rooms = [...calling, ...alone.filter((room) => !room.calling)];
  return [
    ...needs.map((person) => ({ kind: 'need', key: `need ${person.id}`, person }) as const),
    ...rooms.map((room) => ({ kind: 'room', key: `room ${room.id}`, room }) as const),
    ...knocking(meeting).map((person) => ({ kind: 'knock', key: `knock ${person.id}`, person }) as const),
    ...held.map((message) => ({ kind: 'held', key: `held ${String(message.number)}`, message }) as const),
    ...lines.map((line) => ({ kind: 'line', key: `line ${line.who}`, line }) as const),
    ...raised(meeting).map((person) => ({ kind: 'hand', key: `hand ${person.id}`, person }) as const),
  ];
}

/** Not who is let in already and comes after the share, nor who is being greeted. */
export function knocking(meeting: MeetingView): readonly Person[] {
  return lobby(meeting).filter((person) => !person.admitted && !isQuiet(person));
}

/** Nobody is called on while a round, or somebody who was called on, has the floor. */
function raised(meeting: MeetingView): readonly Person[] {
  return meeting.round === null && meeting.hands.called === null ? hands(meeting) : [];
}
