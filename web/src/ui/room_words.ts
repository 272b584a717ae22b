/**
 * The words for rooms: their number and what they are about; pure apart from the language.
 *
 * Called by the screens.
 */
import { t } from '../i18n/language.svelte';
import type { MeetingView, MessageBody, RoomId } from '../state/model';
import type { Breakouts } from '../state/model_rooms';

/** What a room is about; null: nothing, or nothing that can be read. */
export function topicText(topic: MessageBody): string | null {
  return topic.kind === 'text' && topic.text !== '' ? topic.text : null;
}

/** People count rooms from 1, whatever numbers the server gives them. */
export function roomText({ rooms }: Breakouts, room: RoomId): string {
  const index = rooms.findIndex(({ id }) => id === room);
  const found = rooms[index];
  if (found === undefined) return t('breakout.main');
  const topic = topicText(found.topic);
  return topic === null
    ? t('breakout.room_n', { n: index + 1 })
    : t('breakout.room_topic', { n: index + 1, topic });
}

/** Where somebody belongs, in words. */
export function placeName({ breakouts }: MeetingView, room: RoomId): string {
  return breakouts === null ? t('breakout.main') : roomText(breakouts, room);
}

/** Its number alone, where there is little room for words. */
export function shortRoom({ breakouts }: MeetingView, room: RoomId): string {
  const index = breakouts?.rooms.findIndex(({ id }) => id === room) ?? -1;
  return index < 0 ? t('breakout.main') : t('breakout.room_n', { n: index + 1 });
}
