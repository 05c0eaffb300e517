import t from 'tap';
import { takeImport } from '../../src/transfer/import/queue.ts';
import { runImport } from '../../src/transfer/import/worker.ts';
import { type Browser, CATALOGUE, REFUSAL, signedIn, type TestDesk, testDesk } from '../desk.ts';
import { ask, HOUR } from '../reports/ask.fixture.ts';

const CSV = [
  'Case;Subject;ISP;IP Address;Status;Created;Resolved;Ticket;Comments;Reply',
  '1;Blocked again;Outlook.com;203.0.113.7;Closed;2026-03-10 09:12;2026-03-12 10:00;SRX1ID;They lifted it;We lifted it.',
  '18;;gmail.com;203.0.113.8, 203.0.113.9;In progress;2026-03-11;;;=cmd;',
  '19;Odd;Nobody Ltd;10.0.0.1;Open;2026-03-11;;;;',
].join('\n');

async function upload(browser: Browser, name: string, content: string | Buffer) {
  const boundary = 'xxBOUNDARYxx';
  const part = (field: string, value: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${field}"\r\n\r\n${value}\r\n`;
  const head = `${part('_csrf', browser.csrf)}--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: text/csv\r\n\r\n`;
  return browser.app.inject({
    method: 'POST',
    url: '/settings/import',
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      cookie: [...browser.cookies].map(([key, value]) => `${key}=${value}`).join('; '),
    },
    payload: Buffer.concat([Buffer.from(head), Buffer.from(content), Buffer.from(`\r\n--${boundary}--\r\n`)]),
  });
}

async function work({ db }: TestDesk) {
  for (;;) {
    const row = await takeImport(db);
    if (!row) return;
    await runImport(
      { db, catalogue: CATALOGUE },
      { ...row, state: row.state === 'waiting' ? 'running' : row.state },
      { stopped: () => false },
    );
  }
}

/** The fields of the page's form, as a browser sends them. */
function fieldsOf(page: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [, name = '', inside = ''] of page.matchAll(
    /<select [^>]*name="([^"]+)"[^>]*>([\s\S]*?)<\/select>/g,
  )) {
    const chosen = /<option(?: value="([^"]*)")? selected>([^<]*)/.exec(inside);
    fields[name] = chosen?.[1] ?? chosen?.[2] ?? '';
  }
  for (const [, name = '', value = ''] of page.matchAll(
    /<input (?:type="hidden" )?(?:id="[^"]*" )?name="(value-\d+|tracker)"[^>]*value="([^"]*)"/g,
  ))
    fields[name] = value;
  return fields;
}

t.test('a table of another tracker: mapped, looked at, brought in once', async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const admin = await signedIn(desk, 'admin');
  await admin.get('/settings/import');
  const taken = await upload(admin, 'old tracker.csv', CSV);
  t.equal(taken.headers.location, '/settings/import/1');
  const page = await admin.get('/settings/import/1');
  t.match(page.body, 'Blocked again');
  t.match(page.body, 'It is no provider of the catalogue.');
  const fields = fieldsOf(page.body);
  t.match(fields, {
    'column-sourceId': '0',
    'column-message': '9',
    dateFormat: 'iso',
    tracker: 'old tracker',
  });

  const count = async (table: 'incidents' | 'timeline_entries') =>
    (
      await desk.db
        .selectFrom(table)
        .select((eb) => eb.fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow()
    ).n;
  const before = { incidents: await count('incidents'), entries: await count('timeline_entries') };
  const look = await admin.post('/settings/import/1/look', fields);
  t.match(
    look.body,
    'action="/settings/import/1/look#sums"',
    'who looks is led to what was found, below a long form',
  );
  t.match(look.body, 'id="sums"');
  t.match(look.body, /New incidents<\/dt><dd>2, of 3 addresses/);
  t.match(look.body, /Left out<\/dt><dd>1</);
  t.strictSame(
    { incidents: await count('incidents'), entries: await count('timeline_entries') },
    before,
    'a dry run',
  );
  const wrong = await admin.post('/settings/import/1/start', { ...fields, 'column-addresses': '' });
  t.equal(wrong.statusCode, 422);
  t.match(wrong.body, 'an incident is about one at least');

  await admin.post('/settings/import/1/start', { ...fields, 'state-0': 'mitigated' });
  await work(desk);
  const done = await admin.get('/settings/import/1');
  t.match(done.body, 'brought in');
  t.match(done.body, '<a class="go" href="/incidents">', 'and what came is a press away');
  const rows = await desk.db.selectFrom('incidents').selectAll().orderBy('number').execute();
  t.match(rows.slice(1), [
    { number: 18, provider: 'gmail', state: 'open', title: 'Gmail blocks 203.0.113.8 and 203.0.113.9' },
    {
      number: 19,
      provider: 'outlook-com',
      state: 'mitigated',
      mitigated_at: new Date('2026-03-12T10:00:00Z'),
    },
  ]);
  const entries = await desk.db
    .selectFrom('timeline_entries')
    .select(['kind', 'actor_name', 'occurred_at', 'recorded_at'])
    .where('incident_number', '=', 19)
    .orderBy('id')
    .execute();
  t.strictSame(
    entries.map(({ kind }) => kind),
    ['incident-logged', 'ticket-opened', 'note-added', 'message-received', 'state-changed'],
  );
  t.ok(
    entries.every(
      ({ actor_name, recorded_at }) =>
        actor_name === 'import' && Date.now() - recorded_at.getTime() < 600_000,
    ),
  );
  t.strictSame(entries[0]?.occurred_at, new Date('2026-03-10T09:12:00Z'));
  t.match(
    (await admin.get('/settings/import/1/left-out.csv')).body,
    /4,Provider,Nobody Ltd,It is no provider/,
  );
  t.match((await admin.get('/settings/import/1/numbers.csv')).body, /1,19\r\n/);
  t.match((await desk.api('GET', '/imports/1')).body, { state: 'done', leftOut: 1, added: { incidents: 2 } });
  t.equal((await admin.get('/incidents/19')).statusCode, 200);

  await t.test('the same file again adds nothing, a newer one what is new', async (t) => {
    await upload(admin, 'old tracker.csv', `${CSV}\n21;New;gmail.com;203.0.113.21;Open;2026-04-01;;;;`);
    const again = await admin.get('/settings/import/2');
    await admin.post('/settings/import/2/start', fieldsOf(again.body));
    await work(desk);
    t.match((await desk.api('GET', '/imports/2')).body, { added: { incidents: 1 }, known: 2 });
  });
});

t.test('of a closed row without a closing date nobody knows how long it was blocked', async (t) => {
  const desk = await testDesk(t);
  const admin = await signedIn(desk, 'admin');
  await admin.get('/settings/import');
  const rows = [
    'Case;ISP;IP Address;Status;Created;Resolved',
    '1;gmail.com;203.0.113.8;Closed;2026-03-10 09:00;',
    '2;gmail.com;203.0.113.9;Closed;2026-03-10 09:00;2026-03-11 09:00',
  ];
  await upload(admin, 'x.csv', rows.join('\n'));
  await admin.post('/settings/import/1/start', fieldsOf((await admin.get('/settings/import/1')).body));
  await work(desk);
  const blocked = async (number: number) =>
    (await desk.api('GET', `/incidents/${number}`)).body.durations.blocked;
  t.equal(await blocked(1), null);
  t.equal(await blocked(2), 24 * HOUR);
  t.match((await admin.get('/incidents/1')).body, 'blocked for an unknown time');
  const then = await desk.api('GET', '/addresses/203.0.113.8?asOf=2026-04-01');
  t.match(then.body.history, [{ number: 1, state: 'closed', blockedSeconds: null }]);
  const { all } = await ask(desk, 'blocked-by-provider?from=2026-03-01&to=2026-03-31');
  t.match(
    all.values,
    { incidents: 1, each_s: 24 * HOUR },
    'what is not known is no part of what each lasted',
  );
});

t.test('what is no table is refused beside the field', async (t) => {
  const desk = await testDesk(t);
  const admin = await signedIn(desk, 'admin');
  await admin.get('/settings/import');
  for (const [content, words] of [
    ['PK\x03\x04 zip', 'save the sheet as CSV'],
    ['{"record":"export"}', 'This is no export of Delist Desk'],
    ['', 'Choose a file that holds something'],
    ['only,head', 'no row below'],
  ] as const) {
    const answer = await upload(admin, 'x.csv', content);
    t.equal(answer.statusCode, 422);
    t.match(answer.body, words);
  }
  const own = (await admin.get('/settings/export/file')).body;
  t.match((await upload(admin, 'x.jsonl', own)).body, 'of this very desk');
  t.equal((await desk.db.selectFrom('imports').select('id').execute()).length, 0);
});

t.test('a table that is cut off by a restart goes on where it stood', async (t) => {
  const desk = await testDesk(t);
  const admin = await signedIn(desk, 'admin');
  await admin.get('/settings/import');
  const lines = Array.from(
    { length: 250 },
    (_, n) => `;gmail.com;198.51.${100 + (n % 2)}.${n % 250};2026-03-11`,
  );
  await upload(admin, 'many.csv', ['Subject,ISP,IP,Created'.replaceAll(',', ';'), ...lines].join('\n'));
  await admin.post('/settings/import/1/start', fieldsOf((await admin.get('/settings/import/1')).body));
  let batches = 0;
  while ((await desk.api('GET', '/imports/1')).body.state !== 'done') {
    const row = await takeImport(desk.db);
    if (row)
      await runImport({ db: desk.db, catalogue: CATALOGUE }, row, { stopped: () => batches++ % 2 === 1 });
    // A lease that its process left behind.
    await desk.db.updateTable('imports').set({ lease_until: null }).execute();
  }
  const all = await desk.db.selectFrom('incidents').select('title').execute();
  t.equal(all.length + (await desk.api('GET', '/imports/1')).body.leftOut, 250);
  t.equal(new Set(all.map(({ title }) => title)).size, all.length, 'each row once');
});
