import fc from 'fast-check';
import t from 'tap';
import { guessMapping } from '../../src/transfer/import/mapping.ts';
import { DATE_FORMATS } from '../../src/transfer/import/moment-of.ts';
import { Planner, planSums } from '../../src/transfer/import/plan.ts';
import { BadTable, readTable, textOf } from '../../src/transfer/import/table.ts';
import { csvLine } from '../../src/web/csv.ts';
import { CATALOGUE } from '../desk.ts';

const NOW = new Date('2026-11-26T10:00:00Z');

t.test('tables of all kinds are read: delimiters, quotes, line ends, encodings', async (t) => {
  const rows = [
    ['1', 'a "quoted" one'],
    ['2', 'two\nlines'],
  ];
  for (const mark of [',', ';', '\t', '|'])
    for (const end of ['\n', '\r\n', '\r']) {
      const text = [`id${mark}title`, `1${mark}"a ""quoted"" one"`, '', `2${mark}"two\nlines"`].join(end);
      t.strictSame(
        readTable(text).rows.map(({ cells }) => cells),
        rows,
        JSON.stringify(mark + end),
      );
    }
  t.strictSame(readTable(textOf(Buffer.from('\ufeffid;ü\n1;ö'))).head, ['id', 'ü']);
  t.strictSame(readTable(textOf(Buffer.from('id;\xfc\n1;\xf6', 'latin1'))).head, ['id', 'ü']);
  t.strictSame(readTable(textOf(Buffer.from('\ufeffid;ü\n1;ö', 'utf16le'))).head, ['id', 'ü']);
});

t.test('what is packed or no table is refused in words, and never unpacked', async (t) => {
  t.throws(() => textOf(Buffer.from('PK\x03\x04')), /xlsx/);
  t.throws(() => textOf(Buffer.from([0x1f, 0x8b, 8, 0])), /unpack it first/);
  t.throws(() => textOf(Buffer.from('a\0b')), /NUL/);
  t.throws(() => readTable('a,b\n"open'), BadTable);
  t.throws(() => readTable('a,b'), /no row/);
  t.throws(() => readTable(`a\n${','.repeat(300)}`), /more than 200 columns/);
  t.throws(() => readTable(`a\n${'x\n'.repeat(100_002)}`), /More than 100000 rows/);
});

t.test('what our own CSV writes is read back as it was: addresses, negative numbers, formulas', async () => {
  const cell = fc.oneof(
    fc.constantFrom('203.0.113.7', '2001:db8::1', '=1+1', '-5', '+49 30', '@x', 'a,"b"\nc'),
    fc.stringMatching(/^[ -~]{0,20}$/),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constant('x'), cell), { minLength: 1, maxLength: 5 }), (rows) => {
      const text = [csvLine(['a', 'b']), ...rows.map((row) => csvLine(row))].join('\r\n');
      const read = readTable(text).rows.map(({ cells }) => cells[1]);
      return rows.every(([, value], index) => read[index] === value.replace(/^'(?=[=+\-@])/, '').trim());
    }),
  );
});

t.test('dates as trackers write them', async (t) => {
  const cases: [keyof typeof DATE_FORMATS, string, string, string | undefined][] = [
    ['iso', '2026-03-10 09:12', 'Europe/Berlin', '2026-03-10T08:12:00.000Z'],
    ['iso', '2026-03-10T09:12:07.123Z', 'Europe/Berlin', '2026-03-10T09:12:07.000Z'],
    ['iso', '2026-03-10T09:12:07+05:30', 'UTC', '2026-03-10T03:42:07.000Z'],
    ['iso', '2026-03-10', 'America/New_York', '2026-03-10T04:00:00.000Z'],
    ['day-first', '10.03.2026 09:12', 'UTC', '2026-03-10T09:12:00.000Z'],
    ['day-first', '1/2/2026', 'UTC', '2026-02-01T00:00:00.000Z'],
    ['month-first', '1/2/2026 9:05 PM', 'UTC', '2026-01-02T21:05:00.000Z'],
    ['month-first', '12/31/2025 12:00 am', 'UTC', '2025-12-31T00:00:00.000Z'],
    ['epoch', '1773134320', 'UTC', '2026-03-10T09:18:40.000Z'],
    ['iso', '2026-02-30', 'UTC', undefined],
    ['day-first', '31.13.2026', 'UTC', undefined],
    ['iso', 'yesterday', 'UTC', undefined],
  ];
  for (const [format, text, zone, at] of cases)
    t.equal(DATE_FORMATS[format].read(text, zone)?.toISOString(), at, `${format} ${text}`);
});

const TABLE = readTable(
  [
    'Case;Subject;ISP;IP Address;Status;Created;Resolved;Ticket;Comments',
    '17;Blocked again;Outlook.com;203.0.113.7;Closed;10.03.2026 09:12;12.03.2026 10:00;SRX1ID;They lifted it',
    '18;;gmail.com;203.0.113.8, 203.0.113.9;In progress;11.03.2026;;;',
    '19;Odd;Nobody Ltd;10.0.0.1;Open;31.02.2026;;;',
    '20;Late;T-Online;203.0.113.10;Closed;10.03.2026;09.03.2026;;',
    '18;Twice;gmail.com;203.0.113.8;Open;11.03.2026;;;',
  ].join('\n'),
);

t.test('columns, dates and states are guessed by what trackers call them', async (t) => {
  const mapping = guessMapping(TABLE, 'Europe/Berlin', 'old');
  t.strictSame(mapping.columns, {
    sourceId: 0,
    title: 1,
    provider: 2,
    addresses: 3,
    opened: 5,
    state: 4,
    closed: 6,
    ticket: 7,
    notes: 8,
  });
  t.strictSame(mapping.states, { closed: 'closed', 'in progress': 'open', open: 'open' });
  t.equal(mapping.dateFormat, 'iso', 'a date that there is not fits none of the formats');
  const sound = { ...TABLE, rows: TABLE.rows.filter(({ line }) => line !== 4) };
  t.equal(guessMapping(sound, 'UTC', 'old').dateFormat, 'day-first');
});

t.test('each row becomes an incident, or is left out with every reason', async (t) => {
  const mapping = { ...guessMapping(TABLE, 'Europe/Berlin', 'old'), dateFormat: 'day-first' as const };
  const planner = new Planner(mapping, CATALOGUE, NOW);
  const plans = TABLE.rows.map((row) => planner.plan(row));
  t.match(plans[0]?.planned, {
    sourceId: '17',
    title: 'Blocked again',
    provider: { key: 'outlook-com' },
    openedAt: new Date('2026-03-10T08:12:00Z'),
    state: 'closed',
    endedAt: new Date('2026-03-12T09:00:00Z'),
    ticket: 'SRX1ID',
  });
  t.equal(plans[1]?.planned?.title, 'Gmail blocks 203.0.113.8 and 203.0.113.9');
  t.strictSame(
    plans[2]?.faults.map(({ field, value }) => [field, value]),
    [
      ['Provider', 'Nobody Ltd'],
      ['Addresses', '10.0.0.1'],
      ['Opened', '31.02.2026'],
    ],
  );
  t.match(plans[3]?.faults, [{ field: 'Closed', why: 'It is before it was opened.' }]);
  const sums = await planSums(TABLE, new Planner(mapping, CATALOGUE, NOW), (id) => id === '17');
  t.match(sums, { rows: 5, incidents: 2, known: 1, leftOut: 2, addresses: 2 });
});
