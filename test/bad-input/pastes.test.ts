import t from 'tap';
import { REFUSAL, signedIn, testDesk } from '../desk.ts';
import { nothingWritten, postParts, refusedJson, refusedPage } from './bad-input.fixture.ts';

const NO_REPORTS: { what: string; report: string; says: RegExp }[] = [
  { what: 'empty', report: '', says: /There is nothing in it\. Paste a bounce/ },
  { what: 'blank', report: ' \t\r\n \n', says: /There is nothing in it\. Paste a bounce/ },
  {
    what: 'no bounce',
    report: 'Dear colleagues, lunch is at noon.',
    says: /No rejection was recognised in it\. .*name provider and address/,
  },
  { what: 'NUL', report: '\0\0\0abc\0', says: /No rejection was recognised/ },
  {
    what: 'binary',
    report: Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 73 + 19) % 256)).toString('latin1'),
    says: /No rejection was recognised/,
  },
  {
    what: '90,000 lines',
    report: 'nothing to see here\n'.repeat(90_000),
    says: /No rejection was recognised/,
  },
  {
    what: '110,000 lines',
    report: 'nothing to see here\n'.repeat(110_000),
    says: /only its first 2,000,000 characters were read\. No rejection was recognised/,
  },
];

t.test('a paste that holds no refusal is met with what to do, and nothing is logged', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk);
  await browser.get('/log');
  for (const { what, report, says } of NO_REPORTS) {
    const keeps = report.includes('\0') || report.length > 1000 ? {} : { keeps: report };
    const page = await nothingWritten(t, desk.db, what, () =>
      postParts(browser, '/log', [
        { name: 'report', value: report },
        { name: 'note', value: 'typed beside it' },
        { name: '_once', value: crypto.randomUUID() },
      ]),
    );
    refusedPage(t, page, { status: 422, says, what, ...keeps });
    t.match(page.body, 'typed beside it', `${what}: the note is still there`);
    const answer = await nothingWritten(t, desk.db, what, () => desk.api('POST', '/incidents', { report }));
    refusedJson(t, answer, { status: 422, says, what });
  }
});

t.test('what holds signs that no text field can show has to be chosen as a file', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk);
  await browser.get('/log');
  const page = await nothingWritten(t, desk.db, 'a NUL-laden file', () =>
    postParts(browser, '/log', [{ name: 'file', value: Buffer.from('\0\0nothing\0'), file: 'x.bin' }]),
  );
  refusedPage(t, page, { status: 422, says: /Choose it as a file/, what: 'a NUL-laden file' });
});

t.test('what is not UTF-8 is read where it can be, and kept byte for byte', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk);
  await browser.get('/log');
  const bytes = Buffer.concat([Buffer.from([0xc3, 0x28, 0xff, 0xfe, 0x0a]), Buffer.from(REFUSAL)]);
  const page = await postParts(browser, '/log', [{ name: 'file', value: bytes, file: 'log.txt' }]);
  t.equal(page.statusCode, 303);
  const kept = await desk.db.selectFrom('reports').select('raw').executeTakeFirstOrThrow();
  t.equal(Buffer.compare(kept.raw, bytes), 0);
});

t.test('a hundred thousand lines of a log are logged with the refusal that is among them', async (t) => {
  const desk = await testDesk(t);
  const filler = Array.from({ length: 50_000 }, (_, at) => `qmgr: ${at}: ok`).join('\n');
  const report = `${filler}\n${REFUSAL}\n${filler}`;
  const answer = await desk.api('POST', '/incidents', { report });
  t.equal(answer.status, 201);
  t.match(answer.body, { provider: 'outlook-com', addresses: ['203.0.113.7'] });
});

t.test(
  'a log of thousands of refusals, of as many addresses, is logged, and added to what it logged',
  async (t) => {
    const { api, db } = await testDesk(t);
    const lines = Array.from(
      { length: 3300 },
      (_, n) =>
        `Mar 10 08:12:01 mx postfix/smtp[1]: 4F1: to=<a@outlook.com>, relay=x[192.0.2.1]:25, dsn=5.7.1, status=bounced (host x[192.0.2.1] said: ${REFUSAL.replace('203.0.113.7', `203.0.${100 + (n >> 8)}.${n & 255}`)})`,
    );
    for (const status of [201, 200])
      t.equal((await api('POST', '/incidents', { report: lines.join('\n') })).status, status);
    const counted = await db
      .selectFrom('rejections')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow();
    t.equal(Number(counted.n), 6600);
  },
);

t.test('a paste with NULs among a refusal is logged, and shown without them', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk, 'admin');
  const report = `\0\0${REFUSAL}\0\r\n\0`;
  const answer = await desk.api('POST', '/incidents', { report });
  t.equal(answer.status, 201);
  for (const url of ['/incidents/1', '/incidents/1/dossier', '/']) {
    const page = await browser.get(url);
    t.equal(page.statusCode, 200, url);
    t.notMatch(page.body, '\0', url);
  }
});
