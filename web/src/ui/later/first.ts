/** What goes first when somebody comes in; pure. Asked by `MeetingPage.svelte` before it asks for the rest of the screens. */
import type { MeetingView, Transport } from '../../state/model';
import { here } from '../../state/selectors';

/** Picture and sound of somebody are on their way, and nothing of them is here yet. */
export function mediaComesFirst(transport: Transport, meeting: MeetingView): boolean {
  if (transport === 'connecting') return true;
  if (transport !== 'up' || meeting.decrypting.length > 0) return false;
  return here(meeting).some(({ id, mic, camera }) => id !== meeting.you && (mic || camera));
}
