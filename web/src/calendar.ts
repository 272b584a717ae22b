/**
 * A calendar entry for a meeting (RFC 5545), made in the browser; pure apart from the time zone of this device.
 *
 * Called by `CalendarCard.svelte`. Times are given as the device shows them; a weekly entry stays at that hour all year.
 */

export interface CalendarEntry {
  readonly title: string;
  /** Of this device, as `2026-03-01T20:00`. */
  readonly startsAt: string;
  readonly minutes: number;
  readonly weekly: boolean;
  /** null: the entry says only that there is a meeting. */
  readonly link: string | null;
  readonly uid: string;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Links live at most a year. */
const WEEKS = 52;
/** Octets without the line break (RFC 5545 §3.1). */
const LONGEST_LINE = 75;

/** null: this is no time. nowMs: when the entry was made. */
export function calendarText(entry: CalendarEntry, nowMs: number, zone: string): string | null {
  const startsMs = new Date(entry.startsAt).getTime();
  if (!Number.isFinite(startsMs)) return null;
  const local = `TZID=${zone}:`;
  const starts = `${local}${digits(wallClock(startsMs))}`;
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Kith//Meeting//EN',
    ...timeZone(zone, startsMs),
    'BEGIN:VEVENT',
    `UID:${entry.uid}`,
    `DTSTAMP:${digits(new Date(nowMs).toISOString())}Z`,
    `DTSTART;${starts}`,
    `DURATION:PT${String(entry.minutes)}M`,
    ...(entry.weekly ? [`RRULE:FREQ=WEEKLY;COUNT=${String(WEEKS)}`] : []),
    `SUMMARY:${escaped(entry.title)}`,
    ...(entry.link === null ? [] : [`DESCRIPTION:${escaped(entry.link)}`]),
    'CLASS:PRIVATE',
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join('');
}

/** Whether this device has a share sheet, and it takes a calendar entry. */
export function canShareFiles(device: Partial<Pick<Navigator, 'canShare' | 'share'>>, name: string): boolean {
  if (device.share === undefined || device.canShare === undefined) return false;
  return device.canShare({ files: [new File([], name, { type: 'text/calendar' })] });
}

/** The offsets of this device's zone from before the first meeting until after the last, each change on its own. */
function timeZone(zone: string, startsMs: number): readonly string[] {
  const from = startsMs - 365 * DAY_MS;
  const until = startsMs + (WEEKS + 1) * 7 * DAY_MS;
  const summer = Math.max(...Array.from({ length: 13 }, (_, n) => offsetMin(from + n * 30 * DAY_MS)));
  const usual = Math.min(...Array.from({ length: 13 }, (_, n) => offsetMin(from + n * 30 * DAY_MS)));
  const observances = [observance(from, offsetMin(from), summer > usual ? summer : null)];
  for (let day = from; day < until; day += DAY_MS) {
    if (offsetMin(day) === offsetMin(day + DAY_MS)) continue;
    observances.push(observance(changeWithin(day), offsetMin(day), summer > usual ? summer : null));
  }
  return ['BEGIN:VTIMEZONE', `TZID:${zone}`, ...observances.flat(), 'END:VTIMEZONE'];
}

/** before: the offset until then, in minutes east of UTC; its first instant is written as the clock showed it before. */
function observance(ms: number, before: number, summer: number | null): readonly string[] {
  const after = offsetMin(ms);
  const kind = after === summer ? 'DAYLIGHT' : 'STANDARD';
  return [
    `BEGIN:${kind}`,
    `DTSTART:${digits(new Date(ms + before * MINUTE_MS).toISOString())}`,
    `TZOFFSETFROM:${offsetText(before)}`,
    `TZOFFSETTO:${offsetText(after)}`,
    `END:${kind}`,
  ];
}

/** The minute in which the offset changes within this day. */
function changeWithin(day: number): number {
  let [low, high] = [day, day + DAY_MS];
  while (high - low > MINUTE_MS) {
    const middle = low + Math.floor((high - low) / 2 / MINUTE_MS) * MINUTE_MS;
    if (offsetMin(middle) === offsetMin(low)) low = middle;
    else high = middle;
  }
  return high;
}

function offsetMin(ms: number): number {
  return -new Date(ms).getTimezoneOffset();
}

function offsetText(minutes: number): string {
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}${String(rest).padStart(2, '0')}`;
}

/** As the clock of this device shows it, in the form of an ISO text. */
function wallClock(ms: number): string {
  return new Date(ms + offsetMin(ms) * MINUTE_MS).toISOString();
}

/** `2026-03-01T20:00:00.000Z` → `20260301T200000`. */
function digits(iso: string): string {
  return iso.slice(0, 19).replace(/[-:]/g, '');
}

function escaped(text: string): string {
  return text.replace(/[\\;,]/g, (sign) => `\\${sign}`).replace(/\r?\n/g, '\\n');
}

/** Lines longer than 75 octets go on after a space; no character is cut in two. */
function folded(line: string): string {
  const parts: string[] = [];
  let part = '';
  let octets = 0;
  for (const char of line) {
    const size = new TextEncoder().encode(char).length;
    if (octets + size > LONGEST_LINE) {
      parts.push(part);
      // The space that begins the next line counts.
      [part, octets] = ['', 1];
    }
    part += char;
    octets += size;
  }
  return [...parts, part].join('\r\n ');
}
