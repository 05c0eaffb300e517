import t from 'tap';
import { addAccount } from '../../src/mail-out/accounts.ts';
import { newCalendarLink } from '../../src/notifications/calendar/links.ts';
import { fanOut } from '../../src/notifications/fan-out.ts';
import { mailDue } from '../../src/notifications/mailing.ts';
import { publish } from '../../src/notifications/outbox.ts';
import { changeNoticeSettings } from '../../src/notifications/settings-store.ts';
import { peopleTold } from '../../src/notifications/tell-people.ts';
import { SYSTEM } from '../../src/web/access.ts';
import { linkBase } from '../../src/web/links.ts';
import { webhooksTold } from '../../src/webhooks/subscriber.ts';
import { addTarget } from '../../src/webhooks/targets.ts';
import { BOOTSTRAP, PROFILE, REFUSAL, testDesk } from '../desk.ts';
import { ACCOUNT } from '../mail-out/mail-out.fixture.ts';
import { RULE } from '../notifications/mail.fixture.ts';
import { addPerson } from '../notifications/people.fixture.ts';
import { ACTOR, input } from '../webhooks/webhooks.fixture.ts';

const BASE = 'https://desk.example.com';
const EVIL = 'evil.example';

/** Asked by who watches the processes, each by an address of its own. */
const ANY_NAME = new Set(['/healthz', '/readyz', '/metrics']);

t.test('threat 21: under another Host nothing is answered, by any route', async (t) => {
  const { app } = await testDesk(t, { BASE_URL: BASE });
  const answered: string[] = [];
  for (const { methods, url } of app.declaredRoutes)
    for (const method of methods as 'GET'[])
      for (const host of [EVIL, `desk.example.com.${EVIL}`, `desk.example.com:81`]) {
        const answer = await app.inject({ method, url, headers: { host } });
        if (answer.statusCode !== 421 && !ANY_NAME.has(url))
          answered.push(`${method} ${url}: ${answer.statusCode}`);
      }
  t.strictSame(answered, []);
  t.equal((await app.inject({ url: '/healthz', headers: { host: EVIL } })).body, '{"status":"ok"}');
  t.equal((await app.inject({ url: '/readyz', headers: { host: EVIL } })).body, '{"status":"ready"}');
  t.equal((await app.inject({ url: '/metrics', headers: { host: EVIL } })).statusCode, 401);
});

t.test(
  'threat 21: links in shares, calendars, mails, webhooks and the API lead to BASE_URL alone',
  async (t) => {
    const desk = await testDesk(t, {
      BASE_URL: BASE,
      TRUSTED_PROXIES: '127.0.0.1',
      WEBHOOK_PRIVATE_TARGETS: '127.0.0.1',
    });
    const { app, db } = desk;
    /** A proxy that is trusted for addresses is not for names. */
    const call = async (method: 'GET' | 'POST' | 'PUT', url: string, payload?: object) => {
      const headers = {
        authorization: `Bearer ${BOOTSTRAP}`,
        host: 'desk.example.com',
        'x-forwarded-host': EVIL,
        'x-forwarded-proto': 'http',
        forwarded: `host=${EVIL};proto=http`,
        'x-original-url': `http://${EVIL}/`,
      };
      const answer = await app.inject({ method, url, headers, ...(payload ? { payload } : {}) });
      t.ok(answer.statusCode < 300, `${method} ${url}: ${answer.statusCode}`);
      return answer;
    };
    const said: Record<string, string> = {};
    await call('PUT', '/api/v1/profile', PROFILE);
    await call('POST', '/api/v1/incidents', { report: REFUSAL });
    const share = await call('POST', '/api/v1/incidents/1/shares', { madeFor: 'x', parts: ['summary'] });
    t.match(share.json(), { link: /^https:\/\/desk\.example\.com\/shared\// });
    said['a share'] = share.body + (await call('GET', share.json().link.replace(BASE, ''))).body;
    said['the description of the API'] = (await call('GET', '/api/v1/openapi.json')).body;

    const person = await addPerson(db, 'Ann');
    const known = { providers: (key: string) => desk.desk.catalogue.byKey.has(key) };
    const calendar = await db.transaction().execute(async (trx) => {
      await addAccount(trx, desk.desk.secrets, ACCOUNT);
      await changeNoticeSettings(trx, SYSTEM, person, 0, { rules: [RULE] });
      await addTarget(trx, ACTOR, desk.desk.secrets, input('http://127.0.0.1:9/'), known);
      await publish(trx, { kind: 'import-done', words: 'Done', link: '/settings/import' });
      return newCalendarLink(trx, ACTOR, person, { isAll: true, hasAlarms: false });
    });
    const feed = {
      kind: 'data',
      link: 'https://postmaster.live.com/snds/data.aspx?key=1',
      renewed_on: '2026-03-01',
    } as const;
    await db
      .insertInto('snds_feeds')
      .values({ ...feed, attested_on: null, fetched_until: null })
      .execute();
    await call('POST', '/api/v1/incidents/1/notes', { text: 'x' });
    await fanOut(db, [
      peopleTold(() => new Date()),
      webhooksTold({ catalogue: desk.desk.catalogue, base: linkBase(desk.desk.config) }),
    ]);
    t.equal(await mailDue(desk.desk, new Date()), 1);
    const { raw } = await db.selectFrom('notice_mails').select('raw').executeTakeFirstOrThrow();
    said['a notice'] = raw?.toString() ?? '';
    t.match(said['a notice'], `${BASE}/settings/import`);
    said['a calendar'] = (await call('GET', `/calendar/${calendar}.ics`)).body;
    t.match(said['a calendar'].replaceAll('\r\n ', ''), `${BASE}/settings/snds`);
    said['an event'] = JSON.stringify(await db.selectFrom('webhook_deliveries').select('event').execute());
    t.match(said['an event'], `${BASE}/incidents/1`);
    for (const [what, text] of Object.entries(said)) t.notMatch(text, EVIL, what);
  },
);

t.test(
  'threat 22: an empty, short or foreign secret opens nothing, and all are answered alike',
  async (t) => {
    const { app } = await testDesk(t);
    for (const make of [
      (secret: string) => ({ url: `/shared/${secret}` }),
      (secret: string) => ({ url: `/calendar/${secret}.ics` }),
      (secret: string) => ({ url: `/set-up/${secret}` }),
      (secret: string) => ({ url: '/api/v1/incidents', headers: { authorization: `Bearer ${secret}` } }),
      (secret: string) => ({ url: '/', headers: { cookie: `dd_session=${secret}` } }),
    ])
      for (const secret of [
        '',
        '0',
        'null',
        'undefined',
        '%00',
        'x'.repeat(43),
        'x'.repeat(100),
        "' or true --",
      ]) {
        const asked = make(secret.includes(' ') ? encodeURIComponent(secret) : secret);
        const { statusCode } = await app.inject(asked);
        t.ok([303, 400, 401, 404].includes(statusCode), `${JSON.stringify(asked)}: ${statusCode}`);
      }
  },
);
