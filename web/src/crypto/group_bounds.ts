/** Bounds of the group's own texts (protocol §6), for sealing and for the fields in which they are written. Imports nothing. */

/** Characters as people count them (code points). */
export const MAX_GROUP_TITLE_CHARACTERS = 100;
export const MAX_POINT_CHARACTERS = 200;
/** Of the agreement. */
export const MAX_POINTS = 12;
