import { describe, expect, test } from 'vitest';
import { calendarText, type CalendarEntry, canShareFiles } from './calendar';

const ENTRY: CalendarEntry = {
  title: 'Meeting',
  startsAt: '2026-03-01T20:00',
  minutes: 75,
  weekly: true,
  link: 'https://kith.example/#token.secret',
  uid: 'drawn-at-random',
};
const NOW_MS = Date.UTC(2026, 1, 3, 4, 5, 6);
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

function lines(changes: Partial<CalendarEntry> = {}): readonly string[] {
  const text = calendarText({ ...ENTRY, ...changes }, NOW_MS, ZONE);
  if (text === null) throw new Error('no entry');
  return text.replaceAll('\r\n ', '').split('\r\n');
}

describe('a calendar entry', () => {
  test('says when, how long and where', () => {
    expect(lines()).toEqual(
      expect.arrayContaining([
        'DTSTAMP:20260203T040506Z',
        `DTSTART;TZID=${ZONE}:20260301T200000`,
        'DURATION:PT75M',
        'RRULE:FREQ=WEEKLY;COUNT=52',
        'SUMMARY:Meeting',
        'DESCRIPTION:https://kith.example/#token.secret',
        'CLASS:PRIVATE',
      ]),
    );
  });

  test('holds no link where none is wished, and happens once where it is not weekly', () => {
    const text = lines({ link: null, weekly: false }).join('\n');
    expect(text).not.toContain('kith.example');
    expect(text).not.toContain('RRULE');
  });

  test('says which offsets hold, every change of them, each from where the last one ended', () => {
    const all = lines();
    expect(all).toContain('BEGIN:VTIMEZONE');
    const from = all.filter((line) => line.startsWith('TZOFFSETFROM')).map((line) => line.slice(13));
    const to = all.filter((line) => line.startsWith('TZOFFSETTO')).map((line) => line.slice(11));
    expect(to.length).toBeGreaterThan(0);
    expect(from.slice(1)).toEqual(to.slice(0, -1));
  });

  test('does not let a title end its line', () => {
    expect(lines({ title: 'a;b,c\\d\nSUMMARY:x' })).toContain('SUMMARY:a\\;b\\,c\\\\d\\nSUMMARY:x');
  });

  test('has no line above 75 octets, and no character cut in two', () => {
    const title = '🌱 a long evening with many words '.repeat(9).trim();
    const text = calendarText({ ...ENTRY, title }, NOW_MS, ZONE) ?? '';
    for (const line of text.split('\r\n'))
      expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75);
    expect(text.replaceAll('\r\n ', '')).toContain(`SUMMARY:${title}`);
  });

  test('is none without a time', () => {
    expect(calendarText({ ...ENTRY, startsAt: '' }, NOW_MS, ZONE)).toBeNull();
  });
});

/** Where the clocks change; the zone of a process is read when it starts, so only the machine's own is told exactly. */
test.each([['2026-03-29T20:00'], ['2026-10-25T20:00']])(
  'the hour of %s is the hour that was chosen',
  (startsAt) => {
    expect(lines({ startsAt })).toContain(`DTSTART;TZID=${ZONE}:${startsAt.replace(/[-:]/g, '')}00`);
  },
);

describe('the share sheet', () => {
  const share = () => Promise.resolve();

  test('is offered where it takes a calendar entry', () => {
    const asked: (string | undefined)[] = [];
    const canShare = (data?: ShareData) => {
      asked.push(data?.files?.[0]?.name, data?.files?.[0]?.type);
      return true;
    };
    expect(canShareFiles({ share, canShare }, 'meeting.ics')).toBe(true);
    expect(asked).toEqual(['meeting.ics', 'text/calendar']);
  });

  test('is not where it takes links alone, or there is none', () => {
    expect(canShareFiles({ share, canShare: () => false }, 'meeting.ics')).toBe(false);
    expect(canShareFiles({ share }, 'meeting.ics')).toBe(false);
    expect(canShareFiles({}, 'meeting.ics')).toBe(false);
  });
});
