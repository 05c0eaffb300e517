import t from 'tap';
import { addUser } from '../../src/accounts/store.ts';
import { Browser, PASSWORD, signedIn } from '../desk.ts';
import { unescaped } from '../unescaped.ts';
import { deskWithDraft, nothingWritten, plainOf, refusedJson, refusedPage } from './bad-input.fixture.ts';

t.test('a letter for an incident that is closed is refused, and the draft stays', async (t) => {
  const desk = await deskWithDraft(t);
  const browser = await signedIn(desk);
  await browser.get(`/incidents/1/letters/${desk.letter}`);
  await desk.api('PATCH', '/incidents/1', { state: 'closed', reason: 'over' });
  const says = /Incident #1 is closed\. Set it back to another state first/;
  const draft = await desk.db.selectFrom('letters').selectAll().executeTakeFirstOrThrow();
  const started = await nothingWritten(t, desk.db, 'a new one', () =>
    browser.post('/incidents/1/letters', { template: 'outlook-com/first', language: 'en' }),
  );
  refusedPage(t, started, { status: 409, says, what: 'a new one' });
  const sent = await nothingWritten(t, desk.db, 'sending', () =>
    browser.post(`/incidents/1/letters/${desk.letter}/sending`, {
      subject: draft.subject,
      body: `${draft.body}\nA last word that was typed.`,
      version: String(draft.version),
      channel: 'form',
    }),
  );
  refusedPage(t, sent, { status: 409, says, keeps: 'A last word that was typed.', what: 'sending' });
  for (const [path, body] of [
    ['/incidents/1/letters', {}],
    [`/letters/${desk.letter}/send`, { channel: 'form' }],
  ] as const)
    refusedJson(t, await nothingWritten(t, desk.db, path, () => desk.api('POST', path, body)), {
      status: 409,
      says,
      what: path,
    });
  t.match(await desk.db.selectFrom('letters').selectAll().execute(), [{ state: 'draft', body: draft.body }]);
});

t.test('of two people who send a letter at once, one sends and the other is told who did', async (t) => {
  const desk = await deskWithDraft(t);
  const people: Browser[] = [];
  for (const name of ['Mara Lind', 'Jonas Weber']) {
    const email = `${name.split(' ')[0]}@example.com`;
    await addUser(desk.db, { email, name, role: 'operator', password: PASSWORD });
    const browser = new Browser(desk.app);
    await browser.signIn(email);
    await browser.get(`/incidents/1/letters/${desk.letter}`);
    people.push(browser);
  }
  const draft = await desk.db.selectFrom('letters').selectAll().executeTakeFirstOrThrow();
  const answers = await Promise.all(
    people.map((browser, at) =>
      browser.post(`/incidents/1/letters/${desk.letter}/sending`, {
        subject: draft.subject,
        body: `${draft.body}\nWritten by number ${at}.`,
        version: String(draft.version),
        channel: 'form',
        _once: crypto.randomUUID(),
      }),
    ),
  );
  t.strictSame(answers.map(({ statusCode }) => statusCode).sort(), [303, 409]);
  const winner = answers.findIndex(({ statusCode }) => statusCode === 303);
  const loser = answers[1 - winner];
  const name = ['Mara Lind', 'Jonas Weber'][winner];
  if (loser) {
    refusedPage(t, loser, {
      status: 409,
      says: new RegExp(`${name} sent this letter \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC`),
      keeps: `Written by number ${1 - winner}.`,
      what: 'the other one',
    });
    t.match(plainOf(loser.body), /What you had written was not sent/);
  }
  const messages = await desk.db.selectFrom('messages').selectAll().execute();
  t.equal(messages.length, 1);
  t.match(messages[0]?.text, `Written by number ${winner}.`);
  refusedJson(t, await desk.api('POST', `/letters/${desk.letter}/send`, { channel: 'form' }), {
    status: 409,
    says: new RegExp(`${name} sent this letter`),
    what: 'over the API',
  });
});

t.test('a form whose subject changed meanwhile says so and keeps what was typed', async (t) => {
  const desk = await deskWithDraft(t);
  await desk.api('PUT', '/profile', {
    name: 'A',
    website: '',
    contactName: '',
    contactEmail: '',
    sendingDomains: [],
  });
  const browser = await signedIn(desk, 'admin');
  const other = await signedIn(desk, 'admin');
  const typed = 'Typed for half an hour.';
  const versionOn = (body: string) => /name="version" value="(\d+)"/.exec(body)?.[1] ?? '';
  const forms = [
    {
      page: '/incidents/1/edit',
      url: '/incidents/1/edit',
      fields: { title: 'T', severity: 'high' },
      name: 'affected',
    },
    { page: '/settings/profile', url: '/settings/profile', fields: { name: 'B' }, name: 'postalAddress' },
    {
      page: '/addresses/203.0.113.7/edit',
      url: '/addresses/203.0.113.7',
      fields: { label: 'l' },
      name: 'notes',
    },
    {
      page: `/incidents/1/letters/${desk.letter}`,
      url: `/incidents/1/letters/${desk.letter}`,
      fields: { subject: 'S' },
      name: 'body',
    },
  ];
  for (const { page, url, fields, name } of forms) {
    const version = versionOn((await browser.get(page)).body);
    t.ok(version, `${page} carries its version`);
    await other.get(page);
    t.equal((await other.post(url, { ...fields, [name]: 'Saved first.', version })).statusCode, 303, url);
    const stale = await nothingWritten(t, desk.db, url, () =>
      browser.post(url, { ...fields, [name]: typed, version }),
    );
    refusedPage(t, stale, {
      status: 409,
      says: /(?:since you opened|while you were writing).*Your text is still below/,
      keeps: typed,
      what: url,
    });
    t.match((await other.get(page)).body, 'Saved first.', `${url}: the other’s text is not overwritten`);
    const again = await browser.post(url, { ...fields, [name]: typed, version: versionOn(stale.body) });
    t.equal(again.statusCode, 303, `${url}: sent again, it is saved`);
    t.match((await browser.get(page)).body, typed, url);
  }
  await browser.get('/incidents/1');
  await other.post('/incidents/1/state', { to: 'action-needed', reason: 'they asked', seen: 'open' });
  const stale = await nothingWritten(t, desk.db, 'state', () =>
    browser.post('/incidents/1/state', { to: 'mitigated', reason: typed, seen: 'open' }),
  );
  t.equal(stale.statusCode, 409);
  t.match(plainOf(stale.body), /The incident became action needed while you were writing/);
  t.match(stale.body, `value="${typed}"`);
  const { version } = (await desk.api('GET', '/incidents/1')).body;
  await desk.api('PATCH', '/incidents/1', { title: 'By the API' });
  if (version !== undefined)
    refusedJson(t, await desk.api('PATCH', '/incidents/1', { title: 'Late', version }), {
      status: 409,
      says: /changed since/,
      what: 'over the API',
    });
});

/** The fields of the page that gives back what was typed. */
function fieldsOn(html: string): Record<string, string> {
  const main = html.slice(html.indexOf('<form method="post" action="/incidents'));
  const inputs = [...main.matchAll(/<input[^>]*name="([^"]+)" value="([^"]*)"/g)];
  const areas = [...main.matchAll(/<textarea[^>]*name="([^"]+)"[^>]*>\n([^<]*)<\/textarea>/g)];
  return Object.fromEntries(
    [...inputs, ...areas].map(([, name, value]) => [name ?? '', unescaped(value ?? '')]),
  );
}

for (const [what, end] of Object.entries({
  'a session that was revoked': (desk) => desk.db.deleteFrom('sessions').execute(),
  'a session that ran out': (desk) =>
    desk.db
      .updateTable('sessions')
      .set({ expires_at: new Date(Date.now() - 1000) })
      .execute(),
}) as [string, (desk: Awaited<ReturnType<typeof deskWithDraft>>) => Promise<unknown>][])
  t.test(
    `${what} in the middle of a long text: it is still there after signing in, and saved once`,
    async (t) => {
      const desk = await deskWithDraft(t);
      const browser = await signedIn(desk);
      const { email } = await desk.db.selectFrom('users').select('email').executeTakeFirstOrThrow();
      await browser.get('/incidents/1');
      const text = `${'A long text, “with” <b>signs</b> & {{constructor}}.\n'.repeat(300)}The end.`;
      await end(desk);
      const asked = await nothingWritten(t, desk.db, what, () =>
        browser.post('/incidents/1/notes', { text, _once: '00000000-0000-4000-8000-000000000001' }),
      );
      t.equal(asked.statusCode, 401);
      const carried = fieldsOn(asked.body.replace(/<form[^>]*>/, '<form method="post" action="/incidents">'))[
        'carried'
      ];
      browser.csrf = /name="_csrf" value="([^"]+)"/.exec(asked.body)?.[1] ?? browser.csrf;
      const wrong = await browser.post('/sign-in', {
        email,
        password: 'wrong wrong',
        carried: carried ?? '',
      });
      t.equal(wrong.statusCode, 422);
      t.match(wrong.body, /The end\./, 'a wrong password does not lose it');
      const back = await browser.post('/sign-in', { email, password: PASSWORD, carried: carried ?? '' });
      t.equal(back.statusCode, 200);
      const { _csrf, ...fields } = fieldsOn(back.body);
      browser.csrf = _csrf ?? '';
      t.equal(fields['text'], text.replace(/\r\n/g, '\n'));
      const sent = await Promise.all([
        browser.post('/incidents/1/notes', fields),
        browser.post('/incidents/1/notes', fields),
      ]);
      t.strictSame(
        sent.map(({ statusCode }) => statusCode),
        [303, 303],
      );
      const notes = await desk.db
        .selectFrom('timeline_entries')
        .select('detail')
        .where('kind', '=', 'note-added')
        .execute();
      t.equal(notes.length, 1);
      t.equal(notes[0]?.detail['text'], text);
    },
  );

t.test('a role that was lowered while somebody wrote: nothing is done under the old one', async (t) => {
  const desk = await deskWithDraft(t);
  const admin = await signedIn(desk, 'admin');
  const browser = await signedIn(desk);
  const { id, email } = await desk.db
    .selectFrom('users')
    .select(['id', 'email'])
    .where('role', '=', 'operator')
    .executeTakeFirstOrThrow();
  await browser.get('/incidents/1');
  await admin.get('/settings/users');
  t.equal((await admin.post(`/settings/users/${id}`, { role: 'viewer' })).statusCode, 303);
  const asked = await nothingWritten(t, desk.db, 'at once', () =>
    browser.post('/incidents/1/notes', { text: 'Typed.' }),
  );
  t.equal(asked.statusCode, 401);
  t.match(asked.body, 'Typed.');
  await browser.signIn(email);
  const refused = await nothingWritten(t, desk.db, 'signed in again', () =>
    browser.post('/incidents/1/notes', { text: 'Typed.' }),
  );
  refusedPage(t, refused, {
    status: 403,
    says: /This needs the role operator; you are viewer\. Ask an administrator/,
    what: 'signed in again',
  });
});
