import t from 'tap';
import { signedIn, testDesk } from '../desk.ts';
import { insertAddresses, insertIncidents } from '../many-rows.ts';
import { firstLink, walkApi, walkPages, withQuery } from './walk.fixture.ts';

const ROW = /<a href="\/incidents\/(\d+)">#\d+ /g;
const MANY = 1150;

const descending = (from: number, to = 1) =>
  Array.from({ length: from - to + 1 }, (_, index) => from - index);
const numbers = (items: Record<string, unknown>[]) => items.map((item) => item['number'] as number);

t.test('an empty list of incidents says what to do', async (t) => {
  const desk = await testDesk(t);
  t.strictSame((await desk.api('GET', '/incidents')).body, { items: [], next: null });
  const browser = await signedIn(desk);
  t.match((await browser.get('/incidents')).body, /No incident yet\./);
  t.match((await browser.get('/incidents?provider=gmail')).body, /No incident is like that\./);
  t.notMatch((await browser.get('/')).body, /Needs you/, 'the desk shows how to begin');
});

t.test(`${MANY} incidents`, async (t) => {
  const desk = await testDesk(t);
  await insertAddresses(desk.db, 60);
  await insertIncidents(desk.db, MANY);
  const browser = await signedIn(desk);

  await t.test('the API gives each once, newest first', async (t) => {
    t.strictSame(numbers(await walkApi(t, desk.api, '/incidents', 200)), descending(MANY));
    t.strictSame(numbers(await walkApi(t, desk.api, '/incidents', 23)), descending(MANY), 'in whole pages');
  });

  await t.test('the page gives each once, newest first', async (t) => {
    const { rows, links } = await walkPages(browser, '/incidents', ROW);
    t.strictSame(rows.map(Number), descending(MANY));
    t.equal(links.length, MANY / 50 - 1, '50 rows a page, none of them empty');
  });

  /** What a filter should find, by plain SQL. */
  async function expected(state: string[], words: string): Promise<number[]> {
    const rows = await desk.db
      .selectFrom('incidents as i')
      .select('i.number')
      .where('i.state', 'in', state as 'open'[])
      .where('i.title', 'like', `%${words}%`)
      .where('i.number', 'in', (eb) =>
        eb
          .selectFrom('incident_addresses as ia')
          .innerJoin('addresses as a', 'a.id', 'ia.address_id')
          .select('ia.incident_number')
          .where('a.hostname', 'in', [
            'mx2.harbour.example.com',
            'mx4.harbour.example.com',
            'mx6.harbour.example.com',
          ]),
      )
      .orderBy('i.number', 'desc')
      .execute();
    return rows.map((row) => row.number);
  }

  await t.test('the API keeps filters from page to page', async (t) => {
    const wanted = await expected(['closed'], 'harbour');
    t.ok(wanted.length > 6, `${wanted.length} incidents fit`);
    const filters = { state: 'closed', address: '203.0.113.0/30', q: 'harbour' };
    t.strictSame(numbers(await walkApi(t, desk.api, withQuery('/incidents', filters), 2)), wanted);
    const gmail = numbers(await walkApi(t, desk.api, '/incidents?provider=gmail', 100));
    t.equal(gmail.length, MANY / 5);
    t.strictSame(
      gmail,
      gmail.toSorted((a, b) => b - a),
    );
  });

  await t.test('the page keeps filters in its links, and names them in the form', async (t) => {
    const user = await desk.db.selectFrom('users').select('id').executeTakeFirstOrThrow();
    await desk.db
      .updateTable('incidents')
      .set({ assignee_id: user.id })
      .where('number', '<=', 1100)
      .execute();
    const filters = {
      state: 'not-closed',
      provider: 'gmail',
      address: '203.0.113.0/24',
      q: 'lighthouse',
      mine: 'true',
    };
    const { rows, links } = await walkPages(browser, withQuery('/incidents', filters), ROW);
    const wanted = await desk.db
      .selectFrom('incidents as i')
      .select('i.number')
      .where('i.state', '!=', 'closed')
      .where('i.provider', '=', 'gmail')
      .where('i.title', 'like', '%lighthouse%')
      .where('i.number', '<=', 1100)
      .where('i.number', 'in', (eb) =>
        eb
          .selectFrom('incident_addresses as ia')
          .innerJoin('addresses as a', 'a.id', 'ia.address_id')
          .select('ia.incident_number')
          .where(
            'a.hostname',
            'in',
            Array.from({ length: 30 }, (_, i) => `mx${2 * i + 2}.harbour.example.com`),
          )
          .where('a.hostname', 'not like', 'mx%0.%'),
      )
      .orderBy('i.number', 'desc')
      .execute();
    t.ok(wanted.length > 50, `${wanted.length} incidents fit`);
    t.strictSame(
      rows.map(Number),
      wanted.map((row) => row.number),
    );
    for (const link of links) {
      const query = new URL(link, 'http://desk').searchParams;
      for (const [key, value] of Object.entries(filters))
        t.equal(query.get(key), value, `${key} in the link`);
    }
    const second = (await browser.get(links[0] ?? '')).body;
    t.match(second, /name="provider" value="Gmail"/);
    t.match(second, /value="lighthouse"/);
    t.equal(firstLink(second), withQuery('/incidents', filters), 'back to the first page of the same list');
  });

  await t.test('a last page that is exactly full has no next', async (t) => {
    const page = await desk.api('GET', '/incidents?address=203.0.113.1&limit=200');
    const whole = page.body.items.length;
    t.ok(whole > 10 && page.body.next === null, `${whole} incidents of one address`);
    const exact = await desk.api('GET', `/incidents?address=203.0.113.1&limit=${whole}`);
    t.equal(exact.body.items.length, whole);
    t.equal(exact.body.next, null);
    const short = await desk.api('GET', `/incidents?address=203.0.113.1&limit=${whole - 1}`);
    t.type(short.body.next, 'string');
    const last = await desk.api(
      'GET',
      `/incidents?address=203.0.113.1&limit=${whole - 1}&cursor=${short.body.next}`,
    );
    t.strictSame(numbers(last.body.items), numbers(page.body.items).slice(-1));
    t.equal(last.body.next, null);
  });

  await t.test('incidents logged between two pages move nothing', async (t) => {
    const count = async () =>
      (
        await desk.db
          .selectFrom('incidents')
          .select((eb) => eb.fn.countAll<number>().as('n'))
          .executeTakeFirstOrThrow()
      ).n;
    const before = await count();
    const between = () => insertIncidents(desk.db, 30);
    t.strictSame(numbers(await walkApi(t, desk.api, '/incidents', 200, { between })), descending(before));
    const now = await count();
    t.ok(now > before, 'some were logged meanwhile');
    const page = await walkPages(browser, '/incidents', ROW, between);
    t.strictSame(page.rows.map(Number), descending(now));
  });
});

t.test(
  'an incident that changes state between two pages neither comes twice nor pushes another out',
  async (t) => {
    const desk = await testDesk(t);
    await insertAddresses(desk.db, 10);
    await insertIncidents(desk.db, 200);
    const found = await walkApi(t, desk.api, '/incidents?state=closed', 10, {
      between: async (page) => {
        await desk.db
          .updateTable('incidents')
          .set({ state: 'open' })
          .where('number', '=', 200 - page)
          .execute();
      },
    });
    const seen = numbers(found);
    t.equal(new Set(seen).size, seen.length);
    const stillClosed = await desk.db
      .selectFrom('incidents')
      .select('number')
      .where('state', '=', 'closed')
      .execute();
    t.strictSame(
      stillClosed.map((row) => row.number).filter((number) => !seen.includes(number)),
      [],
    );
  },
);

t.test('the incidents of one address', async (t) => {
  const desk = await testDesk(t);
  await insertAddresses(desk.db, 2);
  await insertIncidents(desk.db, 700);
  const wanted = await desk.db
    .selectFrom('incident_addresses as ia')
    .innerJoin('addresses as a', 'a.id', 'ia.address_id')
    .innerJoin('incidents as i', 'i.number', 'ia.incident_number')
    .select(['i.number', 'i.state'])
    .where('a.network', '=', '203.0.113.1/32')
    .orderBy('i.number', 'desc')
    .execute();
  const browser = await signedIn(desk);

  await t.test('the API gives each once, and counts them all', async (t) => {
    t.ok(wanted.length > 400, `${wanted.length} incidents`);
    const history = await walkApi(t, desk.api, '/addresses/203.0.113.1', 30, { field: 'history' });
    t.strictSame(
      numbers(history),
      wanted.map((row) => row.number),
    );
    const { body } = await desk.api('GET', '/addresses/203.0.113.1');
    t.equal(body.incidents, wanted.length);
    t.equal(body.unfinished, wanted.filter((row) => row.state !== 'closed').length);
  });

  await t.test('its page gives each once', async (t) => {
    const row = /<tr role="row"><td role="cell"><a href="\/incidents\/(\d+)">/g;
    const { rows } = await walkPages(browser, '/addresses/203.0.113.1', row);
    t.strictSame(
      rows.map(Number),
      wanted.map((one) => one.number),
    );
  });

  await t.test('a block older than the page of incidents is still named as one', async (t) => {
    await desk.db.updateTable('incidents').set({ state: 'closed' }).where('number', '>', 1).execute();
    await desk.db
      .updateTable('incidents')
      .set({ state: 'open' })
      .where('number', '=', wanted.at(-1)?.number ?? 0)
      .execute();
    const head = (html: string) => /<p class="sub">.*?<\/p>/s.exec(html)?.[0] ?? '';
    const first = await browser.get('/addresses/203.0.113.1');
    t.match(head(first.body), `/incidents/${wanted.at(-1)?.number}"`);
    t.notMatch(head(first.body), /not blocked/);
    const [link = ''] = (await walkPages(browser, '/addresses/203.0.113.1', ROW)).links;
    t.notMatch(head((await browser.get(link)).body), /not blocked/, 'on every page');
  });
});
