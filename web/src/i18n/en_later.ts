/**
 * English words that nobody needs to come in: of what facilitators do, of rooms, and of the session as a whole.
 *
 * Asked for by `languages.ts` once somebody is inside or starts a group.
 */
import { enLead } from './en_lead';
import { enRooms } from './en_rooms';
import { enSession } from './en_session';

export const enLater = { ...enLead, ...enRooms, ...enSession } as const;
