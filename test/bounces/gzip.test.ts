import { gzipSync } from 'node:zlib';
import t from 'tap';
import { parse } from './parsing.fixture.ts';

const LINE =
  "Mar 10 08:14:07 mx-out1 postfix/smtp[811]: 4XyZ1: to=<ann@hotmail.com>, relay=hotmail-com.olc.protection.outlook.com[198.51.100.9]:25, delay=1.2, delays=0.1/0/0.5/0.6, dsn=5.7.1, status=bounced (host hotmail-com.olc.protection.outlook.com[198.51.100.9] said: 550 5.7.1 Unfortunately, messages from [203.0.113.7] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150). (in reply to MAIL FROM command))\n";

t.test('a rotated log is read as what it holds', async (t) => {
  t.strictSame(parse(gzipSync(LINE)), parse(Buffer.from(LINE)));
});

t.test('of one that is cut off, what is there is read', async (t) => {
  const whole = gzipSync(LINE + 'x'.repeat(20) + LINE);
  t.match(parse(whole.subarray(0, whole.length - 12)).rejections, [
    { provider: 'outlook-com', ip: '203.0.113.7' },
  ]);
});

t.test('a damaged one is no log, and nothing breaks', async (t) => {
  for (const bytes of [
    [0x1f, 0x8b, 8],
    [0x1f, 0x8b, 8, 0, 1, 2, 3],
    [0x1f, 0x8b],
  ])
    t.strictSame(parse(Buffer.from(bytes)).rejections, []);
});

t.test('zip-bomb: one that unpacks to gigabytes is read at its beginning, and says so', async (t) => {
  const bomb = gzipSync(LINE + ' '.repeat(200_000_000));
  t.ok(bomb.length < 300_000);
  const report = parse(bomb);
  t.match(report.rejections, [{ provider: 'outlook-com' }]);
  t.match(report.notes[0], /too long/);
});
