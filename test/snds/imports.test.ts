import t from 'tap';
import { WORTH_A_THREAD } from '../../src/aside/aside.ts';
import readAndPack from '../../src/snds/pack-report.ts';
import { readReport } from '../../src/snds/read-report.ts';
import { heardByThread, holdThread } from '../aside.fixture.ts';
import { nothingWritten, postParts } from '../bad-input/bad-input.fixture.ts';
import { BOOTSTRAP, signedIn, type TestDesk, testDesk } from '../desk.ts';
import { daysAgo, oldRow, report } from './reports.fixture.ts';

const send = (desk: TestDesk, text: string, headers: Record<string, string> = {}) =>
  desk.api('POST', '/snds/imports', { text }, headers);
const daysOf = async (desk: TestDesk) =>
  (await desk.api('GET', '/snds/days')).body.items as { address: string; day: string; filter: string }[];

t.test('a report becomes days of addresses, and is kept byte for byte', async (t) => {
  const desk = await testDesk(t);
  const raw = Buffer.from(
    `\ufeff${report({ day: daysAgo(1) }, { address: '192.0.2.11', day: daysAgo(1), filter: 'RED' })}`,
  );
  const answer = await desk.app.inject({
    method: 'POST',
    url: '/api/v1/snds/imports',
    headers: { authorization: `Bearer ${BOOTSTRAP}`, 'content-type': 'text/csv' },
    payload: raw,
  });
  t.equal(answer.statusCode, 201);
  t.match(answer.json(), {
    kind: 'data',
    rows: 2,
    firstDay: daysAgo(1),
    lastDay: daysAgo(1),
    replaced: 0,
    repeated: false,
  });
  t.match(await daysOf(desk), [
    { address: '192.0.2.10', filter: 'green', complaintHigh: 0.1, trapHits: 0 },
    { address: '192.0.2.11', filter: 'red' },
  ]);
  const addresses = (await desk.api('GET', '/addresses')).body.items.map(
    (one: { address: string }) => one.address,
  );
  t.strictSame(addresses, ['192.0.2.10', '192.0.2.11'], 'its addresses are ours');
  const browser = await signedIn(desk, 'viewer');
  const source = await browser.get(`/settings/snds/imports/${answer.json().id}/source`);
  t.ok(source.rawPayload.equals(raw));
  t.match(source.headers, {
    'content-type': 'application/octet-stream',
    'content-disposition': /^attachment/,
  });
});

t.test('a report of one mistake leaves nothing behind', async (t) => {
  const desk = await testDesk(t);
  const good = Array.from({ length: 3000 }, (_, n) => ({
    address: `192.0.2.${n % 250}`,
    day: daysAgo(n % 80),
  }));
  const bad = `${report(...good)}${oldRow({ complaints: 'low' })}\r\n`;
  const answer = await nothingWritten(t, desk.db, 'a mistake in line 3001', () => send(desk, bad));
  t.match(answer, { status: 422, body: { detail: /^Line 3001, column 8/ } });
  const page = await nothingWritten(t, desk.db, 'a web page', () =>
    send(desk, '<!doctype html><title>Sign in</title>'),
  );
  t.match(page, { status: 422, body: { detail: /^This is a web page/ } });
  t.match(await nothingWritten(t, desk.db, 'nothing', () => send(desk, '\n')), {
    status: 422,
    body: { detail: /is empty/ },
  });
});

t.test(
  'the same report again changes nothing; a later one replaces days and keeps what they said',
  async (t) => {
    const desk = await testDesk(t);
    const first = report({ day: daysAgo(2) }, { day: daysAgo(1) });
    t.match(await send(desk, first), { status: 201 });
    t.match(await send(desk, first), { status: 200, body: { repeated: true, replaced: 0 } });
    const second = report({ day: daysAgo(1), filter: 'YELLOW' }, { day: daysAgo(2) });
    t.match(await send(desk, second), { status: 201, body: { repeated: false, replaced: 1 } });
    t.match(await daysOf(desk), [{ filter: 'yellow' }, { filter: 'green' }]);
    const trace = await desk.db.selectFrom('snds_replaced').selectAll().execute();
    t.match(trace, [
      { day: daysAgo(1), was: { filter: 'green', recipients: 3900 }, import_id: 1, replaced_by: 2 },
    ]);
    t.match(
      await send(desk, first),
      { body: { repeated: false, replaced: 1 } },
      'what was replaced can come back',
    );
    t.match(await daysOf(desk), [{ filter: 'green' }, { filter: 'green' }]);
  },
);

t.test(
  'a day that a report has twice is its last, and two imports at a time do not trip over each other',
  async (t) => {
    const desk = await testDesk(t);
    await send(desk, report({ day: daysAgo(1) }, { day: daysAgo(1), filter: 'RED' }));
    t.match(await daysOf(desk), [{ filter: 'red' }]);
    const addresses = ['192.0.2.5', '192.0.2.6', '192.0.2.7', '192.0.2.8'];
    const rows = addresses.map((address) => ({ address, day: daysAgo(1) }));
    const answers = await Promise.all(
      [rows, rows.toReversed(), [...rows.slice(2), ...rows.slice(0, 2)], rows].map((some) =>
        send(desk, report(...some)),
      ),
    );
    t.ok(
      answers.every(({ status }) => status === 201 || status === 200),
      JSON.stringify(answers.map(({ status }) => status)),
    );
    t.equal((await daysOf(desk)).length, 5);
  },
);

t.test('an idempotency key makes a repeated call one effect', async (t) => {
  const desk = await testDesk(t);
  const text = report({ day: daysAgo(1) });
  const headers = { 'idempotency-key': 'snds-1' };
  const [one, other] = [await send(desk, text, headers), await send(desk, text, headers)];
  t.strictSame(other.body, one.body);
  t.equal((await desk.db.selectFrom('snds_imports').select('id').execute()).length, 1);
});

t.test('days are walked page by page, newest first, of all addresses or of a range', async (t) => {
  const desk = await testDesk(t);
  const rows = [1, 2, 3].flatMap((ago) =>
    ['192.0.2.9', '192.0.2.10', '198.51.100.1'].map((address) => ({ address, day: daysAgo(ago) })),
  );
  await send(desk, report(...rows));
  const seen: string[] = [];
  type Page = { items: { day: string; address: string }[]; next: string | null };
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: Page = (
      await desk.api('GET', `/snds/days?limit=2&address=192.0.2.0/24${cursor && `&cursor=${cursor}`}`)
    ).body;
    seen.push(...page.items.map((one) => `${one.day} ${one.address}`));
    cursor = page.next;
  }
  t.strictSame(
    seen,
    [1, 2, 3].flatMap((ago) => [`${daysAgo(ago)} 192.0.2.9`, `${daysAgo(ago)} 192.0.2.10`]),
  );
  for (const cursor of [
    'x',
    'WyJzbmRzLWRheXMiLCIyMDI2LTk5LTk5IiwiMTkyLjAuMi4wLzI0Il0',
    'WyJzbmRzLWRheXMiLCJ4IiwieSJd',
  ])
    t.equal((await desk.api('GET', `/snds/days?cursor=${cursor}`)).status, 400, cursor);
});

t.test('a file is dropped on the page, and the address then says what SNDS said', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk);
  const page = await browser.get('/settings/snds');
  t.match(page.body, /None yet/);
  const wrong = await postParts(browser, '/settings/snds/imports', [
    { name: 'file', value: oldRow({ filter: 'BLUE' }), file: 'snds.csv', type: 'text/csv' },
  ]);
  t.equal(wrong.statusCode, 422);
  t.match(wrong.body, /field-error" id="error-report">Line 1, column 7 \(filter result\)/);
  const csv = report({ day: daysAgo(1), traps: 12, complaints: '0.3%' }, { day: daysAgo(2) });
  const sent = await postParts(browser, '/settings/snds/imports', [
    { name: 'file', value: csv, file: '<b>snds.csv', type: 'text/csv' },
  ]);
  t.equal(sent.statusCode, 303);
  const after = (await browser.get('/settings/snds')).body;
  t.match(after, `${daysAgo(2)} to ${daysAgo(1)}`);
  t.match(after, '&lt;b&gt;snds.csv');
  const address = (await browser.get('/addresses/192.0.2.10')).body;
  t.match(address, /data-is="bad">.*GREEN, complaints 0\.3%, 12 trap hits, 3,900 recipients/s);
});

t.test('a status report is what holds now: a later one takes the place of an earlier', async (t) => {
  const desk = await testDesk(t);
  await send(desk, report({ day: daysAgo(1) }));
  const blocked = '192.0.2.0,192.0.2.15,Yes,Blocked by complaints\r\n';
  const other = '198.51.100.0,198.51.100.3,Yes,Bots\r\n';
  const browser = await signedIn(desk, 'viewer');
  const shown = async () => (await browser.get('/addresses/192.0.2.10')).body;
  for (const [text, isBlocked] of [
    [blocked, true],
    [other, false],
    [blocked, true],
  ] as const) {
    t.match(await send(desk, text), { status: 201, body: { kind: 'status', rows: 1 } });
    const page = await shown();
    t.equal(page.includes('blocked by complaints'), isBlocked, text);
  }
});

/** Too large for the server's own thread. */
const large = (last: string = oldRow({ address: '192.0.2.99', day: daysAgo(2) })) =>
  `${report(...Array.from({ length: 6000 }, (_, n) => ({ address: `192.0.2.${n % 250}`, day: daysAgo(n % 80) })))}${last}\r\n`;

t.test(
  'while a large report is read, others are answered; what is wrong with it is told all the same',
  async (t) => {
    const desk = await testDesk(t);
    const browser = await signedIn(desk, 'operator');
    t.ok(large().length > WORTH_A_THREAD);
    await heardByThread();
    const letGo = holdThread();
    const importing = send(desk, large());
    t.equal(
      (await browser.get('/settings/snds')).statusCode,
      200,
      'no transaction holds the database either',
    );
    await letGo();
    t.match(await importing, { status: 201, body: { rows: 6001, firstDay: daysAgo(79) } });
    t.match(await heardByThread(), [/pack-report\.ts$/]);
    t.equal((await send(desk, large())).status, 200, 'the same again changes nothing');
    const wrong = await send(desk, large(oldRow({ complaints: 'low' })));
    t.match(wrong, { status: 422, body: { fields: { text: /^Line 6001, column 8/ } } });
    const page = `<!doctype html>${' '.repeat(WORTH_A_THREAD)}`;
    await t.rejects(readReport(Buffer.from(page), { field: 'report' }), { name: 'BadReport', isPage: true });
    const raw = Buffer.from(large());
    t.strictSame(
      await readReport(raw, { field: 'report' }),
      readAndPack(raw),
      'it reads what the server would read',
    );
  },
);

t.test('a day that a report has twice means its last; a status report keeps its order', async (t) => {
  const desk = await testDesk(t);
  const day = daysAgo(1);
  await send(desk, report({ day, filter: 'RED' }, { day, filter: 'GREEN' }));
  t.match(await daysOf(desk), [{ filter: 'green' }]);
  t.equal((await daysOf(desk)).length, 1);
  const status =
    'First IP,Last IP,Blocked,Details\r\n192.0.2.9,192.0.2.10,Yes,Junked\r\n192.0.2.1,192.0.2.2,No,\r\n';
  t.equal((await send(desk, status)).status, 201);
  const rows = await desk.db.selectFrom('snds_status').selectAll().orderBy('position').execute();
  t.match(rows, [
    { position: 0, first: /192\.0\.2\.9/, blocked: true, details: 'Junked' },
    { position: 1, blocked: false },
  ]);
});
