import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import t, { type Test } from 'tap';
import { openGet } from '../../src/outside/get.ts';
import { KNOWN_HOSTS, whyNotLink } from '../../src/snds/feed.ts';
import { type Fetching, fetchDueFeeds } from '../../src/snds/fetch.ts';
import { SECRETS, type TestDesk, testDesk } from '../desk.ts';
import { daysAgo, report } from './reports.fixture.ts';

const NOW = new Date();
const HEAD =
  'Ip Address,Activity period,RCPT commands,DATA commands,Message recipients,Filter result,Complaint rate,Trap message period,Trap hits,JMR P1 Sender,Comments';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const plainGet = openGet({ plain: true });

/** A server that stands for SNDS, and how to reach it by the links that the product keeps. */
async function sndsServer(t: Test, answer: Answer) {
  const asked: { path: string; key: string | undefined }[] = [];
  const server = createServer((request, response) => {
    asked.push({ path: request.url ?? '', key: request.headers.authorization });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const by: Fetching = {
    hosts: KNOWN_HOSTS,
    secrets: SECRETS,
    // The host is checked as ever; only then the name leads to this server.
    get: (link, options) => {
      const url = new URL(link);
      return plainGet(`http://127.0.0.1:${port}${url.pathname}${url.search}`, options);
    },
  };
  return { by, asked };
}

const OLD = 'https://sendersupport.olc.protection.outlook.com/snds';
const NEW = 'https://substrate.office.com/ip-domain-management-snds/api/report';

const addFeed = (
  desk: TestDesk,
  differs: Partial<{ kind: 'data' | 'status'; link: string; token: string }> = {},
) =>
  desk.db
    .insertInto('snds_feeds')
    .values({
      kind: 'data',
      link: `${OLD}/data.aspx?key=11111111-2222-3333-4444-555566667777`,
      renewed_on: daysAgo(1),
      next_at: NOW,
      attested_on: null,
      ...differs,
    })
    .execute();

const feedOf = (desk: TestDesk) => desk.db.selectFrom('snds_feeds').selectAll().executeTakeFirstOrThrow();
const send =
  (type: string, body: string, status = 200): Answer =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': type });
    response.end(body);
  };
const later = (hours: number) => new Date(NOW.getTime() + hours * 3_600_000);

t.test('the link with a key brings its report, every six hours', async (t) => {
  const desk = await testDesk(t);
  const { by, asked } = await sndsServer(t, send('text/plain', report({ day: daysAgo(1) })));
  await addFeed(desk);
  t.strictSame(await fetchDueFeeds(desk.db, NOW, by), { fetched: 1, failed: [] });
  t.strictSame(asked, [{ path: '/snds/data.aspx?key=11111111-2222-3333-4444-555566667777', key: undefined }]);
  t.match(await desk.db.selectFrom('snds_imports').selectAll().execute(), [
    { source: 'feed', rows: 1, by_name: 'Delist Desk', feed_id: 1 },
  ]);
  t.match(await feedOf(desk), { failures: 0, last_error: '', last_fetched_at: NOW });
  t.strictSame(await fetchDueFeeds(desk.db, later(5), by), { fetched: 0, failed: [] });
  t.strictSame(await fetchDueFeeds(desk.db, later(7), by), { fetched: 1, failed: [] });
  const imports = await desk.db.selectFrom('snds_imports').selectAll().execute();
  t.equal(imports.length, 1, 'the same report is kept once');
  t.strictSame(imports[0]?.seen_at, later(7));
});

t.test(
  'the form of 2026 is asked for each day with its bearer token, and from then on for new ones',
  async (t) => {
    const desk = await testDesk(t);
    const { by, asked } = await sndsServer(t, (request, response) => {
      const day = /\/api\/report\/data\/(\d{4}-\d{2}-\d{2})$/.exec(request.url ?? '')?.[1];
      if (!day || request.headers.authorization !== 'Bearer a-token')
        return send('text/plain', '', 401)(request, response);
      const [year, month, date] = day.split('-').map(Number);
      const row = `192.0.2.10,${month}/${date}/${year} 1:00 AM,10,8,7,GREEN,<0.1%,,0,,`;
      send('text/csv', day === daysAgo(3) ? `${HEAD}\r\n` : `${HEAD}\r\n${row}\r\n`)(request, response);
    });
    await addFeed(desk, { link: `${NEW}/data/{yyyy-MM-dd}`, token: 'a-token' });
    const first = await fetchDueFeeds(desk.db, NOW, by);
    t.strictSame(first.failed, []);
    t.equal(new Set(asked.map(({ path }) => path)).size, 90, 'all days that SNDS keeps');
    const days = await desk.db.selectFrom('snds_days').select('day').orderBy('day').execute();
    t.equal(days.length, 89, 'and one of them had no data');
    t.match(await feedOf(desk), { fetched_until: daysAgo(1, NOW) });
    asked.length = 0;
    await fetchDueFeeds(desk.db, later(24), by);
    t.strictSame(
      asked.map(({ path }) => path.slice(-10)),
      [daysAgo(2), daysAgo(1), daysAgo(0)],
      'the newest are asked for again, for what came late',
    );
  },
);

t.test('two processes do not fetch the same feed', async (t) => {
  const desk = await testDesk(t);
  const { by, asked } = await sndsServer(t, send('text/plain', report({ day: daysAgo(1) })));
  await addFeed(desk);
  const turns = await Promise.all([fetchDueFeeds(desk.db, NOW, by), fetchDueFeeds(desk.db, NOW, by)]);
  t.equal(asked.length, 1);
  t.equal(turns[0].fetched + turns[1].fetched, 1);
});

t.test(
  'whatever comes in place of a report is a failure that says what to do, and no key is in its words',
  async (t) => {
    const to =
      (location: string): Answer =>
      (_request, response) => {
        response.writeHead(302, { location });
        response.end();
      };
    const endless: Answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      const more = () => {
        while (response.write(Buffer.alloc(1_000_000, 'x')));
        response.once('drain', more);
      };
      response.on('error', () => {});
      more();
    };
    const cases: [string, Answer, RegExp][] = [
      [
        'a sign-in page',
        send('text/html', '<!DOCTYPE html><title>Sign in</title>'),
        /web page, not the report.*renew the link/,
      ],
      [
        'a way to sign in',
        to('https://login.live.com/login.srf?key=1111'),
        /asks for signing in \(at login\.live\.com\).*has expired/,
      ],
      ['a way elsewhere', to('https://new.example.com/snds'), /leads on to new\.example\.com/],
      ['no key', send('text/plain', '', 401), /does not accept the key/],
      ['nothing there', send('text/plain', '', 404), /no report at this link/],
      ['a fault', send('text/plain', 'Oops', 503), /answered 503/],
      ['half a report', send('text/plain', `${report({})}192.0.2.1,x`), /^Line 2 has 2 columns/],
      ['a status report', send('text/plain', '192.0.2.0,192.0.2.9,Yes,x\r\n'), /gives a status report/],
      ['more than a report can be', endless, /larger than a report/],
      ['a line that is cut', (_request, response) => response.destroy(), /could not be reached/],
    ];
    const desk = await testDesk(t);
    for (const [what, answer, says] of cases) {
      await desk.db.deleteFrom('snds_feeds').execute();
      const { by } = await sndsServer(t, answer);
      await addFeed(desk);
      const { failed } = await fetchDueFeeds(desk.db, NOW, by);
      t.match(failed, [says], what);
      t.notMatch(failed.join(), /1111|5555/, `${what}: no key`);
      t.match(await feedOf(desk), { failures: 1, last_error: says, last_fetched_at: null }, what);
      t.strictSame(
        await desk.db.selectFrom('snds_imports').select('id').execute(),
        [],
        `${what}: nothing is kept`,
      );
      t.strictSame(
        await fetchDueFeeds(desk.db, later(0.5), by),
        { fetched: 0, failed: [] },
        `${what}: not asked at once again`,
      );
    }
  },
);

t.test('an empty status report says that nothing is blocked any more', async (t) => {
  const desk = await testDesk(t);
  let text = '192.0.2.0,192.0.2.15,Yes,Bots\r\n';
  const { by } = await sndsServer(t, (request, response) => send('text/plain', text)(request, response));
  await addFeed(desk, { kind: 'status', link: `${OLD}/ipStatus.aspx?key=1` });
  await fetchDueFeeds(desk.db, NOW, by);
  text = '';
  t.strictSame(await fetchDueFeeds(desk.db, later(7), by), { fetched: 1, failed: [] });
  const kinds = await desk.db.selectFrom('snds_imports').select('kind').orderBy('id').execute();
  t.strictSame(kinds, [{ kind: 'status' }, { kind: 'empty' }]);
});

t.test('ssrf: a link leads to known hosts by https and nowhere else', async (t) => {
  const good = [
    `${OLD}/data.aspx?key=1`,
    `${NEW}/data/{yyyy-MM-dd}`,
    'https://postmaster.live.com/snds/data.aspx?key=1&date={MMddyy}',
    'https://SUBSTRATE.office.com/x',
  ];
  for (const link of good) t.equal(whyNotLink(link, KNOWN_HOSTS), undefined, link);
  const bad = [
    'http://postmaster.live.com/snds/data.aspx?key=1',
    'https://127.0.0.1/data',
    'https://2130706433/data',
    'https://[::1]/data',
    'https://localhost/data',
    'https://169.254.169.254/latest/meta-data',
    'https://postmaster.live.com.example.com/data',
    'https://postmaster.live.com:8443/data',
    'https://postmaster.live.com@example.com/data',
    'https://user:pass@postmaster.live.com/data',
    'https://postmaster.live.com/{day}',
    'https://postmaster.live.com/{yyyy-MM-dd',
    'file:///etc/passwd',
    'postmaster.live.com/snds',
    '',
  ];
  for (const link of bad) t.type(whyNotLink(link, KNOWN_HOSTS), 'string', link);
  t.equal(whyNotLink('https://reports.example.com/x', [...KNOWN_HOSTS, 'reports.example.com']), undefined);
});

t.test('ssrf: a link that got into the database is not asked either', async (t) => {
  const desk = await testDesk(t);
  const { by, asked } = await sndsServer(t, send('text/plain', report({})));
  await addFeed(desk, { link: 'https://127.0.0.1/data' });
  const { failed } = await fetchDueFeeds(desk.db, NOW, by);
  t.match(failed, [/is none of the hosts/]);
  t.strictSame(asked, []);
});

t.test(
  'a turn that is cut off by the end of the process is nobody’s failure, and had again after its lease',
  async (t) => {
    const desk = await testDesk(t);
    const ended = new AbortController();
    let isOpen = false;
    const { by } = await sndsServer(t, (request, response) => {
      if (isOpen) return send('text/plain', report({ day: daysAgo(1) }))(request, response);
      ended.abort();
    });
    await addFeed(desk);
    t.strictSame(await fetchDueFeeds(desk.db, NOW, { ...by, signal: ended.signal }), {
      fetched: 0,
      failed: [],
    });
    t.match(await feedOf(desk), { failures: 0, last_error: '', last_fetched_at: null });
    isOpen = true;
    t.equal((await fetchDueFeeds(desk.db, later(0.2), by)).fetched, 0, 'it may still be somebody’s');
    t.equal((await fetchDueFeeds(desk.db, later(0.3), by)).fetched, 1);
  },
);

t.test(
  'a feed whose report breaks on our side is told of as ours, tried later, and holds up no other',
  async (t) => {
    const desk = await testDesk(t);
    const { db } = desk;
    const { by, asked } = await sndsServer(t, send('text/plain', report({ day: daysAgo(1) })));
    await addFeed(desk);
    await addFeed(desk, { link: `${OLD}/data.aspx?key=22222222-2222-3333-4444-555566667777` });
    await sql`create function broken() returns trigger language plpgsql as $$ begin
    raise exception 'a report is broken'; end $$`.execute(db);
    await sql`create trigger broken before insert on snds_imports for each row when (new.feed_id = 1)
    execute function broken()`.execute(db);
    const warned: string[] = [];
    const warn = (error: unknown) => warned.push((error as Error).message);
    const done = await fetchDueFeeds(db, NOW, { ...by, warn });
    t.match(done, { fetched: 1, failed: [/something failed on our side/] });
    t.strictSame(warned, ['a report is broken']);
    t.equal(asked.length, 2);
    t.match(await db.selectFrom('snds_feeds').selectAll().orderBy('id').execute(), [
      { failures: 1, last_error: /something failed on our side/, last_fetched_at: null },
      { failures: 0, last_error: '', last_fetched_at: NOW },
    ]);
    t.strictSame(await fetchDueFeeds(db, NOW, by), { fetched: 0, failed: [] }, 'not at once');
    await sql`drop trigger broken on snds_imports`.execute(db);
    t.strictSame(await fetchDueFeeds(db, later(1), by), { fetched: 1, failed: [] });
  },
);
