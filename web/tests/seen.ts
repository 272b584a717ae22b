/** A meeting as somebody sees it after some events: by a member, or by its facilitator. */
import type { OpenedEvent, OpenedSnapshot } from '../src/state/facts';
import type { MeetingView } from '../src/state/model';
import { INITIAL, reduce } from '../src/state/reduce';
import { meetingOf } from '../src/state/selectors';
import { person, snapshot } from './told';

export const lead = person('lead', { role: 'facilitator' });

export function view(patch: Partial<OpenedSnapshot>, ...events: readonly OpenedEvent[]): MeetingView {
  const told = snapshot({ you: 'm', people: [person('m'), lead], ...patch });
  const entered = reduce(INITIAL, { kind: 'snapshot', snapshot: told });
  const meeting = meetingOf(reduce(entered, { kind: 'happened', events }));
  if (meeting === null) throw new Error('not in a meeting');
  return meeting;
}

/** As the facilitator sees it. */
export function led(patch: Partial<OpenedSnapshot>, ...events: readonly OpenedEvent[]): MeetingView {
  return view({ you: 'lead', ...patch }, ...events);
}

export function ids(people: readonly { readonly id: string }[]): readonly string[] {
  return people.map(({ id }) => id);
}

export function kinds({ happenings }: MeetingView): readonly string[] {
  return happenings.map(({ kind, who }) => (who === null ? kind : `${kind} ${who}`));
}
