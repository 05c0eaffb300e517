import { sql } from 'kysely';
import t from 'tap';
import { signedIn, testDesk } from '../desk.ts';
import { insertTokens, insertUsers } from '../many-rows.ts';
import { firstLink, nextLink, walkPages } from './walk.fixture.ts';

/** Each once, and as many as there are. */
const distinct = (rows: string[]) => new Set(rows).size;

t.test('every API token is on a page, those in force first', async (t) => {
  const desk = await testDesk(t);
  await insertTokens(desk.db, 130);
  const browser = await signedIn(desk, 'admin');
  const { rows, links } = await walkPages(browser, '/settings/tokens', /<td role="cell">script (\d+)</g);
  const all = Array.from({ length: 130 }, (_, index) => 130 - index);
  t.strictSame(rows.map(Number), [...all.filter((n) => n % 3 > 0), ...all.filter((n) => n % 3 === 0)]);
  t.equal(links.length, 2);
  const made = await browser.post('/settings/tokens', { name: 'the newest', scope: 'read' });
  t.match(made.body, /the newest[\s\S]*script 130/, 'a new one is on the first page');
});

t.test('every person is on a page, also where many have one name', async (t) => {
  const desk = await testDesk(t);
  await insertUsers(desk.db, 180);
  await sql`update users set name = 'Mara Lind' where id % 2 = 0`.execute(desk.db);
  await sql`update users set disabled_at = now() where id % 3 = 0`.execute(desk.db);
  const browser = await signedIn(desk, 'admin');
  const { rows, links } = await walkPages(
    browser,
    '/settings/users',
    /action="\/settings\/users\/(\d+)" class/g,
  );
  t.equal(rows.length, 181, 'with the one who looks');
  t.equal(distinct(rows), 181);
  t.equal(links.length, 3);
  const shutOut = rows.map((id) => Number(id) % 3 === 0);
  t.equal(shutOut.lastIndexOf(false) < shutOut.indexOf(true), true, 'who is shut out comes last');
  t.match((await browser.get(links[0] ?? '')).body, /<a href="\/settings\/users">First<\/a>/);
});

t.test('every way out is on a page, and stays at hand while one after the other is placed', async (t) => {
  const desk = await testDesk(t);
  await sql`
    insert into transports (via, first_seen_at, last_seen_at)
    select rpad('mail smtp-' || lpad(i::text, 3, '0') || ' ', 200, 'ü'), now(), now()
    from generate_series(1, 230) i`.execute(desk.db);
  const browser = await signedIn(desk, 'operator');
  const VIA = /<code>mail smtp-(\d+) /g;
  const { rows, links } = await walkPages(browser, '/settings/watching', VIA);
  t.strictSame(
    rows.map(Number),
    Array.from({ length: 230 }, (_, index) => index + 1),
  );
  const [second = ''] = links;
  t.match((await browser.get('/settings/watching')).body, '230 in all, 230 without an address');

  const page = (await browser.get(second)).body;
  const cursor = /name="cursor" value="([^"]+)"/.exec(page)?.[1] ?? '';
  const via = /name="via" value="(mail smtp-150 [^"]+)"/.exec(page)?.[1] ?? '';
  const wrong = await browser.post('/settings/watching/transports', { via, address: 'none', cursor });
  t.equal(wrong.statusCode, 422);
  t.match(wrong.body, /smtp-150[\s\S]*value="none"/, 'what is wrong is said on the page where it stands');
  const placed = await browser.post('/settings/watching/transports', { via, address: '203.0.113.7', cursor });
  t.match(placed.headers.location, /^\/settings\/watching\?cursor=/);
  const after = await browser.get(second);
  t.notMatch(after.body, '<code>mail smtp-150 ');
  t.match(after.body, 'smtp-151 ');
  t.match(
    (await browser.get(nextLink(after.body) ?? '')).body,
    'smtp-150 ',
    'with those that have an address',
  );
  const bad = await browser.post('/settings/watching/transports', { via, address: '', cursor: 'a\r\nb: c' });
  t.equal(bad.statusCode, 303, 'a cursor that nobody gave leads to a page that says so');
  t.equal(firstLink(page), '/settings/watching#transports');
});
