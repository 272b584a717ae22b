/**
 * What there is to find in the session panel, each under a name of its own, so that new things can be counted; pure.
 *
 * Called by the meeting's page.
 */
import type { MeetingView } from '../../state/model';

export function sessionNews({ resources, contacts, contactsMade, role }: MeetingView): readonly string[] {
  return [
    ...resources.map(({ number }) => `resource ${number}`),
    ...contactsMade.map(({ who }) => `contact ${who}`),
    ...(contacts !== null && role === 'member' ? ['contacts'] : []),
  ];
}
