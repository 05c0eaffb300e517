import t from 'tap';
import { WORTH_A_THREAD } from '../../src/aside/aside.ts';
import { heardByThread, holdThread, loseNext } from '../aside.fixture.ts';
import { nothingWritten, postParts } from '../bad-input/bad-input.fixture.ts';
import { BOOTSTRAP, signedIn, type TestDesk, testDesk } from '../desk.ts';
import { arrive, readAll } from '../mail-in/mails.fixture.ts';
import { accepted, minute, send as sendBatch } from '../observations/batches.fixture.ts';
import { type ArfOptions, arf, jmrp } from './mails.fixture.ts';

async function send(desk: TestDesk, mail: string, type = 'message/rfc822') {
  const answer = await desk.app.inject({
    method: 'POST',
    url: '/api/v1/complaints',
    headers: { authorization: `Bearer ${BOOTSTRAP}`, 'content-type': type },
    payload: Buffer.from(mail),
  });
  return { status: answer.statusCode, body: answer.json() };
}
const recent = (hoursAgo = 1) =>
  new Date(Date.now() - hoursAgo * 3_600_000).toUTCString().replace('GMT', '+0000');
const report = (differs: ArfOptions = {}) => arf({ date: recent(), ...differs });
const rowsOf = (desk: TestDesk) => desk.db.selectFrom('complaints').selectAll().orderBy('id').execute();

t.test('a report is taken once, whatever way it takes and however often it comes', async (t) => {
  const desk = await testDesk(t);
  const mail = report();
  t.match(await send(desk, mail), { status: 201, body: { taken: 1, repeated: 0, others: 0 } });
  t.match(await send(desk, mail), { status: 200, body: { taken: 0, repeated: 1 } });
  const other = `Received: by relay.example.com; ${recent(0)}\r\nX-Spam: no\r\n${mail}`;
  t.match(await send(desk, other), { body: { taken: 0, repeated: 1 } }, 'another mailbox');
  t.match(await desk.api('POST', '/complaints', { mail }), { status: 200, body: { repeated: 1 } });
  t.match(
    await send(desk, report({ id: 'r2@fbl.example.org' })),
    { body: { taken: 1 } },
    'a second complaint of the same mail',
  );
  const mbox = `From a\r\n${mail}\r\nFrom b\r\n${report({ id: 'r3@fbl.example.org' })}\r\nFrom c\r\nSubject: hello\r\n\r\nHello.\r\n`;
  t.match(await send(desk, mbox, 'application/mbox'), {
    status: 201,
    body: { taken: 1, repeated: 1, others: 1 },
  });
});

t.test('the same reports from two sides at a time are each kept once', async (t) => {
  const desk = await testDesk(t);
  const mails = Array.from(
    { length: 20 },
    (_, n) => `From x\r\n${report({ id: `r${n}@fbl.example.org` })}\r\n`,
  );
  const answers = await Promise.all(
    [mails, mails.toReversed()].map((some) => send(desk, some.join(''), 'application/mbox')),
  );
  t.equal(
    answers.reduce((sum, { body }) => sum + body.taken, 0),
    20,
  );
  t.equal((await rowsOf(desk)).length, 20);
});

t.test('who complained is a hash, and stands nowhere in clear', async (t) => {
  const desk = await testDesk(t);
  const original = [
    'Message-ID: <alice.miller@example.net>',
    'Feedback-ID: for-alice.miller',
    'To: alice.miller@example.net',
  ];
  const fields = ['Source-IP: 192.0.2.10', 'Original-Rcpt-To: Alice.Miller@Example.net'];
  await send(desk, report({ report: fields, original }));
  await send(desk, report({ report: ['Original-Rcpt-To: alice.miller@example.net'], id: 'r2@x' }));
  const rows = await rowsOf(desk);
  t.notMatch(JSON.stringify(rows), /alice/i);
  t.equal(rows[0]?.raw, null);
  t.equal(rows[0]?.reporter?.length, 32);
  t.ok(rows[1]?.reporter?.equals(rows[0]?.reporter ?? Buffer.alloc(0)), 'one person is one hash');
  const elsewhere = await testDesk(t);
  await send(elsewhere, report({ report: fields, original }));
  const [there] = await rowsOf(elsewhere);
  t.notOk(
    there?.reporter?.equals(rows[0]?.reporter ?? Buffer.alloc(0)),
    'and another one in another installation',
  );
});

t.test('with COMPLAINT_MAILS=kept the mail is kept byte for byte', async (t) => {
  const desk = await testDesk(t, { COMPLAINT_MAILS: 'kept' });
  const mail = report();
  await send(desk, mail);
  t.equal((await rowsOf(desk))[0]?.raw?.toString(), mail);
});

t.test('forged: a report makes no address ours, and a trace names only what is ours already', async (t) => {
  const desk = await testDesk(t);
  await send(desk, report({ report: ['Source-IP: 198.51.100.200'] }));
  await send(desk, report({ report: [], id: 'r2@x' }));
  t.strictSame((await desk.api('GET', '/addresses')).body.items, []);
  t.match(await rowsOf(desk), [
    { source_ip: '198.51.100.200', ip_source: 'report' },
    { source_ip: null, ip_source: 'none' },
  ]);
  const browser = await signedIn(desk);
  await browser.get('/addresses/new');
  await browser.post('/addresses', { address: '198.51.100.64/27' });
  await send(desk, report({ report: [], id: 'r3@x' }));
  t.match(
    (await rowsOf(desk))[2],
    { source_ip: '198.51.100.77', ip_source: 'trace' },
    'inside a range of ours',
  );
  const ahead = new Date(Date.now() + 400 * 86_400_000).toUTCString();
  await send(desk, report({ date: ahead, id: 'r4@x' }));
  const [, , , last] = await rowsOf(desk);
  t.ok(last && last.reported_at.getTime() <= Date.now(), 'no day to come');
});

t.test('what is no report is refused whole', async (t) => {
  const desk = await testDesk(t);
  for (const mail of ['Subject: hello\r\n\r\nHello.\r\n', 'x', '\0\0\0', '<html>'])
    t.match(
      await nothingWritten(t, desk.db, mail, () => send(desk, mail)),
      { status: 422, body: { detail: /no report of a feedback loop/ } },
      JSON.stringify(mail),
    );
});

t.test('50 MB of mail are refused as too large', async (t) => {
  const desk = await testDesk(t);
  const large = `${report()}${'x'.repeat(50 * 1024 * 1024)}`;
  t.match(await nothingWritten(t, desk.db, '50 MB', () => send(desk, large)), {
    status: 413,
    body: { type: '/problems#too-large' },
  });
});

t.test('a long mail is read by its beginning, within its bounds', async (t) => {
  const desk = await testDesk(t);
  t.match(await send(desk, report().replace('Body of June.', 'Body of June.\r\n'.repeat(1_000_000))), {
    status: 201,
  });
});

t.test('reports are walked page by page, newest first, and by address', async (t) => {
  const desk = await testDesk(t);
  for (let n = 0; n < 7; n += 1)
    await send(
      desk,
      report({
        id: `r${n}@x`,
        date: recent(n < 3 ? 5 : n),
        report: [`Source-IP: 192.0.2.${n % 2 ? 10 : 11}`],
      }),
    );
  const walk = async (address: string) => {
    type Page = { items: { id: number }[]; next: string | null };
    const ids: number[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const path: string = `/complaints?limit=2&address=${address}${cursor && `&cursor=${cursor}`}`;
      const page: Page = (await desk.api('GET', path)).body;
      ids.push(...page.items.map(({ id }) => id));
      cursor = page.next;
    }
    return ids;
  };
  const all = await desk.db
    .selectFrom('complaints')
    .select('id')
    .orderBy('reported_at', 'desc')
    .orderBy('id', 'desc')
    .execute();
  t.strictSame(
    await walk('192.0.2.0/24'),
    all.map(({ id }) => id),
  );
  t.equal((await walk('192.0.2.10')).length, 3);
  t.strictSame(await walk('198.51.100.1'), []);
  t.equal((await desk.api('GET', '/complaints?cursor=x')).status, 400);
});

t.test('the pages show days, campaigns and people, and the address its rate', async (t) => {
  const desk = await testDesk(t);
  const at = minute(new Date(Date.now() - 3 * 3_600_000), 0);
  await sendBatch(desk, [accepted(at, 1500, { address: '192.0.2.10' })]);
  const fields = (n: number) => [
    'Source-IP: 192.0.2.10',
    `Original-Rcpt-To: person${n}@hotmail.com`,
    'Original-Mail-From: <img@example.com>',
  ];
  for (let n = 0; n < 6; n += 1) await send(desk, report({ id: `r${n}@x`, report: fields(n) }));
  await send(desk, report({ id: 'r9@x', type: 'not-spam', report: fields(9) }));
  const viewer = await signedIn(desk, 'viewer');
  const page = (await viewer.get('/complaints')).body;
  t.match(
    page,
    /data-label="Complaints" class="num">6<\/td><td role="cell" data-label="People" class="num">6</,
  );
  t.match(page, /<code>june:shop:mail:example<\/code>/);
  t.match(page, /not-spam<small>no complaint/);
  t.notMatch(page.slice(page.indexOf('<main')), /method="post"/);
  const address = (await viewer.get('/addresses/192.0.2.10')).body;
  t.match(address, /6 complaints in 7 days/);
  t.match(address, /data-is="bad">.*6 complaints to 1,500 accepted: 0\.40%/s);
  t.match(
    (await viewer.get('/complaints?address=198.51.100.0/24')).body,
    /No report of <span class="ip">198\.51\.100\.0\/24</,
  );
  const wrong = (await viewer.get('/complaints?address=nonsense')).body;
  t.match(wrong, /id="error-address">nonsense is not an IP address/);
  t.match(wrong, 'Nothing is shown: the filter is no address or range.');
  t.notMatch(wrong, /No report|None in 30 days|june:shop/, 'and nothing is said of what was not looked for');
});

t.test('a file is dropped on the page, and a wrong one comes back with what is wrong', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk);
  await browser.get('/complaints');
  const sent = await postParts(browser, '/complaints', [
    { name: 'file', value: jmrp('192.0.2.10'), file: 'complaint.eml', type: 'message/rfc822' },
  ]);
  t.equal(sent.statusCode, 303);
  t.match(await rowsOf(desk), [{ source_ip: '192.0.2.10', provider: 'outlook-com', source: 'page' }]);
  const wrong = await browser.post('/complaints', { mail: 'Subject: <b>hello\n\nHello.' });
  t.equal(wrong.statusCode, 422);
  t.match(wrong.body, /id="error-mail">There is no report of a feedback loop/);
  t.match(wrong.body, 'Subject: &lt;b&gt;hello', 'what was pasted is still there');
  const long = await browser.post('/complaints', {
    mail: `Subject: hello\n\n${'Hello. '.repeat(40_000)}END`,
  });
  t.match(long.body, 'END</textarea>', 'in full, since what is cut off would be sent so');
  const file = await postParts(browser, '/complaints', [
    { name: 'file', value: 'Subject: hello\n\nHello.', file: '<b>.eml', type: 'message/rfc822' },
  ]);
  t.equal(file.statusCode, 422);
  t.match(file.body, 'Choose again, as a browser hands no file back: <b>&lt;b&gt;.eml</b>.');
});

const BODY = 'Body of June.\r\n';
/** A report too large for the server's own thread. */
const large = (differs: ArfOptions = {}) =>
  report(differs).replace(BODY, BODY.repeat(Math.ceil(WORTH_A_THREAD / BODY.length)));

/** Resolves when a report is about to be read: it is asked whether mails are kept. */
function aboutToRead({ desk }: TestDesk): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  Object.defineProperty(desk.config, 'keepComplaintMails', {
    configurable: true,
    get() {
      resolve();
      return false;
    },
  });
  return promise;
}

t.test('while large reports are read, others are answered', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk);
  await browser.get('/complaints');
  const ways: [name: string, send: (mail: string) => Promise<number>, status: number][] = [
    ['a mail', async (mail) => (await send(desk, mail)).status, 201],
    ['an mbox', async (mail) => (await send(desk, `From x\r\n${mail}\r\n`, 'application/mbox')).status, 201],
    ['JSON', async (mail) => (await desk.api('POST', '/complaints', { mail })).status, 201],
    ['the form', async (mail) => (await browser.post('/complaints', { mail })).statusCode, 303],
  ];
  for (const [name, bring, status] of ways) {
    await heardByThread();
    const letGo = holdThread();
    const happened: string[] = [];
    const reading = aboutToRead(desk);
    const brought = bring(large({ id: `${name}@fbl.example.org` })).then((answered) => {
      happened.push(name);
      t.equal(answered, status, name);
    });
    await Promise.race([reading, brought]);
    t.equal((await desk.app.inject('/healthz')).statusCode, 200);
    t.equal(
      (await browser.get('/complaints')).statusCode,
      200,
      'so no transaction holds the database either',
    );
    happened.push('others');
    await letGo();
    await brought;
    t.strictSame(happened, ['others', name]);
    t.match(await heardByThread(), [/read-mails\.ts$/]);
  }
  t.equal((await rowsOf(desk)).length, ways.length);
});

t.test('the thread reads what the server would read', async (t) => {
  const fields = ['id', 'digest', 'recorded_at', 'raw', 'reporter'];
  const read = async (mail: string, settings = {}) => {
    const desk = await testDesk(t, settings);
    await send(desk, mail, 'application/mbox');
    const rows = await rowsOf(desk);
    const plain = rows.map((row) => Object.entries(row).filter(([name]) => !fields.includes(name)));
    return { plain, raw: rows.map(({ raw }) => raw?.toString('latin1') ?? null) };
  };
  const date = recent();
  const mails = (make: typeof large) =>
    ['r1', 'r2'].map((id) => `From x\r\n${make({ id: `${id}@x`, date })}\r\n`);
  const of = (make: typeof large) => mails(make).join('');
  const small = await read(of(report));
  const aside = await read(of(large));
  t.equal(aside.plain.length, 2);
  t.strictSame(aside, small);
  const kept = await read(of(large), { COMPLAINT_MAILS: 'kept' });
  t.strictSame(kept.raw.sort(), mails(large), 'the mails to the last octet');
});

t.test('a large report that comes in as a mail is read in the thread too', async (t) => {
  const desk = await testDesk(t);
  await heardByThread();
  await arrive(desk, Buffer.from(large()));
  await readAll(desk);
  t.match(await heardByThread(), [/take-apart\.ts$/, /kind-aside\.ts$/, /read-mails\.ts$/]);
  t.match(await rowsOf(desk), [{ source: 'mail', source_ip: '192.0.2.10' }]);
});

t.test('where the thread is lost, that is said at the field, and nothing is stored', async (t) => {
  const desk = await testDesk(t);
  await loseNext();
  t.match(await send(desk, large()), {
    status: 413,
    body: { type: '/problems#too-large', fields: { body: /could not be read.*Send a smaller part/ } },
  });
  t.strictSame(await rowsOf(desk), []);
  t.equal((await send(desk, large())).status, 201, 'the next one is read');
});
