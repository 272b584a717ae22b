/**
 * A share in writing that is not sent yet: kept with its turn, and with the chat when that has gone; pure.
 *
 * Called by `MeetingPage.svelte`, which keeps it beside what is half typed in the chat.
 */
import type { MeetingView } from '../../state/model';
import { me } from '../../state/selectors';

export type Drafts = Readonly<Record<string, string>>;

const KEY = /^turn (\S+) \d+$/;

/** Under which what is written for the turn of now is kept; the chat's names never look like it. */
export function shareKey(meeting: MeetingView): string {
  return `turn ${me(meeting)?.place ?? ''} ${meeting.round?.turn ?? 0}`;
}

export function withoutDraft(drafts: Drafts, key: string): Drafts {
  return Object.fromEntries(Object.entries(drafts).filter(([one]) => one !== key));
}

/** Whose turn has gone is begun in the chat of the room it was written in, never sent; null: there is nothing like that. */
export function keptForChat(drafts: Drafts, now: string): Drafts | null {
  const strays = Object.entries(drafts).filter(([key]) => key !== now && KEY.test(key));
  if (strays.length === 0) return null;
  let kept = drafts;
  for (const [key, text] of strays) {
    const chat = `room ${KEY.exec(key)?.[1] ?? ''}`;
    kept = {
      ...withoutDraft(kept, key),
      [chat]: [kept[chat] ?? '', text].filter((one) => one !== '').join('\n'),
    };
  }
  return kept;
}
