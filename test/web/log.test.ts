import { Writable } from 'node:stream';
import t from 'tap';
import { createToken } from '../../src/accounts/token-store.ts';
import { buildApp } from '../../src/app.ts';
import { openDatabase } from '../../src/database/open.ts';
import { loggedError, withoutPersons } from '../../src/web/logged-error.ts';
import { openLogger } from '../../src/web/logger.ts';
import { BOOTSTRAP, Browser, PASSWORD, PROFILE, REFUSAL, signedIn, testDesk } from '../desk.ts';

/** What must be in no log, each of a kind of its own. */
const CANARY = {
  address: 'canary.person@reporters.example',
  subject: 'Canarysubject of our mail',
  text: 'canarytext-of-a-note',
  password: 'canary-password-7',
  search: 'canarysearch',
  name: 'Canaria Birdwell',
  client: '198.51.100.201',
  token: '',
};

t.test('a day of requests, good and bad, leaves nothing of what people wrote in the log', async (t) => {
  const { desk, db } = await testDesk(t, { TRUSTED_PROXIES: '127.0.0.1' });
  let log = '';
  const into = new Writable({
    write(piece, _encoding, done) {
      log += piece;
      done();
    },
  });
  const logger = openLogger('trace', into);
  const app = await buildApp(desk, { logger });
  t.teardown(() => app.close());
  const canary = {
    ...CANARY,
    token: (await createToken(db, { name: 'x', scope: 'admin', createdBy: null })).secret,
  };
  const api = async (method: string, path: string, payload?: object, token = BOOTSTRAP) =>
    (
      await app.inject({
        method: method as 'GET',
        url: `/api/v1${path}`,
        headers: { authorization: `Bearer ${token}`, 'x-forwarded-for': canary.client },
        ...(payload ? { payload } : {}),
      })
    ).statusCode;
  const mail = (to: string) =>
    `From: ${canary.address}\r\nTo: ${to}\r\nSubject: ${canary.subject}\r\nMessage-ID: <canary@x.example>\r\n\r\n${canary.text}\r\n`;

  const answers = [
    await api('PUT', '/profile', { ...PROFILE, contactName: canary.name }),
    await api('POST', '/incidents', { report: `${REFUSAL} to <${canary.address}>`, note: canary.text }),
    await api('POST', '/incidents', { report: REFUSAL }, canary.token),
    await api('POST', '/incidents', { report: REFUSAL }, `${canary.token}x`),
    await api('POST', '/incidents/1/notes', { text: canary.text }),
    await api('POST', '/incidents/1/notes', { text: canary.text, [canary.search]: 1 }),
    await api('POST', '/incidents/1/messages', {
      direction: 'in',
      subject: canary.subject,
      body: canary.text,
    }),
    await api('POST', '/incidents/1/tickets', { reference: canary.subject, channel: canary.search }),
    await api('GET', `/incidents?q=${canary.search}`),
    await api('GET', `/search?q=from:${canary.address}`),
    await api('GET', `/addresses/${canary.address}`),
    await api('GET', `/providers/${canary.search}`),
    await api('GET', `/nowhere/${canary.search}?token=${canary.token}`),
    (
      await app.inject({
        method: 'POST',
        url: `/api/v1/mail?sender=${canary.address}`,
        headers: { authorization: `Bearer ${BOOTSTRAP}`, 'content-type': 'message/rfc822' },
        payload: mail('desk@example.com'),
      })
    ).statusCode,
    (
      await app.inject({
        method: 'POST',
        url: '/api/v1/incidents',
        headers: { authorization: `Bearer ${BOOTSTRAP}`, 'content-type': 'application/json' },
        payload: `{"report": "${canary.text}`,
      })
    ).statusCode,
  ];
  t.ok(
    answers.includes(201) && answers.includes(401) && answers.includes(404) && answers.includes(422),
    `${answers}`,
  );

  const person = await signedIn({ app, db, desk, api: null as never }, 'admin');
  for (const [email, password] of [
    [canary.address, canary.password],
    [canary.address, PASSWORD],
  ] as const) {
    const stranger = new Browser(app);
    await stranger.get(`/sign-in?next=/search?q=${canary.search}`);
    await stranger.post('/sign-in', { email, password });
  }
  const user = { name: canary.name, email: canary.address, role: 'viewer', password: canary.password };
  await person.post('/settings/users', user);
  await person.post('/settings/users', user);
  await person.post('/settings/users', { ...user, role: canary.search });
  for (const path of [
    `/search?q=${canary.search}`,
    `/incidents?q=${canary.search}&state=${canary.search}`,
    `/addresses/${canary.search}`,
    `/%E0%A4%A${canary.search}`,
    `/shared/${canary.token}`,
    `/set-up/${canary.token}`,
    `/calendar/${canary.token}.ics`,
    '/incidents/1',
    '/settings/health',
  ])
    await person.get(path);

  // What no request leads to: faults, and what servers say of mails.
  const broken = Object.assign(new Error(`550 5.1.1 <${canary.address}>: user unknown`), {
    code: 'EENVELOPE',
    detail: `Key (email)=(${canary.address}) already exists.`,
    command: `AUTH ${canary.password}`,
  });
  logger.warn({ err: new Error(`no "${canary.subject}"`, { cause: broken }) }, 'mail out');
  logger.warn({ words: `https://reports.example/?key=${canary.token} answered 403` }, 'SNDS report');
  const nobody = await openDatabase({ databaseUrl: 'postgres://nobody@127.0.0.1:9/none', dataDir: '' });
  const away = await buildApp({ ...desk, db: nobody.db }, { logger });
  t.teardown(() => away.close());
  const unanswered = {
    url: `/api/v1/incidents?q=${canary.search}`,
    headers: { authorization: `Bearer ${canary.token}` },
  };
  t.equal((await away.inject(unanswered)).statusCode, 503);

  const lines = log
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.ok(lines.filter(({ msg }) => msg === 'request').length > 25, `${lines.length} lines`);
  for (const [kind, word] of Object.entries(canary))
    for (const part of kind === 'subject' ? ['Canarysubject'] : kind === 'name' ? ['Canaria'] : [word])
      t.notOk(log.includes(part), `no ${kind} in it`);
  for (const more of [BOOTSTRAP, PASSWORD, ...person.cookies.values()]) t.notOk(log.includes(more));
  t.notMatch(log, /[\w.]+@[\w.]+\.\w/, 'nor any other address of mail');

  const request = lines.find(({ path }) => path === '/incidents/1');
  t.match(request, { level: 'info', method: 'GET', status: 200, msg: 'request' });
  t.match(request.time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  t.ok(request.reqId);
  t.ok(lines.some(({ path }) => path === '/api/v1/providers/:key'));
  t.ok(
    lines.some(({ problem, fields }) => problem === 'invalid' && fields.length > 0),
    'which input was wrong',
  );
});

t.test('the request’s number on an error page is that of the log', async (t) => {
  const { desk } = await testDesk(t);
  let log = '';
  const into = new Writable({
    write(piece, _encoding, done) {
      log += piece;
      done();
    },
  });
  const app = await buildApp(desk, { logger: openLogger('info', into) });
  t.teardown(() => app.close());
  const answer = await app.inject({
    url: '/api/v1/incidents/1',
    headers: { authorization: `Bearer ${BOOTSTRAP}` },
  });
  const { instance } = answer.json();
  t.equal(answer.headers['x-request-id'], instance);
  t.match(log, `"reqId":"${instance}"`);
  log = '';
  await app.inject('/healthz');
  await app.inject('/assets/style.css');
  t.equal(log, '', 'what is asked all the time is not logged');
});

t.test('an error is logged with what helps and without what was sent', async (t) => {
  t.equal(
    withoutPersons('duplicate key value violates unique constraint "users_email_key"'),
    'duplicate key value violates unique constraint “…”',
  );
  t.equal(withoutPersons('Key (email)=(a@b.example) already exists'), 'Key (email)=(…) already exists');
  t.equal(withoutPersons('connect ECONNREFUSED 127.0.0.1:5432'), 'connect ECONNREFUSED 127.0.0.1:5432');
  t.equal(withoutPersons("can't read 'x' and don't"), "can't read “…” and don't");
  t.ok(withoutPersons('x '.repeat(5000)).length <= 300);
  const started = performance.now();
  for (const hard of ['@'.repeat(1e6), 'a'.repeat(1e6), '"'.repeat(1e6), 'a:'.repeat(5e5), '(='.repeat(5e5)])
    withoutPersons(hard);
  t.ok(performance.now() - started < 2000, 'however long it is');
  const error = Object.assign(new TypeError('bad “thing”', { cause: new Error('why') }), {
    code: 'X1',
    constraint: 'c_key',
    secret: 's',
  });
  const logged = loggedError(error);
  t.match(logged, {
    type: 'TypeError',
    code: 'X1',
    constraint: 'c_key',
    message: 'bad “…”',
    cause: { message: 'why' },
  });
  t.match(logged.stack?.[0], /^at /);
  t.notOk('secret' in logged);
  t.strictSame(loggedError('thrown text'), { type: 'string', message: 'thrown text' });
});
