/**
 * Chat, run-sheet, pulse, resources and keep in touch after an event; pure.
 *
 * Called by `reduce_meeting.ts` only.
 */
import type { OpenedSessionEvent } from './facts';
import type { MeetingView } from './model';
import type { MadeContact } from './model_session';
import { deleted, said } from './reduce_chat';
import { told, toldIf } from './telling';

/** More nobody reads beside the faces. */
export const MAX_CAPTIONS = 3;

export function afterSessionEvent(meeting: MeetingView, event: OpenedSessionEvent): MeetingView {
  switch (event.t) {
    case 'said':
      return said(meeting, event.message);
    case 'message_deleted':
      return deleted(meeting, event.number);
    case 'chat_changed':
      return { ...meeting, chatMode: event.mode, slowMs: event.slowMs };
    case 'pause_changed':
      return { ...meeting, heldByHand: event.byHand };
    case 'texts_set':
      return { ...meeting, group: event.group };
    case 'run_sheet_changed': {
      const current = event.runSheet?.current ?? null;
      const isNew = current !== null && current !== meeting.runSheet?.current;
      return toldIf({ ...meeting, runSheet: event.runSheet }, isNew ? 'segment' : null, null);
    }
    case 'pulse_changed':
      return afterPulse(meeting, event.pulse);
    case 'pulse_shown': {
      const question = meeting.pulse?.question ?? { kind: 'unreadable' };
      return { ...meeting, pulseResult: { question, counts: event.counts } };
    }
    case 'handed_out': {
      const others = meeting.resources.filter(({ number }) => number !== event.resource.number);
      return told({ ...meeting, resources: [...others, event.resource] }, 'handed_out', null);
    }
    case 'taken_back':
      return { ...meeting, resources: meeting.resources.filter(({ number }) => number !== event.number) };
    case 'contacts_changed': {
      const isNew = event.contacts !== null && meeting.contacts === null;
      return toldIf({ ...meeting, contacts: event.contacts }, isNew ? 'contacts_opened' : null, null);
    }
    case 'captioned':
      return { ...meeting, captions: [...meeting.captions, event.line].slice(-MAX_CAPTIONS) };
    case 'contact_made':
      return contactMade(meeting, event);
  }
}

/** The result of the last question stands until another one is asked. */
function afterPulse(meeting: MeetingView, pulse: MeetingView['pulse']): MeetingView {
  if (pulse === null) return { ...meeting, pulse };
  const after = { ...meeting, pulse, pulseResult: null };
  return toldIf(after, meeting.pulse === null ? 'pulse_asked' : null, null);
}

function contactMade(meeting: MeetingView, { who, body, profile }: MadeContact): MeetingView {
  const others = meeting.contactsMade.filter((contact) => contact.who !== who);
  const contactsMade = [...others, { who, body, profile }];
  return told({ ...meeting, contactsMade }, 'contact_made', who);
}
