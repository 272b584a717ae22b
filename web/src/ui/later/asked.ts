/** Whether somebody is asked or told something that only comes with the rest of the screens (`inside.ts`); pure. */
import type { MeetingView } from '../../state/model';
import { aloneRooms, amWaiting, callingRooms, myPart, myRoom, needs } from '../../state/rooms';
import { isFacilitator } from '../../state/selectors';
import { amSharing, mayTake, nameable } from '../../state/turns';

/** She must find it now, whatever else is on its way. Asked by `MeetingPage.svelte` and `TurnBar.svelte`. */
export function isAskedSomething(meeting: MeetingView): boolean {
  if (amWaiting(meeting) || meeting.status === 'debrief' || myRoom(meeting).kind === 'quiet') return true;
  if (meeting.pulseResult !== null) return true;
  if (isFacilitator(meeting) && isCalled(meeting)) return true;
  return meeting.status === 'open' && isAskedHere(meeting);
}

function isAskedHere(meeting: MeetingView): boolean {
  if (amSharing(meeting) || mayTake(meeting)) return true;
  if (isFacilitator(meeting)) return false;
  return nameable(meeting).length > 0 || meeting.pulse !== null || myPart(meeting) !== 'none';
}

function isCalled(meeting: MeetingView): boolean {
  return [needs, callingRooms, aloneRooms].some((calls) => calls(meeting).length > 0);
}
