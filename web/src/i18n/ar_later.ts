/** Arabic; see `en_later.ts`. */
import { arLead } from './ar_lead';
import { arRooms } from './ar_rooms';
import { arSession } from './ar_session';
import type { LaterWords } from './translate';

export const arLater: LaterWords = { ...arLead, ...arRooms, ...arSession };
