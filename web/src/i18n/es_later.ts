/** Spanish; see `en_later.ts`. */
import { esLead } from './es_lead';
import { esRooms } from './es_rooms';
import { esSession } from './es_session';
import type { LaterWords } from './translate';

export const esLater: LaterWords = { ...esLead, ...esRooms, ...esSession };
