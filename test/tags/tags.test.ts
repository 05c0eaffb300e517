import { sql } from 'kysely';
import t from 'tap';
import { signedIn, testDesk } from '../desk.ts';
import { entriesOf, logged } from '../history.fixture.ts';

t.test('tags are given, shown, found and taken away, each change an entry', async (t) => {
  const desk = await testDesk(t);
  const { api } = desk;
  await logged(desk, 2);
  t.strictSame((await api('POST', '/incidents/1/tags', { add: ['Shop', 'black friday', 'shop'] })).body, {
    tags: ['black-friday', 'shop'],
  });
  await api('POST', '/incidents/2/tags', { add: ['shop'] });
  t.strictSame((await api('POST', '/incidents/1/tags', { add: ['shop'], remove: ['news'] })).status, 200);
  t.strictSame(
    (await entriesOf(desk, 1)).map(({ kind, detail }) => [kind, detail]),
    [['incident-tagged', { added: ['black-friday', 'shop'], removed: [] }]],
    'what changes nothing is no entry',
  );
  const browser = await signedIn(desk);
  t.match(
    (await browser.get('/incidents/1')).body,
    /<a class="tag" href="\/incidents\?tag&#x3D;black-friday">/,
  );
  const numbers = async (query: string) =>
    (await api('GET', `/incidents?${query}`)).body.items.map(({ number }: { number: number }) => number);
  t.strictSame(await numbers('tag=shop'), [2, 1]);
  t.strictSame(await numbers('tag=shop,black-friday'), [1], 'all of them');
  t.strictSame(await numbers('tag=nobody-has-it'), []);
  const list = (await browser.get('/incidents?tag=Black%20Friday')).body;
  t.match(list, '#1 ');
  t.notMatch(list, '<a href="/incidents/2">');
  t.match((await browser.get('/incidents?tag=%3Cb%3E')).body, /“&lt;b&gt;” is no tag/);

  await api('POST', '/incidents/2/tags', { add: [...'abcdefghi'] });
  t.match((await browser.get('/incidents/2')).body, /<a class="quiet" href="#h-facts">2 more tags<\/a>/);

  await browser.get('/incidents/1');
  const removed = await browser.post('/incidents/1/tags', { remove: 'shop' });
  t.equal(removed.statusCode, 303);
  t.strictSame((await api('GET', '/incidents/1')).body.tags, ['black-friday']);
  const wrong = await browser.post('/incidents/1/tags', { add: 'a;b' });
  t.equal(wrong.statusCode, 422);
  t.match(wrong.body, /value="a;b"/, 'what was typed is there again');
});

t.test('an incident takes so many tags, and more are refused as a whole', async (t) => {
  const desk = await testDesk(t);
  await logged(desk, 1);
  const names = (from: number) => Array.from({ length: 20 }, (_, at) => `t${from + at}`);
  await desk.api('POST', '/incidents/1/tags', { add: names(0) });
  t.equal((await desk.api('POST', '/incidents/1/tags', { add: names(20) })).status, 422);
  t.equal((await desk.api('GET', '/incidents/1')).body.tags.length, 20);
});

t.test('an administrator renames, merges and deletes; incidents that had both have one', async (t) => {
  const desk = await testDesk(t);
  const { api } = desk;
  await logged(desk, 3);
  await api('POST', '/incidents/1/tags', { add: ['shop', 'store'] });
  await api('POST', '/incidents/2/tags', { add: ['store'] });
  const id = async (name: string) =>
    (await api('GET', '/tags')).body.items.find((tag: { name: string }) => tag.name === name)?.id;
  t.equal(
    (await api('PATCH', `/tags/${await id('store')}`, { name: 'Shop' })).status,
    409,
    'that is a merge',
  );
  t.equal((await api('POST', `/tags/${await id('store')}/merge`, { into: 'shop' })).status, 200);
  t.match((await api('GET', '/tags?q=SH')).body.items, [{ name: 'shop', incidents: 2 }]);
  t.equal(await id('store'), undefined);
  await api('PATCH', `/tags/${await id('shop')}`, { name: 'Web shop' });
  t.strictSame((await api('GET', '/incidents/2')).body.tags, ['web-shop']);
  const operator = await signedIn(desk, 'operator');
  await operator.get('/settings/tags');
  t.equal((await operator.post(`/settings/tags/${await id('web-shop')}/deletion`)).statusCode, 403);
  t.equal((await api('DELETE', `/tags/${await id('web-shop')}`)).status, 204);
  t.strictSame((await api('GET', '/incidents/1')).body.tags, []);
  const page = (await operator.get('/settings/tags')).body;
  for (const words of ['merged into shop', 'renamed to web-shop', 'deleted']) t.match(page, words);
});

t.test(
  'a name that another tag takes while a tag is renamed is refused like one that was taken',
  async (t) => {
    const desk = await testDesk(t);
    const { api } = desk;
    await logged(desk, 1);
    await api('POST', '/incidents/1/tags', { add: ['shop'] });
    const [shop] = (await api('GET', '/tags')).body.items;
    // Whoever is quicker comes between whatever was looked up before and the renaming.
    await sql`create function quicker() returns trigger language plpgsql as
    $$ begin insert into tags (name) values (new.name); return new; end $$`.execute(desk.db);
    await sql`create trigger quicker before update on tags for each row execute function quicker()`.execute(
      desk.db,
    );
    t.match(await api('PATCH', `/tags/${shop.id}`, { name: 'store' }), {
      status: 409,
      body: { detail: /There is a tag store already: merge shop into it/ },
    });
    t.strictSame((await api('GET', '/incidents/1')).body.tags, ['shop']);
  },
);
