import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t from 'tap';
import { checkData } from '../../src/data-file.ts';
import { LONGEST_LINE } from '../../src/logs/lines.ts';
import { MOST_ROWS, Observation } from '../../src/observations/observation.ts';
import { chooser, seeded } from '../seeded.ts';
import { OUTLOOK, postfix, S3150, scan, scanner } from './scanning.fixture.ts';

const RELAY = `relay=${OUTLOOK}[203.0.113.33]:25, delay=1.2, delays=0.1/0/0.8/0.3`;
const EXIM = `2026-01-09 08:00:00 1abcDE-000000001fg-XYZ0 ** a@outlook.com R=d T=remote_smtp H=${OUTLOOK} [203.0.113.33]: SMTP error from remote mail server after MAIL FROM:<s@example.com>: ${S3150}\n`;
const JOURNAL = `__CURSOR=s=1\nMESSAGE=B1: to=<a@outlook.com>, ${RELAY}, dsn=2.0.0, status=sent (250 2.0.0 OK)\nSYSLOG_IDENTIFIER=postfix/smtp\n_HOSTNAME=mx1\n__REALTIME_TIMESTAMP=1767945600000000\n\n`;
const LINES = [
  postfix(`to=<a@outlook.com>, ${RELAY}, dsn=2.6.0, status=sent (250 2.6.0 Queued)`),
  postfix(
    `to=<b@outlook.com>, ${RELAY}, dsn=5.7.1, status=bounced (host ${OUTLOOK}[203.0.113.33] said: ${S3150} für (in reply to MAIL FROM command))`,
  ),
  'Jan  9 08:00:01 mx postfix/qmgr[911]: B1: removed\r\n',
  EXIM,
  JOURNAL,
  '@400000006590a00000000000 starting delivery 7: msg 11 to remote a@outlook.com\n',
  `@400000006590a00000000001 delivery 7: failure: 203.0.113.33_does_not_like_recipient./Remote_host_said:_${S3150.replaceAll(' ', '_')}/\n`,
  `type,rcpt,dsnDiag,dsnMta\nb,a@outlook.com,"smtp;${S3150}",${OUTLOOK} (203.0.113.33)\n`,
  '08:00:01.123 [31345] Connection to 203.0.113.33:25 from 192.0.2.77:59341 succeeded (Id: 1)\n',
  `08:00:02.123 [31345] RSP: ${S3150}\n`,
  '\n',
  '\0\0\0\n',
];

t.test('cut anywhere, the octets come down to the same', (t) => {
  const { one, between } = chooser(seeded(1));
  for (let round = 0; round < 60; round += 1) {
    const log = Buffer.from(Array.from({ length: 40 }, () => one(LINES)).join('') + one(LINES).trimEnd());
    const whole = scan(log);
    const reading = scanner();
    const most = one([1, 3, 80, 2000]);
    for (let at = 0; at < log.length; ) {
      const next = at + between(1, most);
      reading.push(log.subarray(at, next));
      at = next;
    }
    reading.finish();
    t.same(reading.take(), whole, `round ${round}, pieces of up to ${most}`);
  }
  t.end();
});

t.test('whatever comes, nothing is thrown, and each row is one that the desk takes', (t) => {
  const { one, between, chance, upTo } = chooser(seeded(2));
  const scrap = (): Buffer => {
    const line = Buffer.from(one(LINES));
    for (let times = between(0, 12); times > 0; times -= 1) {
      const at = upTo(line.length - 1);
      if (chance(0.5)) line[at] = upTo(255);
      else line.copyWithin(at, upTo(line.length - 1));
    }
    return chance(0.2) ? Buffer.from(Array.from({ length: between(0, 300) }, () => upTo(255))) : line;
  };
  const rows = scan(Buffer.concat(Array.from({ length: 30_000 }, scrap)));
  t.ok(rows.length > 30, `${rows.length} rows`);
  for (const row of rows) t.doesNotThrow(() => checkData(Observation, row, JSON.stringify(row)));
  t.end();
});

t.test('a line without an end is passed over, once told, and the lines around it are read', (t) => {
  const told: string[] = [];
  const reading = scanner({ tell: (note) => told.push(note) });
  const [line = ''] = LINES;
  const endless = Buffer.alloc(10 << 20, 'x');
  for (let round = 0; round < 2; round += 1) {
    reading.push(Buffer.from(line));
    reading.push(endless);
    reading.push(Buffer.from(`\n${line}`));
  }
  reading.push(Buffer.from(`${'y'.repeat(LONGEST_LINE + 1)}\n${line}`));
  reading.finish();
  t.same(
    reading.take().map(({ count }) => count),
    [5],
  );
  t.equal(told.length, 1);
  t.match(told[0], /longer than any log line/);
  t.end();
});

t.test('a batch holds so many rows; the rest comes the next time, and no delivery is lost', (t) => {
  const reading = scanner();
  const deliveries = 2 * MOST_ROWS + 10;
  for (let at = 0; at < deliveries; at += 1)
    reading.push(
      Buffer.from(
        postfix(
          `to=<a@outlook.com>, ${RELAY}, dsn=2.6.0, status=sent (250 2.6.0 Queued)`,
          `Jan  9 08:00:01 mx-${at} postfix/smtp[1]: B1`,
        ),
      ),
    );
  t.equal(reading.take().length, MOST_ROWS);
  reading.push(
    Buffer.from(postfix(`to=<a@outlook.com>, ${RELAY}, dsn=2.6.0, status=sent (250 2.6.0 Queued)`)),
  );
  const rest = [...reading.take(), ...reading.take()];
  t.equal(
    rest.reduce((sum, row) => sum + row.count, 0),
    deliveries - MOST_ROWS + 1,
  );
  t.same(reading.take(), []);
  t.end();
});

t.test('many domains in one row: the frequent ones are told', (t) => {
  const to = (domain: string): string =>
    postfix(
      `to=<a@${domain}>, relay=mx.example.org[203.0.113.5]:25, delay=1, dsn=2.0.0, status=sent (250 2.0.0 OK)`,
    );
  const rare = Array.from({ length: 3000 }, (_, at) => to(`d${at}.example`));
  const log = rare.map((line, at) => (at % 10 === 0 ? line + to('often.example') : line)).join('');
  const [row] = scan(log);
  t.match(row, { count: 3300 });
  t.same(row?.domains[0], { domain: 'often.example', count: 300 });
  t.equal(row?.domains.length, 20);
  t.end();
});

t.test('memory stays as it is, however much is read and however different it is', (t) => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  const { text } = chooser(seeded(3));
  const word = (): string => text('abcdefghijklmnopqrstuvwxyz', 8);
  const reading = scanner();
  const read = (lines: number): number => {
    for (let at = 0; at < lines; at += 1) {
      const said = at % 50 === 0 ? `554 5.7.1 bad reputation ${word()} ${word()}` : '550 5.1.1 User unknown';
      const host = `${word()}.example`;
      reading.push(
        Buffer.from(
          postfix(
            `to=<${word()}@${host}>, relay=mx.${host}[203.0.113.5]:25, delay=1, dsn=5.7.1, status=bounced (host mx.${host}[203.0.113.5] said: ${said} (in reply to RCPT TO command))`,
          ),
        ),
      );
      if (reading.waiting > 100) reading.take();
    }
    reading.take();
    gc();
    return process.memoryUsage().heapUsed;
  };
  const before = read(40_000);
  const after = read(40_000);
  t.ok(after - before < 4 << 20, `${((after - before) / 2 ** 20).toFixed(1)} MB more after as much again`);
  t.end();
});
