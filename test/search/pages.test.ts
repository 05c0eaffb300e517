import { randomUUID } from 'node:crypto';
import t from 'tap';
import { REFUSAL, signedIn, testDesk } from '../desk.ts';
import { insertAddresses, insertIncidents, insertMessages } from '../many-rows.ts';

const key = () => ({ 'idempotency-key': randomUUID() });
const main = (html: string) => html.slice(html.indexOf('<main'), html.indexOf('</main>'));
const searchFor = (q: string, more = '') => `/search?q=${encodeURIComponent(q)}${more}`;

t.test('the search page', async (t) => {
  const desk = await testDesk(t);
  await desk.api(
    'POST',
    '/incidents',
    { report: REFUSAL, note: 'Zanzibar <img src=x onerror=alert(1)> called' },
    key(),
  );
  const browser = await signedIn(desk);
  const show = async (q: string, more = '') => {
    const answer = await browser.get(searchFor(q, more));
    t.equal(answer.statusCode, 200, q);
    return main(answer.body);
  };

  await t.test('is where the field of every page leads, and keeps what was asked in it', async (t) => {
    const { body } = await browser.get(searchFor('zanzibar "exact'));
    t.match(body, /<form class="search" role="search" action="\/search">/);
    t.match(body, /value="zanzibar &quot;exact"/);
    const nothing = await browser.get('/search');
    t.match(nothing.body, /What can be asked/);
    t.match(nothing.body, /<code>provider:gmail<\/code>/, 'without script as well');
  });

  await t.test('marks what was found, and escapes the rest', async (t) => {
    const html = await show('zanzibar');
    t.match(html, /<mark>Zanzibar<\/mark> &lt;img src/);
    t.notMatch(html, /<img src=x/);
    t.match(html, /href="\/incidents\/1\?show&#x3D;notes#e\d+"/);
    t.match(html, /data-kind="note"[^\n]*?<p class="" dir="auto">/, 'a note is no letter, nor set as one');
    t.match(await show('S3150'), /<mark>S3150<\/mark>/);
  });

  await t.test('says what was not understood, and looks for the rest', async (t) => {
    const html = await show('zanzibar before:2025-13-01');
    t.match(html, /<mark>before:2025-13-01<\/mark>/);
    t.match(html, /there is no month 13/);
    t.match(html, /<mark>Zanzibar<\/mark>/);
  });

  await t.test('offers to ask for less where nothing fits', async (t) => {
    const html = await show('zanzibar provider:gmail');
    t.match(html, /Ask otherwise/);
    t.match(html, /href="\/search\?q&#x3D;zanzibar">without provider:gmail/);
  });

  await t.test('goes straight to an address and a provider', async (t) => {
    t.match(await show('203.0.113.7'), /class="go" href="\/addresses\/203\.0\.113\.7"/);
    t.match(await show('gmx'), /class="go" href="\/providers\/gmx"/);
  });

  await t.test('answers whatever is asked', async (t) => {
    const hostile = [
      '%',
      '_',
      '\\',
      "'",
      '"',
      '""',
      '" "',
      '-',
      '--',
      '- -',
      'or',
      'or or',
      '*',
      'a*',
      "'*",
      '\0',
      'a\0b',
      '😀',
      ':',
      '::',
      'state:',
      'state:,',
      'is:,',
      'provider:""',
      "code:'",
      'code:\\',
      "ticket:\\'*",
      'tag:%',
      "domain:'",
      'assignee:%',
      'kind:s',
      '(',
      ')',
      '&|!',
      '<->',
      "'a' & !'b'",
      '\ue000x\ue001',
      '-a',
      '-"a b"',
      '-code:x',
      'a or -b',
      '0.0.0.0/0',
      '::/0',
      '::',
      '203.0.113.0/24 or S3150',
      '2001:db8::/32',
      '999999999999999999999',
      '#999999999',
      'ß',
      'x'.repeat(3000),
      '"'.repeat(499),
      'a or '.repeat(100),
      'code:a,'.repeat(70),
      '203.0.113.0/24 '.repeat(24),
      '2001:db8::7 '.repeat(24),
      'before:0000 after:9999',
      'on:9999-12-31',
      'before:2020 after:2025',
    ];
    for (const q of hostile) {
      const asked = await browser.get(searchFor(q));
      t.equal(asked.statusCode, 200, JSON.stringify(q.slice(0, 40)));
      const best = await browser.get(searchFor(q, '&sort=best'));
      t.equal(best.statusCode, 200, `${JSON.stringify(q.slice(0, 40))}, best first`);
      const list = await browser.get(`/incidents?q=${encodeURIComponent(q.slice(0, 400))}`);
      t.equal(list.statusCode, 200, `${JSON.stringify(q.slice(0, 40))} in the list`);
      const api = await desk.api('GET', `/search?q=${encodeURIComponent(q)}`);
      t.equal(api.status, 200, `${JSON.stringify(q.slice(0, 40))} by the API`);
    }
    t.equal((await browser.get(searchFor('a', '&cursor=x'))).statusCode, 400, 'a cursor of nothing');
    t.equal((await browser.get(searchFor('x'.repeat(5000)))).statusCode, 400);
  });

  await t.test('the list of incidents asks the same index', async (t) => {
    for (const q of [
      'S3150',
      'blocking or list',
      'outlook',
      '203.0.113.0/24',
      '#1',
      'state:open',
      'is:open code:5.7.1',
    ])
      t.match(
        (await browser.get(`/incidents?q=${encodeURIComponent(q)}`)).body,
        /<a href="\/incidents\/1">#1 /,
        q,
      );
    for (const q of ['zanzibar', '#2', 'state:closed', '%'])
      t.match(
        (await browser.get(`/incidents?q=${encodeURIComponent(q)}`)).body,
        /No incident is like that/,
        q,
      );
    t.match((await browser.get('/incidents?q=state:opne')).body, /did you mean open\?/);
  });
});

t.test('views', async (t) => {
  const desk = await testDesk(t);
  const mara = await signedIn(desk);
  const jonas = await signedIn(desk);
  const reader = await signedIn(desk, 'viewer');
  const save = (browser: typeof mara, fields: Record<string, string>) => browser.post('/views', fields);

  const saved = await save(mara, { name: 'Denied', query: 'verdict:denied is:open', sort: 'best' });
  t.equal(saved.statusCode, 303, saved.body);
  t.equal(saved.headers.location, '/search?q=verdict%3Adenied+is%3Aopen&sort=best');
  t.match((await mara.get('/views/1')).headers.location, saved.headers.location);
  t.equal((await jonas.get('/views/1')).statusCode, 404, 'an own one is nobody else’s');

  const again = await save(mara, { name: 'denied', query: 'x' });
  t.equal(again.statusCode, 422);
  t.match(again.body, /There is a view called “denied” already/);
  t.match(again.body, /value="denied"/, 'what was typed stands there still');
  t.equal(
    (await save(jonas, { name: 'Denied', query: 'x', shared: 'true' })).statusCode,
    303,
    'each has names of their own',
  );
  t.equal((await save(reader, { name: 'Mine', query: 'x' })).statusCode, 303);
  t.equal((await save(reader, { name: 'Ours', query: 'x', shared: 'true' })).statusCode, 422);

  t.match((await mara.get('/search')).body, /href="\/views\/3"/, 'a shared one is everybody’s');
  t.equal((await mara.post('/views/3', { name: 'Taken', version: '1' })).statusCode, 403);
  t.equal((await mara.post('/views/3/deletion')).statusCode, 403);
  t.equal((await mara.post('/views/1', { name: 'No', version: '1', shared: 'true' })).statusCode, 303);
  t.equal((await mara.post('/views/1', { name: 'Never', version: '1' })).statusCode, 409, 'changed since');
  t.equal((await jonas.get('/views/1')).statusCode, 303, 'shared now');
  t.equal((await mara.post('/views/1/deletion')).statusCode, 303);
  t.equal((await mara.get('/views/1')).statusCode, 404);
});

t.test('the API', async (t) => {
  const desk = await testDesk(t);
  await insertAddresses(desk.db, 20);
  await insertIncidents(desk.db, 40);
  await insertMessages(desk.db, 7, 130, { together: 40 });

  for (const sort of ['newest', 'best'])
    await t.test(`gives each once, from page to page, ${sort} first`, async (t) => {
      const seen: string[] = [];
      let cursor = '';
      let pages = 0;
      do {
        const { status, body } = await desk.api('GET', `/search?q=text&sort=${sort}&limit=23${cursor}`);
        t.equal(status, 200);
        seen.push(...body.items.map((item: { kind: string; id: number }) => `${item.kind} ${item.id}`));
        cursor = body.next ? `&cursor=${body.next}` : '';
        pages++;
      } while (cursor && pages < 20);
      t.equal(seen.length, 130);
      t.equal(new Set(seen).size, 130);
      t.equal(pages, 6);
    });

  await t.test('tells how what was found divides', async (t) => {
    const { body } = await desk.api('GET', '/search?q=text&facets=true&limit=1');
    t.match(
      body.facets.filter(({ of }: { of: string }) => of !== 'year'),
      [
        { of: 'kind', value: 'message', n: 130 },
        { of: 'provider', n: 130 },
        { of: 'state', n: 130 },
      ],
    );
  });

  await t.test('keeps views', async (t) => {
    const made = await desk.api('POST', '/views', { name: 'Gmail', query: 'provider:gmail' }, key());
    t.match(made, { status: 201, body: { id: 1, shared: true, link: '/views/1' } });
    t.match(await desk.api('PATCH', '/views/1', { name: 'Google' }), {
      status: 200,
      body: { name: 'Google', query: 'provider:gmail', version: 2 },
    });
    t.match((await desk.api('GET', '/views')).body.items, [{ name: 'Google' }]);
    t.equal((await desk.api('PATCH', '/views/1', { query: ' ' })).status, 422);
    t.equal((await desk.api('DELETE', '/views/1')).status, 204);
    t.equal((await desk.api('GET', '/views/1')).status, 404);
  });
});
