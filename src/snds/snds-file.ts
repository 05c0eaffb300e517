import { BadAddress, type Network, parseNetwork } from '../addresses/address.ts';
import { COLUMN_WORDS, type Column, type Header, LAYOUTS, readHeader, STATUS_LAYOUT } from './columns.ts';
import { BadCsv, type CsvRow, csvRows } from './csv.ts';
import { reportText } from './text.ts';
import { dayOfPeriod, readTime, splitPeriod } from './us-time.ts';

export type Filter = 'green' | 'yellow' | 'red';

/** A rate in per cent, as far as it is told: `< 0.1%` is from 0 to 0.1. Null: not told. */
export type Bounds = { low: number | null; high: number | null };

/** One address on one day. Numbers are null where the report has no such column or no value. */
export type SndsDay = {
  address: string;
  /** The day that the report writes, in its own zone. */
  day: string;
  activity: string;
  rcpt: number | null;
  data: number | null;
  recipients: number | null;
  filter: Filter | null;
  complaints: Bounds;
  complaintText: string;
  trapPeriod: string;
  trapHits: number | null;
  sampleHelo: string;
  sampleMailFrom: string;
  jmrpSender: string;
  comments: string;
  /** Columns that are not known here, by their names. */
  extra: Record<string, string>;
};
export type SndsStatus = { first: string; last: string; blocked: boolean; details: string };

export type SndsReport =
  | { kind: 'data'; rows: SndsDay[] }
  | { kind: 'status'; rows: SndsStatus[] }
  /** Not a row and no header: what SNDS answers when there is nothing to say. */
  | { kind: 'empty'; rows: [] };

/** Why it is no report; the words are for a person and name line and column. `isPage`: what came is a web page. */
export class BadReport extends Error {
  override name = 'BadReport';
  readonly isPage: boolean;
  constructor(message: string, isPage = false) {
    super(message);
    this.isPage = isPage;
  }
}

/** Ninety days of a thousand addresses: what is longer is imported in parts. */
export const MOST_ROWS = 100_000;

export const IS_PAGE =
  'This is a web page, not the report: the link has expired, or it leads to a sign-in page. Sign in at SNDS, renew the link for automated access, and try again.';

type Cells = (column: Column) => string;
type Place = { line: number; layout: Header; seen: Map<string, Network> };

const wrong = ({ line, layout }: Omit<Place, 'seen'>, column: Column, what: string) =>
  new BadReport(`Line ${line}, column ${layout.indexOf(column) + 1} (${COLUMN_WORDS[column]}): ${what}`);
const quoted = (text: string) => `“${text.slice(0, 60)}”`;

/** A report has the same few addresses again and again. */
function readAddress(place: Place, column: Column, text: string): Network {
  const known = place.seen.get(text);
  if (known) return known;
  try {
    const network = parseNetwork(text);
    if (network.prefix === (network.family === 4 ? 32 : 128)) {
      place.seen.set(text, network);
      return network;
    }
  } catch (error) {
    if (!(error instanceof BadAddress)) throw error;
    throw wrong(place, column, error.message);
  }
  throw wrong(place, column, `${text} is a range, and one address is needed.`);
}

function readCount(place: Place, column: Column, text: string): number | null {
  if (text === '') return null;
  const plain = /^\d{1,3}(?:,\d{3}){1,4}$/.test(text) ? text.replaceAll(',', '') : text;
  if (!/^\d{1,15}$/.test(plain)) throw wrong(place, column, `${quoted(text)} is no whole number.`);
  return Number(plain);
}

const FILTERS: Record<string, Filter> = { green: 'green', yellow: 'yellow', red: 'red' };

function readFilter(place: Place, text: string): Filter | null {
  if (text === '') return null;
  const filter = FILTERS[text.toLowerCase()];
  if (!filter) throw wrong(place, 'filter', `${quoted(text)} is none of GREEN, YELLOW and RED.`);
  return filter;
}

const RATE = /^([<>≤≥])?=? ?(\d{1,6}(?:\.\d{1,6})?) ?%?$/;
const RANGE = /^(\d{1,6}(?:\.\d{1,6})?) ?%? ?[-–] ?(\d{1,6}(?:\.\d{1,6})?) ?%$/;

function readRate(place: Place, text: string): Bounds {
  if (text === '') return { low: null, high: null };
  const plain = text.replace('&lt;', '<').replace('&gt;', '>');
  const [, from, to] = RANGE.exec(plain) ?? [];
  if (from !== undefined) return { low: Number(from), high: Number(to) };
  const [, sign, value] = RATE.exec(plain) ?? [];
  if (value === undefined) throw wrong(place, 'complaints', `${quoted(text)} is no rate such as “< 0.1%”.`);
  if (sign === '<' || sign === '≤') return { low: 0, high: Number(value) };
  return { low: Number(value), high: sign ? null : Number(value) };
}

/** The texts of a period, from one column or two. */
const periodOf = (cell: Cells, start: Column, end: Column) =>
  [...splitPeriod(cell(start)), cell(end)].filter((text) => text !== '');

function readDay(place: Place, cell: Cells, extra: Record<string, string>): SndsDay {
  const activity = periodOf(cell, 'activity', 'activityEnd');
  const day = dayOfPeriod(activity);
  if (day === undefined)
    throw wrong(place, 'activity', `${quoted(activity.join(' - '))} is no time such as 6/1/2026 1:00 AM.`);
  const trap = periodOf(cell, 'trap', 'trapEnd');
  for (const time of trap)
    if (!readTime(time)) throw wrong(place, 'trap', `${quoted(time)} is no time such as 6/1/2026 1:00 AM.`);
  const hits = readCount(place, 'trapHits', cell('trapHits'));
  return {
    address: readAddress(place, 'address', cell('address')).text,
    day,
    activity: activity.join(' - '),
    rcpt: readCount(place, 'rcpt', cell('rcpt')),
    data: readCount(place, 'data', cell('data')),
    recipients: readCount(place, 'recipients', cell('recipients')),
    filter: readFilter(place, cell('filter')),
    complaints: readRate(place, cell('complaints')),
    complaintText: cell('complaints'),
    trapPeriod: trap.join(' - '),
    // An empty column says that no trap was hit; a missing one says nothing.
    trapHits: hits ?? (place.layout.includes('trapHits') ? 0 : null),
    sampleHelo: cell('sampleHelo'),
    sampleMailFrom: cell('sampleMailFrom'),
    jmrpSender: cell('jmrpSender'),
    comments: cell('comments'),
    extra,
  };
}

const YES: Record<string, boolean> = { yes: true, no: false, true: true, false: false };

function readStatus(place: Place, cell: Cells): SndsStatus {
  const [first, last] = [
    readAddress(place, 'first', cell('first')),
    readAddress(place, 'last', cell('last') || cell('first')),
  ];
  if (first.family !== last.family) throw wrong(place, 'last', 'a range is of one family of addresses.');
  const blocked = YES[cell('blocked').toLowerCase()];
  if (blocked === undefined)
    throw wrong(place, 'blocked', `${quoted(cell('blocked'))} is neither Yes nor No.`);
  return { first: first.text, last: last.text, blocked, details: cell('details') };
}

const isAddress = (text: string | undefined) => /^[\da-f.:]{3,45}$/i.test(text?.trim() ?? '');

/** The columns of a report without a header, by its first row. */
function layoutOf({ line, cells }: CsvRow): Header {
  if (!isAddress(cells[0]))
    throw new BadReport(
      `Line ${line}, column 1: ${quoted(cells[0] ?? '')} is neither an IP address nor the name of a column. This is no SNDS report.`,
    );
  if (cells.length === STATUS_LAYOUT.length && isAddress(cells[1])) return STATUS_LAYOUT;
  // The third column is the end of a period, or a count.
  const isTwo = !/^[\d,]*$/.test(cells[2]?.trim() ?? '');
  const layout = LAYOUTS.find((one) => one.length === cells.length && one.includes('activityEnd') === isTwo);
  if (!layout)
    throw new BadReport(
      `Line ${line} has ${cells.length} columns. A data report without a header has 11 to 14, a status report 4.`,
    );
  return layout;
}

/** What came in place of a report. */
function refuseOthers(text: string): void {
  const head = text.slice(0, 2000).trimStart();
  if (/^<(?:!doctype|\?xml|html|head|body|script|!--)/i.test(head)) throw new BadReport(IS_PAGE, true);
  if (/^[{[]/.test(head)) throw new BadReport('This is JSON, not the report, which is a CSV file.');
  if (text.includes('\0')) throw new BadReport('This is no text: it has NUL characters in it.');
}

function* rowsOf(text: string): Generator<CsvRow> {
  try {
    yield* csvRows(text);
  } catch (error) {
    if (error instanceof BadCsv) throw new BadReport(error.message);
    throw error;
  }
}

const NEEDED: Column[][] = [
  ['address', 'activity'],
  ['first', 'blocked'],
];

function headerOf(layout: Header): Header {
  const needed = NEEDED.find(([first]) => layout.includes(first as Column)) ?? [];
  const missing = needed.filter((column) => !layout.includes(column));
  if (missing.length > 0)
    throw new BadReport(
      `The header names no column “${missing.map((one) => COLUMN_WORDS[one]).join('”, “')}”.`,
    );
  return layout;
}

/** Reads a data or status report of SNDS, all or nothing. Throws {@link BadReport}. */
export function readSnds(given: string | Uint8Array): SndsReport {
  const text = (typeof given === 'string' ? given.toWellFormed() : reportText(given)).replace(/^\ufeff/, '');
  refuseOthers(text);
  let layout: Header | undefined;
  const days: SndsDay[] = [];
  const ranges: SndsStatus[] = [];
  const seen = new Map<string, Network>();
  for (const row of rowsOf(text)) {
    if (!layout) {
      const header = readHeader(row.cells);
      layout = header ? headerOf(header) : layoutOf(row);
      if (header) continue;
    }
    if (row.cells.length !== layout.length)
      throw new BadReport(
        `Line ${row.line} has ${row.cells.length} columns, and ${layout.length} are needed.`,
      );
    const columns = layout;
    const cell: Cells = (column) => row.cells[columns.indexOf(column)]?.trim() ?? '';
    const place = { line: row.line, layout, seen };
    if (layout.includes('first')) ranges.push(readStatus(place, cell));
    else days.push(readDay(place, cell, extraOf(row, layout)));
    if (days.length + ranges.length > MOST_ROWS)
      throw new BadReport(`The report has more than ${MOST_ROWS} rows; import it in parts.`);
  }
  if (!layout) return { kind: 'empty', rows: [] };
  return layout.includes('first') ? { kind: 'status', rows: ranges } : { kind: 'data', rows: days };
}

function extraOf(row: CsvRow, layout: Header): Record<string, string> {
  const found = layout.flatMap((column, index) =>
    typeof column === 'string' ? [] : [[column.unknown, row.cells[index] ?? ''] as const],
  );
  return Object.fromEntries(found);
}
