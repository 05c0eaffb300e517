import t from 'tap';
import { remindOfSteps } from '../../../src/next-step/remind.ts';
import { CATALOGUE, REFUSAL, signedIn, type TestDesk, testDesk } from '../../desk.ts';
import { property, readCalendar, readText } from './reader.fixture.ts';

type Browser = Awaited<ReturnType<typeof signedIn>>;

const SETTINGS = '/settings/notifications';

async function addressOf(browser: Browser, fields: Record<string, string>): Promise<string> {
  await browser.get(SETTINGS);
  const page = await browser.post(`${SETTINGS}/calendar`, { action: 'new', ...fields });
  return /value="(\/calendar\/[\w-]{43}\.ics)"/.exec(page.body)?.[1] ?? '';
}

const fetchFrom = ({ app }: TestDesk, url: string, headers: Record<string, string> = {}) =>
  app.inject({ method: 'GET', url, headers });

const summaries = (octets: Buffer) =>
  readCalendar(octets)
    .components.filter(({ name }) => name === 'VEVENT')
    .map((event) => readText(property(event, 'SUMMARY')?.value ?? ''));

t.test(
  'a person’s calendar has the dates of steps, by a secret address that can be changed and revoked',
  async (t) => {
    const desk = await testDesk(t);
    const { api, db } = desk;
    await api('POST', '/incidents', { report: REFUSAL });
    await api('PATCH', '/incidents/1', {
      nextAction: 'Call them; ask, again',
      nextActionDueAt: '2026-12-24T09:00:00Z',
    });
    await remindOfSteps(db, CATALOGUE, new Date());
    const browser = await signedIn(desk);
    const mine = await addressOf(browser, { isAll: 'no' });
    t.ok(mine);
    const none = await fetchFrom(desk, mine);
    t.equal(none.headers['content-type'], 'text/calendar; charset=utf-8');
    t.strictSame(summaries(none.rawPayload), [], 'none is mine');

    await browser.get(SETTINGS);
    await browser.post(`${SETTINGS}/calendar`, { action: 'change', isAll: 'yes', hasAlarms: 'yes' });
    const all = await fetchFrom(desk, mine);
    const [event] = readCalendar(all.rawPayload).components;
    t.match(summaries(all.rawPayload), [/^#1 Outlook\.com blocks 203\.0\.113\.7: Call them; ask, again/]);
    t.equal(property(event, 'DTSTART')?.value, '20261224T090000Z');
    t.equal(event?.components.length, 1, 'with an alarm');

    const again = await fetchFrom(desk, mine, { 'if-none-match': `"x", W/${all.headers.etag}` });
    t.equal(again.statusCode, 304);
    t.equal(again.body, '');
    t.equal((await fetchFrom(desk, mine, { 'if-none-match': '"x"' })).statusCode, 200);

    await api('PATCH', '/incidents/1', { nextActionDueAt: '2026-12-25T09:00:00Z' });
    const [moved] = readCalendar((await fetchFrom(desk, mine)).rawPayload).components;
    t.equal(property(moved, 'UID')?.value, property(event, 'UID')?.value, 'the same event');
    t.equal(property(moved, 'DTSTART')?.value, '20261225T090000Z');
    t.ok(Number(property(moved, 'SEQUENCE')?.value) > Number(property(event, 'SEQUENCE')?.value), 'revised');

    const next = await addressOf(browser, { isAll: 'yes' });
    t.equal((await fetchFrom(desk, mine)).statusCode, 404, 'the one from before works no more');
    t.equal((await fetchFrom(desk, next)).statusCode, 200);
    t.notMatch((await browser.get(SETTINGS)).body, next.slice(10, 40), 'and is shown once');
    t.notMatch(
      JSON.stringify(await db.selectFrom('calendar_links').selectAll().execute()),
      next.slice(10, 40),
    );
    await browser.post(`${SETTINGS}/calendar/removal`);
    t.equal((await fetchFrom(desk, next)).statusCode, 404, 'revoked');
    t.equal((await fetchFrom(desk, '/calendar/x.ics')).statusCode, 404);
  },
);

t.test('who may no longer sign in has no calendar', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk);
  const address = await addressOf(browser, { isAll: 'yes' });
  t.equal((await fetchFrom(desk, address)).statusCode, 200);
  await desk.db.updateTable('users').set({ disabled_at: new Date() }).execute();
  t.equal((await fetchFrom(desk, address)).statusCode, 404);
});

t.test('reminders are whole days; put off, they are on the day to which they are', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk);
  const programmes = await desk.api('GET', '/programmes');
  const key = programmes.body.items[0].key;
  const put = await desk.api('PUT', `/programmes/${key}`, {
    standing: 'member',
    expiresOn: '2026-11-20',
  });
  t.equal(put.status, 200, JSON.stringify(put.body));
  const address = await addressOf(browser, { isAll: 'no' });
  const startOf = async () =>
    property(readCalendar((await fetchFrom(desk, address)).rawPayload).components[0], 'DTSTART')?.value;
  t.equal(await startOf(), '20261120');
  const answer = { key: `membership:${key}`, dueOn: '2026-11-20', until: '2099-01-02' };
  await browser.get('/reminders');
  await browser.post('/reminders/answers', answer);
  t.equal(await startOf(), '20990102');
});
