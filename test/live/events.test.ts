import t from 'tap';
import { buildApp } from '../../src/app.ts';
import { MOST_OF_PERSON } from '../../src/live/hub.ts';
import { readPlace } from '../../src/timeline/news.ts';
import { addNote } from '../../src/timeline/notes.ts';
import { SYSTEM } from '../../src/web/access.ts';
import { REFUSAL, signedIn, type TestDesk, testDesk } from '../desk.ts';
import { DENIED, mail, take } from '../mail-in/mails.fixture.ts';
import { listen, tellsOf, urlOf } from './events.fixture.ts';

const note = (desk: TestDesk, number: number) =>
  desk.db.transaction().execute((trx) => addNote(trx, SYSTEM, number, 'Called them.'));

async function deskWith(t: Parameters<typeof testDesk>[0], incidents: number): Promise<TestDesk> {
  const desk = await testDesk(t);
  for (let n = 1; n <= incidents; n++)
    await desk.api('POST', '/incidents', { report: REFUSAL.replace('203.0.113.7', `203.0.113.${n}`) });
  return desk;
}

t.test('who listens is told numbers and kinds of what happens, and nothing else', async (t) => {
  const desk = await deskWith(t, 2);
  const page = await listen(desk.app, await signedIn(desk, 'viewer'));
  t.equal(page.status, 200);
  t.match(page.headers.get('content-type'), /^text\/event-stream/);
  t.equal(page.headers.get('cache-control'), 'no-store');
  await page.until((one) => one.event === 'ready');
  await note(desk, 2);
  const told = await page.until(tellsOf(2));
  t.strictSame(told.data, { incidents: [{ number: 2, kinds: ['note-added'] }] });
  page.close();
});

t.test('what another process does is told as well', async (t) => {
  const desk = await deskWith(t, 1);
  const app = await buildApp(desk.desk);
  t.teardown(() => app.close());
  const browser = await signedIn(desk);
  const [here, there] = [await listen(desk.app, browser), await listen(app, browser)];
  for (const page of [here, there]) await page.until((one) => one.event === 'ready');
  const by = { ...desk, app };
  const poster = await signedIn(by);
  await poster.get('/incidents/1');
  await poster.post('/incidents/1/notes', { text: 'By the other.', _once: 'a'.repeat(22) });
  for (const page of [here, there]) t.ok(await page.until(tellsOf(1)));
  here.close();
  there.close();
});

t.test('mail that belongs to no incident is told by the mark that pages carry', async (t) => {
  const desk = await deskWith(t, 1);
  const browser = await signedIn(desk);
  const markOf = async () => /data-unfiled="([^"]*)"/.exec((await browser.get('/')).body)?.[1];
  const shown = await markOf();
  const page = await listen(desk.app, browser);
  const told = await page.until((one) => one.event === 'unfiled');
  t.strictSame(told.data, { mark: shown }, 'who connects is told what stands there now');
  const { id } = await take(desk, await mail({ text: DENIED, subject: 'About no address' }));
  const came = await page.until((one) => one.event === 'unfiled' && one.data.mark !== shown);
  t.equal(came.data.mark, await markOf());
  await browser.get('/unfiled');
  await browser.post(`/unfiled/${id}/putting-away`, { _once: 'b'.repeat(22) });
  await page.until((one) => one.event === 'unfiled' && one !== told && one !== came);
  t.equal(page.told.filter(({ event }) => event === 'unfiled').at(-1)?.data.mark, await markOf());
  page.close();
});

t.test('a connection that was cut off goes on from where it was, at any process', async (t) => {
  const desk = await deskWith(t, 3);
  const browser = await signedIn(desk);
  const first = await listen(desk.app, browser);
  await first.until((one) => one.event === 'ready');
  await note(desk, 1);
  const { id } = await first.until(tellsOf(1));
  first.close();
  await first.ended;
  await note(desk, 2);
  const app = await buildApp(desk.desk);
  t.teardown(() => app.close());
  const again = await listen(app, browser, { last: id });
  await again.until(tellsOf(2));
  t.notOk(again.told.some(tellsOf(1)), 'and is not told again what it was told');
  await note(desk, 3);
  await again.until(tellsOf(3));
  again.close();
});

t.test('a page is told what happened since it was read', async (t) => {
  const desk = await deskWith(t, 1);
  const browser = await signedIn(desk);
  const { body } = await browser.get('/');
  const live = /data-live="([\d:,]+)"/.exec(body)?.[1] ?? '';
  t.ok(live, 'the page says what it was made from');
  await note(desk, 1);
  const page = await listen(desk.app, browser, { after: live });
  t.ok(await page.until(tellsOf(1)));
  page.close();
  const lost = await listen(desk.app, browser, { after: 'nonsense' });
  t.strictSame((await lost.until((one) => one.event === 'change')).data, { all: true });
  lost.close();
});

t.test('a person has so many connections; one that ends makes room', async (t) => {
  const desk = await deskWith(t, 1);
  const browser = await signedIn(desk);
  const pages = [];
  for (let n = 0; n < MOST_OF_PERSON; n++) pages.push(await listen(desk.app, browser));
  const refused = await listen(desk.app, browser);
  t.equal(refused.status, 429);
  t.equal(refused.headers.get('retry-after'), '60');
  const other = await listen(desk.app, await signedIn(desk));
  t.equal(other.status, 200, 'others have theirs');
  pages[0]?.close();
  await pages[0]?.ended;
  let status = 429;
  for (let tries = 0; status === 429 && tries < 100; tries++) {
    const page = await listen(desk.app, browser);
    status = page.status;
    pages.push(page);
  }
  t.equal(status, 200);
  for (const page of [...pages, other]) page.close();
});

t.test('it is for people who are signed in, and asked for as a stream', async (t) => {
  const desk = await deskWith(t, 1);
  const browser = await signedIn(desk);
  t.equal((await browser.get('/events')).statusCode, 400);
  const nobody = await fetch(`${await urlOf(desk.app)}/events`, {
    headers: { accept: 'text/event-stream' },
    redirect: 'manual',
  });
  t.not(nobody.status, 200);
  t.equal((await browser.get(`/events?after=${'1'.repeat(5000)}`)).statusCode, 400);
});

t.test('the stream ends with the session', { timeout: 60_000 }, async (t) => {
  const desk = await deskWith(t, 1);
  const browser = await signedIn(desk);
  const page = await listen(desk.app, browser);
  await page.until((one) => one.event === 'ready');
  await browser.post('/sign-out');
  await page.until((one) => one.event === 'end');
  await page.ended;
});

t.test('a page that looks by itself keeps no session from ending', async (t) => {
  const desk = await deskWith(t, 1);
  const browser = await signedIn(desk);
  const seen = async () =>
    (await desk.db.selectFrom('sessions').select('last_seen_at').executeTakeFirstOrThrow()).last_seen_at;
  const old = new Date(Date.now() - 600_000);
  await desk.db.updateTable('sessions').set({ last_seen_at: old }).execute();
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const look = (headers: Record<string, string>) =>
    desk.app.inject({ url: '/', headers: { cookie, ...headers } });
  t.equal((await look({ 'x-by-itself': '1' })).statusCode, 200);
  t.strictSame(await seen(), old);
  const page = await listen(desk.app, browser, { after: await readPlace(desk.db) });
  await page.until((one) => one.event === 'ready');
  t.strictSame(await seen(), old);
  page.close();
  await look({});
  t.not((await seen()).getTime(), old.getTime());
});

t.test('the server stops although pages listen', async (t) => {
  const desk = await deskWith(t, 1);
  const page = await listen(desk.app, await signedIn(desk));
  await page.until((one) => one.event === 'ready');
  await desk.app.close();
  await page.ended;
  t.notOk(
    page.told.some(({ event }) => event === 'end' || event === 'change'),
    'and says nothing: a browser connects again by itself',
  );
});
