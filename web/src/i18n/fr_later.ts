/** French; see `en_later.ts`. */
import { frLead } from './fr_lead';
import { frRooms } from './fr_rooms';
import { frSession } from './fr_session';
import type { LaterWords } from './translate';

export const frLater: LaterWords = { ...frLead, ...frRooms, ...frSession };
