import t from 'tap';
import { addUser } from '../../src/accounts/store.ts';
import { watchersOf } from '../../src/watchers/store.ts';
import { PASSWORD, signedIn, type TestDesk, testDesk } from '../desk.ts';
import { entriesOf, logged } from '../history.fixture.ts';

const person = ({ db }: TestDesk, name: string) =>
  addUser(db, { email: `${name.toLowerCase()}@example.com`, name, role: 'operator', password: PASSWORD });
const names = async ({ db }: TestDesk, number = 1) =>
  ((await watchersOf(db, [number])).get(number) ?? []).map(({ name, why }) => `${name} ${why}`);

t.test('whoever is given it, writes in it or is mentioned watches it', async (t) => {
  const desk = await testDesk(t);
  const { api } = desk;
  await logged(desk, 1);
  const ida = await person(desk, 'Ida');
  const omar = await person(desk, 'Omar');
  await api('PATCH', '/incidents/1', { assigneeId: ida });
  t.strictSame(await names(desk), ['Ida assigned']);
  const note = await api('POST', '/incidents/1/notes', { text: 'Ask @omar, not omar@example.com.' });
  t.strictSame(note.body.detail, {
    text: 'Ask @omar, not omar@example.com.',
    mentions: [omar],
    mentionedAs: ['@omar'],
  });
  const browser = await signedIn(desk);
  const page = (await browser.get('/incidents/1')).body;
  t.match(page, '<b class="mention">@omar</b>, not omar@example.com.');
  await browser.post('/incidents/1/notes', { text: 'Asked.' });
  t.strictSame((await names(desk)).sort(), ['Ida assigned', 'Omar mentioned', 'The operator wrote']);
});

t.test('who stopped watching begins again when asked for, not by writing', async (t) => {
  const desk = await testDesk(t);
  await logged(desk, 1);
  const browser = await signedIn(desk);
  await browser.get('/incidents/1');
  t.equal((await browser.post('/incidents/1/watching', { watch: 'yes' })).statusCode, 303);
  t.match((await browser.get('/incidents/1')).body, /Stop watching/);
  await browser.post('/incidents/1/watching', { watch: 'no' });
  await browser.post('/incidents/1/watching', { watch: 'no' });
  await browser.post('/incidents/1/notes', { text: 'A word.' });
  t.strictSame(await names(desk), []);
  await desk.api('POST', '/incidents/1/notes', { text: '@The operator: look.' });
  t.strictSame(await names(desk), ['The operator mentioned']);
  t.strictSame(
    (await entriesOf(desk, 1)).map(({ kind, detail }) => (kind === 'watchers-changed' ? detail : kind)),
    [
      { added: ['The operator'], removed: [] },
      { added: [], removed: ['The operator'] },
      'note-added',
      'note-added',
    ],
  );
});

t.test('own settings say whether one watches by itself; who is shut out watches nothing', async (t) => {
  const desk = await testDesk(t);
  const { api, db } = desk;
  await logged(desk, 1);
  const browser = await signedIn(desk);
  await browser.get('/settings/account');
  await browser.post('/settings/account', { name: 'Vera', timeZone: 'UTC', theme: 'system' });
  await browser.post('/incidents/1/notes', { text: 'A word.' });
  const { id } = await db
    .selectFrom('users')
    .select('id')
    .where('name', '=', 'Vera')
    .executeTakeFirstOrThrow();
  await api('PATCH', '/incidents/1', { assigneeId: id });
  t.strictSame(await names(desk), []);
  t.match((await api('POST', '/incidents/1/watchers', { userId: id })).body, {
    watchers: [{ name: 'Vera' }],
  });
  t.equal((await api('POST', '/incidents/1/watchers', {})).status, 422, 'a token is nobody');
  await db.updateTable('users').set({ disabled_at: new Date() }).where('id', '=', id).execute();
  t.strictSame(await names(desk), []);
});

t.test('a viewer may watch, and may not have others watch', async (t) => {
  const desk = await testDesk(t);
  await logged(desk, 1);
  const viewer = await signedIn(desk, 'viewer');
  await viewer.get('/incidents/1');
  t.equal((await viewer.post('/incidents/1/watching', { watch: 'yes' })).statusCode, 303);
  t.strictSame(await names(desk), ['The viewer by-hand']);
  t.match((await viewer.get('/incidents?watched=true')).body, '#1 ');
  t.strictSame(
    (await desk.api('GET', '/people?q=the')).body.items.map((one: { name: string }) => one.name),
    ['The viewer'],
  );
});
