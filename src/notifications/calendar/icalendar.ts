/** Pure: dates as an iCalendar object (RFC 5545), all in UTC. */

export type DueDate = {
  /** Stays the same while the date moves. */
  uid: string;
  summary: string;
  description: string;
  /** Where it is done; empty: nobody said where our pages are. */
  url: string;
  /** A moment, or a calendar day such as `2026-12-01`. */
  due: Date | string;
  /** When it was last revised (DTSTAMP, in a calendar without a method). */
  revisedAt: Date;
  /** Grows with revisions. */
  sequence: number;
};

const encoder = new TextEncoder();
const LINE_OCTETS = 75;

/** Folds a content line after 75 octets at most, between characters (§ 3.1). */
function folded(line: string): string {
  const lines: string[] = [];
  let current = '';
  let octets = 0;
  for (const character of line) {
    const size = encoder.encode(character).length;
    if (octets + size > LINE_OCTETS) {
      lines.push(current);
      current = ' ';
      octets = 1;
    }
    current += character;
    octets += size;
  }
  return [...lines, current].join('\r\n');
}

/** A value of the type TEXT (§ 3.3.11); control characters have no place in it. */
export const text = (value: string): string =>
  value
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\t\n]/gu, '')
    .replace(/[\\;,]/g, '\\$&')
    .replaceAll('\n', '\\n');

const two = (value: number) => String(value).padStart(2, '0');
const utc = (at: Date): string =>
  `${String(at.getUTCFullYear()).padStart(4, '0')}${two(at.getUTCMonth() + 1)}${two(at.getUTCDate())}` +
  `T${two(at.getUTCHours())}${two(at.getUTCMinutes())}${two(at.getUTCSeconds())}Z`;

/** At the moment itself; of a whole day, at 8 in the morning there. */
const alarmOf = (due: Date | string, summary: string) => [
  'BEGIN:VALARM',
  'ACTION:DISPLAY',
  `DESCRIPTION:${text(summary)}`,
  `TRIGGER:${typeof due === 'string' ? 'PT8H' : 'PT0S'}`,
  'END:VALARM',
];

const eventOf = (date: DueDate, hasAlarms: boolean): string[] => [
  'BEGIN:VEVENT',
  `UID:${text(date.uid)}`,
  `DTSTAMP:${utc(date.revisedAt)}`,
  `LAST-MODIFIED:${utc(date.revisedAt)}`,
  `SEQUENCE:${date.sequence}`,
  ...(typeof date.due === 'string'
    ? [`DTSTART;VALUE=DATE:${date.due.replaceAll('-', '')}`]
    : [`DTSTART:${utc(date.due)}`, 'DURATION:PT15M']),
  `SUMMARY:${text(date.summary)}`,
  ...(date.description ? [`DESCRIPTION:${text(date.description)}`] : []),
  ...(date.url ? [`URL:${date.url}`] : []),
  'TRANSP:TRANSPARENT',
  ...(hasAlarms ? alarmOf(date.due, date.summary) : []),
  'END:VEVENT',
];

/** A calendar has to have some component (§ 3.6): one without dates has the zone that they would be in. */
const NOTHING = [
  'BEGIN:VTIMEZONE',
  'TZID:UTC',
  'BEGIN:STANDARD',
  'DTSTART:19700101T000000',
  'TZOFFSETFROM:+0000',
  'TZOFFSETTO:+0000',
  'END:STANDARD',
  'END:VTIMEZONE',
];

export function icalendar(dates: readonly DueDate[], given: { name: string; hasAlarms: boolean }): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Delist Desk//Due dates//EN',
    'CALSCALE:GREGORIAN',
    // RFC 7986, and what was written before it.
    `NAME:${text(given.name)}`,
    `X-WR-CALNAME:${text(given.name)}`,
    'REFRESH-INTERVAL;VALUE=DURATION:PT1H',
    'X-PUBLISHED-TTL:PT1H',
    ...(dates.length === 0 ? NOTHING : dates.flatMap((date) => eventOf(date, given.hasAlarms))),
    'END:VCALENDAR',
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join('');
}
