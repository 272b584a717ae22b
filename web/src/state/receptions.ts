/**
 * How everybody's pictures come through, in one word each, for a facilitator; pure.
 *
 * Called by the screens. Numbers are for the details; whoever leads wants to know: is it her link, her wish, or nothing at all?
 */
import type { MeetingView, Person } from './model';
import type { Reception, ShownPicture, Why } from './model_receptions';
import { inside, personOf } from './selectors';

/**
 * text: she has no sound and pictures at all. alone: there is no picture that could come. unseen: none is on her screen.
 * dark: her link carries none. narrow, lossy: smaller ones, or fewer. thrifty: she asked for little. settling: more will come. well: all is as it should be.
 */
export type Verdict =
  'text' | 'dark' | 'narrow' | 'lossy' | 'thrifty' | 'settling' | 'alone' | 'unseen' | 'well';

/** Who needs a thought first. */
const ORDER: readonly Verdict[] = [
  'dark',
  'lossy',
  'narrow',
  'text',
  'settling',
  'thrifty',
  'well',
  'alone',
  'unseen',
];

export interface Received {
  readonly person: Person;
  readonly verdict: Verdict;
  /** null: nothing was told of her. */
  readonly reception: Reception | null;
  readonly pictures: readonly (ShownPicture & { readonly of: Person | null })[];
  /** Of all pictures together. */
  readonly bps: number;
}

/** Everybody inside; empty as long as nothing was told. Of a very large meeting only those who were told of. */
export function received(meeting: MeetingView): readonly Received[] {
  const { receptions } = meeting;
  if (receptions === null) return [];
  const told = new Map(receptions.people.map((one) => [one.who, one]));
  return inside(meeting)
    .filter(({ id, connected }) => told.has(id) || (receptions.leftOut === 0 && connected))
    .map((person) => receivedBy(meeting, person, told.get(person.id) ?? null))
    .toSorted((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict));
}

function receivedBy(meeting: MeetingView, person: Person, reception: Reception | null): Received {
  const pictures = (reception?.pictures ?? []).map((one) => ({ ...one, of: personOf(meeting, one.who) }));
  return {
    person,
    verdict: verdict(reception),
    reception,
    pictures,
    bps: pictures.reduce((sum, { bps }) => sum + bps, 0),
  };
}

export function verdict(reception: Reception | null): Verdict {
  if (reception === null) return 'text';
  // What nobody sends and what she does not look at say nothing of her link.
  const coming = reception.pictures.filter(({ why }) => why !== 'not_sent');
  const seen = coming.filter(({ why }) => why !== 'invisible');
  if (coming.length === 0) return 'alone';
  if (seen.length === 0) return 'unseen';
  const has = (why: Why): boolean => seen.some((one) => one.why === why);
  if (has('bandwidth') || has('loss')) {
    if (seen.every(({ heightPx }) => heightPx === 0)) return 'dark';
    return has('loss') ? 'lossy' : 'narrow';
  }
  if (has('low_data')) return 'thrifty';
  return has('calm') ? 'settling' : 'well';
}

export type Size = 'none' | 'small' | 'medium' | 'large';

const MEDIUM_PX = 240;
const LARGE_PX = 480;

export function sizeOf({ heightPx }: ShownPicture): Size {
  if (heightPx === 0) return 'none';
  if (heightPx < MEDIUM_PX) return 'small';
  return heightPx < LARGE_PX ? 'medium' : 'large';
}
