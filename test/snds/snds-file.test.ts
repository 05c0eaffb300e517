import t from 'tap';
import { BadReport, readSnds, type SndsDay } from '../../src/snds/snds-file.ts';
import { oldRow, report } from './reports.fixture.ts';

const daysIn = (given: string | Uint8Array): SndsDay[] => {
  const read = readSnds(given);
  return read.kind === 'data' ? read.rows : [];
};
const refusal = (given: string | Uint8Array): string => {
  try {
    return `taken: ${JSON.stringify(readSnds(given))}`;
  } catch (error) {
    return error instanceof BadReport ? error.message : `thrown: ${error}`;
  }
};

const WHOLE = {
  address: '192.0.2.10',
  day: '2026-06-01',
  activity: '6/1/2026 12:05 AM - 6/1/2026 11:40 PM',
  rcpt: 4100,
  data: 4000,
  recipients: 3900,
  filter: 'yellow',
  complaints: { low: 0.3, high: 0.3 },
  complaintText: '0.3%',
  trapPeriod: '6/1/2026 3:07 AM - 6/1/2026 4:00 PM',
  trapHits: 41,
  sampleHelo: 'mx1.example.com',
  sampleMailFrom: 'news@example.com',
  jmrpSender: '',
  comments: 'Abuse Reported',
  extra: {},
};
const ROW = oldRow({ filter: 'YELLOW', complaints: '0.3%', traps: 41, comments: 'Abuse Reported' });

t.test('fourteen columns without a header are read whole', async (t) => {
  t.strictSame(daysIn(`${ROW}\r\n`), [WHOLE]);
});

t.test('thirteen, twelve and eleven columns are told apart by what stands in them', async (t) => {
  const period = '6/1/2026 12:05 AM - 6/1/2026 11:40 PM';
  const counts = '4100,4000,3900,YELLOW,0.3%';
  const traps = '6/1/2026 3:07 AM,6/1/2026 4:00 PM,41';
  const forms: [string, Partial<SndsDay>][] = [
    [
      `192.0.2.10,6/1/2026 12:05 AM,6/1/2026 11:40 PM,${counts},${traps},a@example.com,ok`,
      { jmrpSender: 'a@example.com', comments: 'ok', sampleHelo: '', sampleMailFrom: '' },
    ],
    [`192.0.2.10,${period},${counts},${traps},mx1.example.com,news@example.com,Abuse Reported`, {}],
    [
      `192.0.2.10,${period},${counts},6/1/2026 3:07 AM - 6/1/2026 4:00 PM,41,mx1.example.com,news@example.com,Abuse Reported`,
      {},
    ],
    [
      `192.0.2.10,${period},${counts},6/1/2026 3:07 AM - 6/1/2026 4:00 PM,41,yes,`,
      { jmrpSender: 'yes', comments: '', sampleHelo: '', sampleMailFrom: '' },
    ],
  ];
  for (const [line, differs] of forms)
    t.strictSame(daysIn(line), [{ ...WHOLE, ...differs }], `${line.split(',').length} columns`);
});

t.test('columns of a header are found by name, in any order, and unknown ones are kept', async (t) => {
  const head =
    'Comments,Ip Address,Activity period,Spam share,RCPT commands,DATA commands,Message recipients,Filter result,Complaint rate,Trap message period,Trap hits,JMR P1 Sender';
  const [row] = daysIn(`${head}\nok,192.0.2.10,6/1/2026 1:00 AM,7,10,8,7,green,<0.1%,,0,yes\n`);
  t.match(row, {
    address: '192.0.2.10',
    day: '2026-06-01',
    rcpt: 10,
    filter: 'green',
    complaints: { low: 0, high: 0.1 },
    trapHits: 0,
    jmrpSender: 'yes',
    comments: 'ok',
    extra: { 'Spam share': '7' },
  });
  const [twice] = daysIn(
    'IP Address,Activity period,Activity period\n192.0.2.1,6/1/2026 1:00 AM,6/1/2026 9:00 PM\n',
  );
  t.match(twice, { activity: '6/1/2026 1:00 AM - 6/1/2026 9:00 PM' }, 'the second is the end of the first');
  t.match(
    twice,
    { filter: null, trapHits: null, complaints: { low: null } },
    'what is not told is not nought',
  );
});

t.test('a status report says which ranges are blocked, with a header and without', async (t) => {
  const rows = [
    { first: '192.0.2.0', last: '192.0.2.1', blocked: true, details: 'Blocked, by complaints' },
    { first: '2001:db8::1', last: '2001:db8::9', blocked: false, details: '' },
  ];
  const lines = '192.0.2.0,192.0.2.1,Yes,"Blocked, by complaints"\r\n2001:db8::1,2001:db8::9,No,\r\n';
  t.strictSame(readSnds(lines), { kind: 'status', rows });
  t.strictSame(readSnds(`First IP,Last IP,Blocked,Details\r\n${lines}`), { kind: 'status', rows });
});

t.test('a rate is what it bounds', async (t) => {
  const rate = (complaints: string) => daysIn(report({ complaints: `"${complaints}"` }))[0]?.complaints;
  const cases: [string, number | null, number | null][] = [
    ['< 0.1%', 0, 0.1],
    ['<0.1%', 0, 0.1],
    ['&lt; 0.1%', 0, 0.1],
    ['0.1%', 0.1, 0.1],
    ['2.7 %', 2.7, 2.7],
    ['> 10%', 10, null],
    ['0.1% - 0.3%', 0.1, 0.3],
    ['', null, null],
  ];
  for (const [text, low, high] of cases) t.strictSame(rate(text), { low, high }, text);
});

t.test('the day is the one on which the activity ends; a midnight belongs to the day before', async (t) => {
  const day = (start: string, end: string) =>
    daysIn(oldRow().replace('6/1/2026 12:05 AM', start).replace('6/1/2026 11:40 PM', end))[0]?.day;
  t.equal(day('12/31/2025 8:00 AM', '1/1/2026 9:00 PM'), '2026-01-01');
  t.equal(day('6/1/2026 12:00 AM', '6/2/2026 12:00 AM'), '2026-06-01');
  t.equal(day('6/1/2026 12:00 AM', '6/1/2026 12:00 AM'), '2026-06-01');
  t.equal(day('2/29/2024 1:00 PM', '2/29/2024 13:30'), '2024-02-29');
});

t.test('CRLF, LF, CR, a mark, UTF-16 and Latin-1 are all read alike', async (t) => {
  const text = `${oldRow({ comments: '"caf\u00e9, ""here"""' })}\r\n${oldRow({ address: '192.0.2.11' })}`;
  const expected = daysIn(text);
  t.equal(expected[0]?.comments, 'caf\u00e9, "here"');
  const wide = Buffer.from(text, 'utf16le');
  const forms: Record<string, string | Uint8Array> = {
    LF: text.replaceAll('\r\n', '\n'),
    CR: text.replaceAll('\r\n', '\r'),
    'empty lines': `\r\n${text.replaceAll('\r\n', '\r\n\r\n')}\r\n\r\n`,
    'UTF-8 with its mark': Buffer.from(`\ufeff${text}`),
    'UTF-16 with its mark': Buffer.concat([Buffer.from([0xff, 0xfe]), wide]),
    'UTF-16 without': wide,
    'UTF-16, big first': Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(wide).swap16()]),
    'Latin-1': Buffer.from(text, 'latin1'),
  };
  for (const [form, given] of Object.entries(forms)) t.strictSame(daysIn(given), expected, form);
});

t.test('a quoted cell may go over lines, and a mistake after it is named by its own line', async (t) => {
  const rows = daysIn(`${oldRow({ comments: '"one\r\ntwo"' })}\r\n`);
  t.equal(rows[0]?.comments, 'one\r\ntwo');
  t.match(
    refusal(`${oldRow({ comments: '"one\ntwo"' })}\n${oldRow({ filter: 'BLUE' })}\n`),
    /^Line 3, column 7/,
  );
});

t.test('a sign-in page in place of a report is called what it is', async (t) => {
  for (const page of ['<!DOCTYPE html><html>', '\r\n  <html lang=en>', '<?xml version="1.0"?><html/>'])
    t.match(refusal(page), /^This is a web page, not the report: .*renew the link/);
  t.match(refusal('{"error":"invalid_token"}'), /^This is JSON/);
});

t.test('nothing, and a header with nothing under it, are no mistakes of the reader', async (t) => {
  t.strictSame(readSnds(''), { kind: 'empty', rows: [] });
  t.strictSame(readSnds('\r\n'), { kind: 'empty', rows: [] });
  t.strictSame(readSnds('First IP,Last IP,Blocked,Details\r\n'), { kind: 'status', rows: [] });
});

t.test('what is wrong is named by line and column', async (t) => {
  const good = oldRow();
  const cases: [string, RegExp][] = [
    [
      `${good}\n${oldRow({ address: '192.0.2.300' })}`,
      /^Line 2, column 1 \(IP address\): 192\.0\.2\.300 is not an IP address/,
    ],
    [`${good}\n${oldRow({ address: '192.0.2.0/24' })}`, /^Line 2, column 1 .* is a range/],
    [`${good}\n${oldRow({ address: '10.0.0.1' })}`, /^Line 2, column 1 .* is a private address/],
    [good.replaceAll('6/1/2026', '31/6/2026'), /^Line 1, column 2 \(activity period\): “31\/6/],
    [
      `${good}\n${good.replaceAll('6/1/2026', '2/30/2026')}`,
      /^Line 2, column 2 \(activity period\): “2\/30\/2026/,
    ],
    [
      `${good}\n${good.replace('4000', 'many')}`,
      /^Line 2, column 5 \(DATA commands\): “many” is no whole number/,
    ],
    [`${good}\n${good.replace('4000', '-1')}`, /^Line 2, column 5/],
    [`${good}\n${oldRow({ filter: 'BLUE' })}`, /^Line 2, column 7 \(filter result\): “BLUE” is none of/],
    [`${good}\n${oldRow({ complaints: 'low' })}`, /^Line 2, column 8 \(complaint rate\): “low”/],
    [`${good}\n${good},more`, /^Line 2 has 15 columns, and 14 are needed/],
    [`${good}\n192.0.2.1,x`, /^Line 2 has 2 columns/],
    ['192.0.2.1,1,2,3,4', /^Line 1 has 5 columns\. A data report/],
    ['name,score\nmx1,99', /^Line 1, column 1: “name” is neither/],
    ['IP Address,Comments\n192.0.2.1,x', /^The header names no column “activity period”/],
    ['192.0.2.0,2001:db8::1,Yes,x', /^Line 1, column 2 \(last IP\)/],
    ['192.0.2.0,192.0.2.9,Perhaps,x', /^Line 1, column 3 \(blocked\): “Perhaps”/],
    [`${good}\n"192.0.2.1`, /^Line 2: a quote is opened and never closed/],
    [`"192.0.2.1"x,1`, /^Line 1: after the closing quote of column 1/],
    [`${good}\0`, /NUL/],
  ];
  for (const [given, says] of cases) t.match(refusal(given), says, says.source);
});

t.test('any octets are read or refused by name, and nothing else is thrown', async (t) => {
  const good = Buffer.from(report({}, { address: '192.0.2.11', traps: 3 }));
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
  for (let n = 0; n < 3000; n += 1) {
    const octets = Buffer.from(good);
    for (let change = 0; change <= n % 4; change += 1) octets[random(octets.length)] = random(256);
    const said = refusal(octets.subarray(0, octets.length - random(40)));
    if (said.startsWith('thrown')) t.fail(said);
  }
  t.pass('3000 damaged reports');
});

t.test(
  'ten years of an address are read whole, and more rows than a report can have are refused',
  async (t) => {
    const days = Array.from({ length: 3653 }, (_, n) =>
      new Date(Date.UTC(2016, 0, 1 + n)).toISOString().slice(0, 10),
    );
    const rows = daysIn(report(...days.map((day) => ({ day }))));
    t.equal(rows.length, 3653);
    t.equal(new Set(rows.map((row) => row.day)).size, 3653);
    t.match(refusal(`${oldRow()}\n`.repeat(100_001)), /more than 100000 rows; import it in parts/);
  },
);
