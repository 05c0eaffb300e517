import { globSync, readFileSync } from 'node:fs';
import { sql } from 'kysely';
import t from 'tap';
import { changesBetween } from '../../src/audit/changes.ts';
import { AUDIT_KINDS, auditWords } from '../../src/audit/kinds.ts';
import { note } from '../../src/audit/note.ts';
import { SYSTEM } from '../../src/web/access.ts';
import { BOOTSTRAP, Browser, PASSWORD, signedIn, type TestDesk, testDesk } from '../desk.ts';
import { ACCOUNT, CANARY } from '../mail-out/mail-out.fixture.ts';

const logged = async ({ db }: TestDesk) =>
  (await db.selectFrom('audit_entries').selectAll().orderBy('id').execute()).map((entry) => ({
    kind: entry.kind,
    by: entry.actor_name,
    from: entry.client_address,
    words: auditWords(entry),
    changes: entry.detail['changes'],
  }));

t.test('what is changed, and what of it is never written down', async (t) => {
  t.strictSame(
    changesBetween(
      { name: 'a', port: 25, secret: null, list: ['x'], same: 1, raw: Buffer.from('1') },
      { name: 'b', port: 587, secret: CANARY, list: ['x', 'y'], same: 1, raw: Buffer.from('2') },
    ),
    [
      { what: 'name', from: 'a', to: 'b' },
      { what: 'port', from: '25', to: '587' },
      { what: 'secret', from: '', to: 'not shown' },
      { what: 'list', from: 'x', to: 'x, y' },
      { what: 'raw', from: 'not shown', to: 'not shown' },
    ],
  );
});

t.test('columns are told in words, and abbreviations in capitals', async (t) => {
  t.strictSame(
    changesBetween({}, { jmrp_since: '2019-04-02', dkim_selectors: ['a'], ship_to: 'b' }).map(
      ({ what }) => what,
    ),
    ['JMRP since', 'DKIM selectors', 'ship to'],
  );
});

t.test('every kind is written by some store, and has a sentence', async (t) => {
  const source = globSync('src/**/*.ts')
    .filter((file) => !file.startsWith('src/audit/'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  for (const kind of Object.keys(AUDIT_KINDS)) {
    t.ok(source.includes(`'${kind}'`), `${kind} is written`);
    t.not(auditWords({ kind, subject: 'X', detail: {} }).trim(), '', kind);
  }
});

t.test('who did what, from where, with the change, and no secret', async (t) => {
  const desk = await testDesk(t);
  const admin = await signedIn(desk, 'admin');
  const boss = 'The admin';
  await admin.get('/settings/users');
  const fresh = { email: 'ada@example.com', name: 'Ada', role: 'viewer', password: PASSWORD };
  await admin.post('/settings/users', fresh);
  const { id } = await desk.db
    .selectFrom('users')
    .select('id')
    .where('name', '=', 'Ada')
    .executeTakeFirstOrThrow();
  await admin.post(`/settings/users/${id}`, { role: 'operator' });
  await admin.post(`/settings/users/${id}`, { disabled: 'yes' });
  const made = await admin.post('/settings/tokens', {
    name: 'cron',
    scope: 'write',
    only: 'incidents:read',
  });
  const token = /value="(dd_[^"]+)"/.exec(made.body)?.[1] ?? '';
  await admin.post('/settings/tokens/1/revocation');
  const { tagsReplies, undoSeconds, port, ...texts } = ACCOUNT;
  const account = { ...texts, port: String(port), undoSeconds: String(undoSeconds) };
  const added = await admin.post('/settings/mail/accounts', account);
  t.equal(added.statusCode, 303, `without tags (${tagsReplies})`);
  const webhook = await desk.api('POST', '/tags/1/removal');
  t.equal(webhook.status, 404);
  const eve = new Browser(desk.app);
  await eve.get('/sign-in');
  await eve.post('/sign-in', { email: 'ada@example.com', password: 'not this one' });
  await eve.post('/sign-in', { email: CANARY, password: 'a password in the wrong field' });
  t.strictSame(
    await logged(desk),
    [
      { kind: 'signed-in', by: boss, from: '127.0.0.1', words: 'signed in with a password' },
      {
        kind: 'person-added',
        by: boss,
        from: '127.0.0.1',
        words: 'added Ada <ada@example.com> as viewer',
      },
      {
        kind: 'role-changed',
        by: boss,
        from: '127.0.0.1',
        words: 'made Ada <ada@example.com> operator instead of viewer',
      },
      { kind: 'person-shut-out', by: boss, from: '127.0.0.1', words: 'shut out Ada <ada@example.com>' },
      {
        kind: 'token-made',
        by: boss,
        from: '127.0.0.1',
        words: 'made the token “cron”, write, only for incidents:read',
      },
      { kind: 'token-revoked', by: boss, from: '127.0.0.1', words: 'revoked the token “cron”' },
      { kind: 'sending-account-added', by: boss, from: '127.0.0.1', words: 'added the sending account Desk' },
      {
        kind: 'sign-in-failed',
        by: 'Somebody',
        from: '127.0.0.1',
        words: 'could not sign in as ada@example.com: shut out',
      },
      {
        kind: 'sign-in-failed',
        by: 'Somebody',
        from: '127.0.0.1',
        words: 'could not sign in as an address that nobody has: unknown',
      },
    ].map((entry) => ({ ...entry, changes: undefined })),
  );
  const all = JSON.stringify(await desk.db.selectFrom('audit_entries').selectAll().execute());
  for (const secret of [CANARY, PASSWORD, token, 'wrong field']) t.notMatch(all, secret);

  const page = await admin.get('/settings/audit');
  t.match(page.body, 'made Ada &lt;ada@example.com&gt; operator instead of viewer');
  t.match((await admin.get('/settings/audit?kind=tokens')).body, 'revoked the token');
  t.notMatch((await admin.get('/settings/audit?kind=tokens')).body, 'shut out Ada');
  const hers = await admin.get(`/settings/audit?person=${id}`);
  t.match(hers.body, 'could not sign in as ada@example.com', 'what was done to her');
  t.notMatch(hers.body, 'revoked the token');
  t.match((await admin.get('/settings/audit?until=2020-01-01')).body, 'Nothing like that');
  for (const wrong of ['from=never', 'kind=nothing', 'person=x'])
    t.equal((await admin.get(`/settings/audit?${wrong}`)).statusCode, 422, wrong);
  const csv = await admin.get('/settings/audit.csv?kind=people');
  t.match(csv.body, /^at,who,kind,what,from,changes\r\n/);
  t.match(csv.body, /,The admin,person-shut-out,shut out Ada/);
  const lines = (await admin.get('/settings/audit.jsonl')).body.trim().split('\n');
  t.equal(lines.length, 9);
  t.match(JSON.parse(lines.at(-1) ?? ''), { kind: 'signed-in', by: { name: boss }, from: '127.0.0.1' });
  const operator = await signedIn(desk, 'operator');
  for (const path of ['', '.csv', '.jsonl'])
    t.equal((await operator.get(`/settings/audit${path}`)).statusCode, 403, path);
});

t.test('the log is read page by page, and no entry is changed or deleted', async (t) => {
  const desk = await testDesk(t);
  await desk.db.transaction().execute(async (trx) => {
    for (let n = 0; n < 120; n++) await note(trx, SYSTEM, 'tag-changed', { subject: `t${n}` });
  });
  const seen: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const { body }: { body: { items: { subject: string }[]; next: string | null } } = await desk.api(
      'GET',
      `/audit?limit=50${cursor ? `&cursor=${cursor}` : ''}`,
    );
    seen.push(...body.items.map(({ subject }) => subject));
    cursor = body.next;
  }
  t.strictSame(
    seen,
    Array.from({ length: 120 }, (_, n) => `t${119 - n}`),
    'each once, the newest first, also those of one moment',
  );
  const whole = await desk.app.inject({
    url: '/api/v1/audit.csv',
    headers: { authorization: `Bearer ${BOOTSTRAP}` },
  });
  t.equal(whole.body.trim().split('\r\n').length, 121);
  for (const statement of [
    sql`update audit_entries set actor_name = 'Eve'`,
    sql`delete from audit_entries`,
    sql`truncate audit_entries`,
  ])
    await t.rejects(statement.execute(desk.db), { code: 'DD001' });
});

t.test('what did not happen is not in the log', async (t) => {
  const desk = await testDesk(t);
  const admin = await signedIn(desk, 'admin');
  const { id } = await desk.db.selectFrom('users').select('id').executeTakeFirstOrThrow();
  await admin.get('/settings/users');
  t.equal((await admin.post(`/settings/users/${id}`, { role: 'viewer' })).statusCode, 422);
  t.strictSame(
    (await logged(desk)).map(({ kind }) => kind),
    ['signed-in'],
  );
});

t.test('what a calendar shows, and comparisons of wordings, stand in it', async (t) => {
  const desk = await testDesk(t);
  const admin = await signedIn(desk, 'admin');
  await admin.get('/settings/notifications');
  const calendar = (fields: Record<string, string>) =>
    admin.post('/settings/notifications/calendar', { ...fields, _once: crypto.randomUUID() });
  await calendar({ action: 'new', isAll: 'no' });
  await calendar({ action: 'change', isAll: 'yes' });
  await calendar({ action: 'change', isAll: 'yes' });
  const url = '/letter-templates/gmail/first/en';
  const text = { title: 'To Gmail', when: 'When it refuses', subject: 'About {{address}}' };
  for (const end of ['.', ', please.'])
    await desk.api('PUT', url, { ...text, body: `Hello,\n\nlift the block${end}\n` });
  const { body } = await desk.api('POST', `${url}/trials`, { a: 1, b: 2 });
  const ended = await desk.api('PATCH', `${url}/trials/${body.id}`, { state: 'ended', use: 'b' });
  t.equal(ended.status, 200);
  const found = (await logged(desk)).filter(({ kind }) => /^(calendar|wording)/.test(kind));
  const bot = { by: 'bootstrap token', from: '127.0.0.1' };
  t.match(found, [
    { kind: 'calendar-link-changed' },
    {
      kind: 'calendar-changed',
      by: 'The admin',
      words: 'changed what their calendar shows',
      changes: [{ what: 'is all', from: 'false', to: 'true' }],
    },
    {
      kind: 'wording-trial-started',
      ...bot,
      words: 'began to compare wordings of the template gmail/first (en)',
    },
    {
      kind: 'wording-trial-ended',
      ...bot,
      words: 'ended the comparison of wordings of the template gmail/first (en)',
    },
  ]);
  t.equal(found.length, 4, 'what was saved as it was is no change');
});
