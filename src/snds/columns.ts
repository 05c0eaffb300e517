/** What a column of a data report holds. */
export type DataColumn =
  | 'address'
  | 'activity'
  | 'activityEnd'
  | 'rcpt'
  | 'data'
  | 'recipients'
  | 'filter'
  | 'complaints'
  | 'trap'
  | 'trapEnd'
  | 'trapHits'
  | 'sampleHelo'
  | 'sampleMailFrom'
  | 'jmrpSender'
  | 'comments';
export type StatusColumn = 'first' | 'last' | 'blocked' | 'details';
export type Column = DataColumn | StatusColumn;

const COUNTS: DataColumn[] = ['rcpt', 'data', 'recipients', 'filter', 'complaints'];
const SAMPLES: DataColumn[] = ['sampleHelo', 'sampleMailFrom', 'comments'];
const SENDER: DataColumn[] = ['jmrpSender', 'comments'];
const ONE: DataColumn[] = ['address', 'activity', ...COUNTS, 'trap', 'trapHits'];
const TWO: DataColumn[] = ['address', 'activity', 'activityEnd', ...COUNTS, 'trap', 'trapEnd', 'trapHits'];

/** Data reports without a header, told apart by their length and by whether an activity period is two columns. */
export const LAYOUTS: DataColumn[][] = [
  [...TWO, ...SAMPLES],
  [...TWO, ...SENDER],
  ['address', 'activity', ...COUNTS, 'trap', 'trapEnd', 'trapHits', ...SAMPLES],
  [...ONE, ...SAMPLES],
  [...ONE, ...SENDER],
];
export const STATUS_LAYOUT: StatusColumn[] = ['first', 'last', 'blocked', 'details'];

/** Names in a header, by their letters and digits alone. */
const NAMES: Record<string, Column> = {
  ip: 'address',
  ipaddress: 'address',
  activityperiod: 'activity',
  activitystart: 'activity',
  activityperiodstart: 'activity',
  activityend: 'activityEnd',
  activityperiodend: 'activityEnd',
  rcptcommands: 'rcpt',
  datacommands: 'data',
  messagerecipients: 'recipients',
  filterresult: 'filter',
  complaintrate: 'complaints',
  trapmessageperiod: 'trap',
  trapmessageperiodstart: 'trap',
  trapperiodstart: 'trap',
  trapmessageperiodend: 'trapEnd',
  trapperiodend: 'trapEnd',
  traphits: 'trapHits',
  trapmessagehits: 'trapHits',
  samplehelo: 'sampleHelo',
  samplemailfrom: 'sampleMailFrom',
  jmrp1sender: 'jmrpSender',
  jmrpp1sender: 'jmrpSender',
  comments: 'comments',
  firstip: 'first',
  firstipaddress: 'first',
  startip: 'first',
  lastip: 'last',
  lastipaddress: 'last',
  endip: 'last',
  blocked: 'blocked',
  details: 'details',
};
const END: Partial<Record<Column, Column>> = { activity: 'activityEnd', trap: 'trapEnd' };

/** The words of the screen and of messages. */
export const COLUMN_WORDS: Record<Column, string> = {
  address: 'IP address',
  activity: 'activity period',
  activityEnd: 'end of the activity period',
  rcpt: 'RCPT commands',
  data: 'DATA commands',
  recipients: 'message recipients',
  filter: 'filter result',
  complaints: 'complaint rate',
  trap: 'trap message period',
  trapEnd: 'end of the trap message period',
  trapHits: 'trap hits',
  sampleHelo: 'sample HELO',
  sampleMailFrom: 'sample MAIL FROM',
  jmrpSender: 'JMR P1 sender',
  comments: 'comments',
  first: 'first IP',
  last: 'last IP',
  blocked: 'blocked',
  details: 'details',
};

/** A header's columns: what is known by its place here, what is not by its own name. */
export type Header = (Column | { unknown: string })[];

/** Reads a header; undefined for a row that is none. A second column of the same name is the end of its period. */
export function readHeader(cells: string[]): Header | undefined {
  const names = cells.map((cell) => NAMES[cell.toLowerCase().replace(/[^a-z0-9]/g, '')]);
  if (!names.includes('address') && !names.includes('first')) return undefined;
  const taken = new Set<Column>();
  return names.map((name, index) => {
    const column = name && taken.has(name) ? END[name] : name;
    if (!column || taken.has(column)) return { unknown: cells[index]?.trim() || `column ${index + 1}` };
    taken.add(column);
    return column;
  });
}
