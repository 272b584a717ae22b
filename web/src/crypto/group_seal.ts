/**
 * The group's own texts (protocol §6): what it is called, what it agrees on, how it spends its time.
 *
 * Sealed where a group is started, opened by whoever arrives with a link. What cannot be opened gives null, never a guess.
 */
import { encode } from '@msgpack/msgpack';
import type { ChatMode, GroupTexts, SegmentKind, SegmentPlan } from '../state/model_session';
import type { Floor } from '../state/model';
import { MAX_GROUP_TITLE_CHARACTERS, MAX_POINT_CHARACTERS, MAX_POINTS } from './group_bounds';
import type { KeySource } from './keys';
import { seal, unpack, unseal } from './seal';
import { isLength } from './lengths';

export const GROUP_LABEL = 'kith/1 group';

const MAX_PART_TITLE_CHARACTERS = 100;
/** As many and as long as the meeting takes (`max_segments`, `max_segment_ms` of its rules). */
const MAX_PARTS = 24;
const MAX_MINUTES = 180;
const MINUTE_MS = 60_000;

const KINDS: readonly SegmentKind[] = ['gathering', 'round', 'open', 'breakouts', 'break', 'closing'];
const FLOORS: readonly Floor[] = ['open', 'gentle', 'held'];
const CHATS: readonly ChatMode[] = ['open', 'approved', 'facilitators', 'closed'];

export async function sealGroup(keys: KeySource, texts: GroupTexts): Promise<Uint8Array<ArrayBuffer>> {
  const { title, agreement } = texts;
  const plan = texts.plan.map(({ lengthMs, ...part }) => ({ ...part, minutes: lengthMs / MINUTE_MS }));
  return seal(await keys.textKey(GROUP_LABEL), GROUP_LABEL, encode({ title, agreement, plan }));
}

export async function openGroup(keys: KeySource, box: Uint8Array): Promise<GroupTexts | null> {
  const plain = unpack(await unseal(await keys.textKey(GROUP_LABEL), GROUP_LABEL, box));
  const { title, agreement, plan } = plain;
  if (!isText(title, 0, MAX_GROUP_TITLE_CHARACTERS)) return null;
  const points = listOf(agreement, MAX_POINTS, pointOf);
  const parts = listOf(plan, MAX_PARTS, partOf);
  return points === null || parts === null ? null : { title, agreement: points, plan: parts };
}

function pointOf(value: unknown): string | null {
  return isText(value, 1, MAX_POINT_CHARACTERS) ? value : null;
}

function partOf(value: unknown): SegmentPlan | null {
  if (typeof value !== 'object' || value === null) return null;
  const { title, minutes, ...named } = value as Partial<
    Record<'title' | 'minutes' | 'kind' | 'floor' | 'chat', unknown>
  >;
  const kind = KINDS.find((one) => one === named.kind);
  const floor = FLOORS.find((one) => one === named.floor);
  const chat = CHATS.find((one) => one === named.chat);
  if (kind === undefined || floor === undefined || chat === undefined) return null;
  if (!isText(title, 0, MAX_PART_TITLE_CHARACTERS)) return null;
  if (typeof minutes !== 'number' || !Number.isInteger(minutes) || minutes < 1 || minutes > MAX_MINUTES)
    return null;
  return { kind, title, lengthMs: minutes * MINUTE_MS, floor, chat };
}

/** null where one of them is not right: half an agreement would say something else. */
function listOf<T>(value: unknown, most: number, read: (one: unknown) => T | null): readonly T[] | null {
  if (!Array.isArray(value) || value.length > most) return null;
  const items = value.map(read);
  return items.every((one): one is NonNullable<typeof one> => one !== null) ? items : null;
}

function isText(value: unknown, least: number, most: number): value is string {
  return typeof value === 'string' && isLength(value, least, most);
}
