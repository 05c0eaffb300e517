import { gzipSync } from 'node:zlib';
import t from 'tap';
import { MOST_IN_LINE, WORTH_A_THREAD } from '../../../src/aside/aside.ts';
import { parseReport } from '../../../src/bounces/parse-report.ts';
import { blocksOf } from '../../../src/incidents/logging/blocks.ts';
import { parseGiven, readHere, readReport } from '../../../src/incidents/logging/read-report.ts';
import { holdThread, loseNext } from '../../aside.fixture.ts';
import { CATALOGUE, REFUSAL, signedIn, type TestDesk, testDesk } from '../../desk.ts';
import { mail, take } from '../../mail-in/mails.fixture.ts';

const LINE = 'Nov 20 10:00:00 mail postfix/qmgr[411]: 4DF1A2C0: from=<a@example.com>, size=2048, nrcpt=1\n';
/** A log too large for the server's own thread that holds some refusals. */
const largeLog = (...refusals: string[]): string =>
  LINE.repeat(Math.ceil(WORTH_A_THREAD / LINE.length)) + refusals.join('\n');

const logged = (reply: string, host = 'mx.example.net') =>
  `Nov 20 10:00:01 mail postfix/smtp[412]: 4DF1A2C1: to=<b@example.net>, relay=${host}[192.0.2.1]:25, dsn=5.7.1, status=bounced (host ${host}[192.0.2.1] said: ${reply} (in reply to MAIL FROM command))`;
const refusedFor = (address: string) =>
  logged(REFUSAL.replace('203.0.113.7', address), 'outlook-com.olc.protection.outlook.com');

/** Resolves when a report is about to go to the thread. */
function aboutToRead({ desk }: TestDesk): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { overlay } = desk.playbooks;
  desk.playbooks.overlay = () => {
    resolve();
    return overlay();
  };
  return promise;
}

const SEASIDE = {
  name: 'Seaside Mail',
  kind: 'mailbox-provider',
  languages: ['en'],
  domains: ['seaside.example.net'],
  hosts: [],
  phrases: ['harbour master says no entry'],
};

t.test('the thread reads what the server would read', async (t) => {
  const { desk } = await testDesk(t);
  const { playbooks } = desk;
  const many = Array.from({ length: 500 }, (_, n) => refusedFor(`203.${n >> 8}.113.${n & 255}`));
  const inputs: Record<string, string | Buffer> = {
    'a log': largeLog(refusedFor('203.0.113.7'), refusedFor('203.0.113.8')),
    'a file': Buffer.from(largeLog(...many)),
    'a file in Latin-1': Buffer.from(largeLog(logged(`${REFUSAL} Stra\xdfe`)), 'latin1'),
    'a zipped one': gzipSync(many.join('\n')),
    'more than is read': Buffer.from(largeLog(...many).repeat(4)),
    'nothing to be found': largeLog(),
    blanks: ' \n'.repeat(WORTH_A_THREAD),
  };
  for (const [name, input] of Object.entries(inputs)) {
    const begun = new Date();
    const read = await parseGiven(input, playbooks, 'Europe/Berlin');
    const here = parseReport(input, { catalogue: CATALOGUE, now: begun, timeZone: 'Europe/Berlin' });
    t.strictSame(read, here, name);
    if (typeof input === 'string') continue;
    const { report, blocks } = await readReport(input, playbooks, 'Europe/Berlin');
    t.strictSame(report, here, name);
    t.strictSame(blocks, blocksOf(here, CATALOGUE), name);
    t.ok(
      blocks.every(({ provider }) => provider === playbooks.catalogue.byKey.get(provider?.key ?? '')),
      'with the providers of the catalogue, not copies',
    );
  }
});

t.test('what has to be read at once is read only to a bound', async (t) => {
  const told = (text: string) => readHere(Buffer.from(text), CATALOGUE, 'UTC').blocks.length;
  t.equal(told(`${refusedFor('203.0.113.7')}\n${largeLog()}`), 1);
  t.equal(told(largeLog(refusedFor('203.0.113.7'))), 0);
});

t.test('while a large report is read, others are answered', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk);
  await browser.get('/log');
  const message = await take(desk, await mail({ text: largeLog(refusedFor('203.0.113.7')) }));
  const text = largeLog(refusedFor('203.0.113.7'));
  const by = async (answer: Promise<{ statusCode: number }>) => (await answer).statusCode;
  const through = async (answer: Promise<{ status: number }>) => (await answer).status;
  const ways: [name: string, send: () => Promise<number>, status: number][] = [
    ['POST /parse', () => through(desk.api('POST', '/parse', { text })), 200],
    ['POST /incidents', () => through(desk.api('POST', '/incidents', { report: text })), 201],
    ['the form', () => by(browser.post('/log', { report: text })), 303],
    ['its preview', () => by(browser.post('/log/preview', { report: text })), 200],
    [
      'a message of Unfiled',
      () =>
        by(
          browser.post(`/unfiled/${message.id}/incident`, {
            provider: 'Outlook.com',
            addresses: '203.0.113.50',
          }),
        ),
      303,
    ],
  ];
  for (const [name, send, status] of ways) {
    const letGo = holdThread();
    const happened: string[] = [];
    const reading = aboutToRead(desk);
    const sent = send().then((answered) => {
      happened.push(name);
      t.equal(answered, status, name);
    });
    await Promise.race([reading, sent]);
    t.equal((await desk.app.inject('/healthz')).statusCode, 200);
    t.equal((await browser.get('/incidents')).statusCode, 200, 'so no transaction holds the database either');
    happened.push('others');
    await letGo();
    await sent;
    t.strictSame(happened, ['others', name]);
  }
});

t.test('what people added and changed is recognised in a large report too', async (t) => {
  const { api } = await testDesk(t);
  const seen = async (words: string) => {
    const { body } = await api('POST', '/parse', { text: largeLog(logged(`550 ${words} for 203.0.113.7`)) });
    return body.rejections[0]?.provider ?? null;
  };
  t.equal(await seen('Harbour master says no entry'), null);
  await api('POST', '/providers', SEASIDE);
  t.equal(await seen('Harbour master says no entry'), 'own-seaside-mail');
  const changed = { ...SEASIDE, phrases: ['the quay is shut today'] };
  t.equal((await api('PUT', '/providers/own-seaside-mail', changed)).status, 204);
  t.equal(await seen('The quay is shut today'), 'own-seaside-mail');
  t.equal(await seen('Harbour master says no entry'), null);
  t.match(
    await api('POST', '/incidents', {
      report: largeLog(logged('550 The quay is shut today for 203.0.113.7')),
    }),
    {
      status: 201,
      body: { provider: 'own-seaside-mail', addresses: ['203.0.113.7'] },
    },
  );
});

t.test('where the thread is lost, that is said, and nothing is stored', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk);
  await browser.get('/log');
  const report = largeLog(refusedFor('203.0.113.7'));
  const WORDS = /could not be read[^<]*The thread ended with 3\.[^<]*Send a smaller part/;

  await loseNext();
  const headers = { 'idempotency-key': 'once' };
  t.match(await desk.api('POST', '/incidents', { report }, headers), {
    status: 413,
    body: { type: '/problems#too-large', detail: WORDS, fields: { report: WORDS } },
  });
  await loseNext();
  t.match(await desk.api('POST', '/parse', { text: report }), { status: 413 });
  await loseNext();
  const form = await browser.post('/log', { report, note: 'From the night shift' });
  t.equal(form.statusCode, 413);
  t.match(form.body, WORDS);
  t.match(form.body, 'From the night shift', 'what was typed stands there again');
  await loseNext();
  const preview = await browser.post('/log/preview', { report });
  t.match(preview.body, WORDS);
  for (const table of ['incidents', 'reports', 'idempotency_keys'] as const)
    t.strictSame(await desk.db.selectFrom(table).selectAll().execute(), [], `nothing in ${table}`);

  t.match(await desk.api('POST', '/incidents', { report }, headers), { status: 201 }, 'the next one is read');
});

t.test(
  'where too many large reports wait, the next is told to come later, and nothing of it is stored',
  async (t) => {
    const desk = await testDesk(t);
    const browser = await signedIn(desk);
    await browser.get('/log');
    const letGo = holdThread();
    const text = largeLog();
    const waiting = Array.from({ length: MOST_IN_LINE - 1 }, () =>
      parseGiven(text, desk.desk.playbooks, 'UTC'),
    );
    const report = largeLog(refusedFor('203.0.113.7'));
    const headers = { 'idempotency-key': 'once' };
    t.match(await desk.api('POST', '/incidents', { report }, headers), {
      status: 503,
      headers: { 'retry-after': '30' },
      body: { type: '/problems#too-busy' },
    });
    const form = await browser.post('/log', { report, note: 'From the night shift' });
    t.match(form, { statusCode: 503, headers: { 'retry-after': '30' } });
    t.match(form.body, /Too many large files and mails wait/);
    t.match(form.body, 'From the night shift', 'what was typed stands there again');
    t.match(
      await desk.api('POST', '/parse', { text: REFUSAL }),
      { status: 200 },
      'a small one needs no thread',
    );
    t.strictSame(await desk.db.selectFrom('incidents').selectAll().execute(), []);
    await letGo();
    await Promise.all(waiting);
    t.match(await desk.api('POST', '/incidents', { report }, headers), { status: 201 });
  },
);
