import { sql } from 'kysely';
import t from 'tap';
import { readNearby } from '../../src/next-step/other-incidents.ts';
import { remindOfSteps } from '../../src/next-step/remind.ts';
import { CATALOGUE, PROFILE, REFUSAL, signedIn, type TestDesk, testDesk } from '../desk.ts';
import { insertAddresses, insertIncidents } from '../many-rows.ts';
import { walkPages } from '../paging/walk.fixture.ts';

const HOUR = 3_600_000;
const ROW = /<li data-row="(\d+)">/g;
const rowsOf = (html: string, section: string) => {
  const part = html.split(`id="part-${section}"`)[1]?.split('</section>')[0] ?? '';
  return [...part.matchAll(ROW)].map((match) => Number(match[1]));
};

/** Numbers of the incidents in some states, what is due first in front. */
async function inOrder(db: TestDesk['db'], states: string[], assignee?: number): Promise<number[]> {
  const { rows } = await sql<{ number: number }>`
    select number from incidents where state = any(${states}::text[])
      and (${assignee ?? null}::integer is null or assignee_id = ${assignee ?? null}::integer)
    order by due_at asc nulls last, number`.execute(db);
  return rows.map(({ number }) => number);
}

async function manyIncidents(t: Parameters<typeof testDesk>[0], n: number): Promise<TestDesk> {
  const desk = await testDesk(t);
  await insertAddresses(desk.db, 40);
  await insertIncidents(desk.db, n);
  // Every seventh has no due time; several have the same.
  await sql`update incidents set due_at = case when number % 7 > 0 then
    now() + ((number * 37) % 90 - 45) * interval '1 hour' end where state <> 'closed'`.execute(desk.db);
  return desk;
}

t.test('the head of a part counts as due what its rows say is due', async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  // As it is until the next turn of the reminders, when another step with a later time has taken its place.
  await sql`update incidents set due_at = now() - interval '1 hour'`.execute(desk.db);
  const { body } = await (await signedIn(desk)).get('/');
  t.match(body, /<h2 id="h-needs-you">Needs you<\/h2><span class="n">1<\/span>/);
  t.match(body, />\s*due /);
});

t.test(
  'of a block that was over when it was logged, the desk says that nobody knows how long it lasted',
  async (t) => {
    const desk = await testDesk(t);
    await desk.api('POST', '/incidents', { report: REFUSAL });
    await sql`update incidents set state = 'mitigated', mitigated_at = least(first_rejection_at, opened_at)`.execute(
      desk.db,
    );
    t.match((await (await signedIn(desk)).get('/')).body, 'Blocked for an unknown time');
  },
);

t.test('the strip shows a block as soon as it is logged, and a letter as soon as it is sent', async (t) => {
  const desk = await testDesk(t);
  await desk.api('PUT', '/profile', PROFILE);
  const browser = await signedIn(desk);
  const stripOf = async () => {
    const { body } = await browser.get('/');
    return [...body.matchAll(/aria-label="(203\.[^"]*)"/g)].map(([, words]) => words);
  };
  await desk.api('POST', '/incidents', { report: REFUSAL });
  t.match(await stripOf(), [/^203\.0\.113\.7: .*0 letters/]);
  await desk.api('POST', '/incidents', { report: REFUSAL.replace('113.7', '113.8') });
  t.match(await stripOf(), [/^203\.0\.113\.8: /, /^203\.0\.113\.7: /]);
  const { body } = await desk.api('POST', '/incidents/1/letters', {});
  await desk.api('POST', `/letters/${body.id}/send`, { channel: 'form' });
  t.match(await stripOf(), [/0 letters/, /^203\.0\.113\.7: .*1 letter\b/]);
});

t.test('with hundreds of incidents', async (t) => {
  const desk = await manyIncidents(t, 2600);
  const browser = await signedIn(desk);
  const needsUs = await inOrder(desk.db, ['open', 'action-needed']);

  await t.test('the desk shows what has been due for longest, of all that there are', async (t) => {
    const { body } = await browser.get('/');
    t.strictSame(rowsOf(body, 'needs-you').toSorted(), needsUs.slice(0, 20).toSorted());
    t.ok(Math.max(...needsUs.slice(0, 20)) < 2600 - 20, 'which are not the newest');
    t.match(body, /<title>\(\d+\) Desk · Delist Desk<\/title>/);
    t.match(body, new RegExp(`<h2 id="h-needs-you">Needs you</h2><span class="n">${needsUs.length},`));
    t.match(body, /<b class="overdue">\d+ overdue<\/b>/);
  });

  await t.test('the page of a part gives each once, by due time, in whole pages', async (t) => {
    for (const [section, states] of [
      ['needs-you', ['open', 'action-needed']],
      ['waiting', ['awaiting-provider']],
      ['proving', ['mitigated']],
    ] as const) {
      const { rows, links } = await walkPages(browser, `/desk/${section}`, ROW);
      const wanted = await inOrder(desk.db, [...states]);
      t.equal(links.length, Math.ceil(wanted.length / 50) - 1, section);
      const found = rows.map(Number);
      for (let page = 0; page * 50 < wanted.length; page++)
        t.strictSame(
          found.slice(page * 50, page * 50 + 50).toSorted(),
          wanted.slice(page * 50, page * 50 + 50).toSorted(),
          `${section}, page ${page + 1}`,
        );
    }
  });

  await t.test('mine is a switch that the address says and the person keeps', async (t) => {
    const me = await desk.db.selectFrom('users').select('id').orderBy('id', 'desc').executeTakeFirstOrThrow();
    await desk.db
      .updateTable('incidents')
      .set({ assignee_id: me.id })
      .where(sql<boolean>`number % 13 = 0`)
      .execute();
    const mine = await inOrder(desk.db, ['open', 'action-needed'], me.id);
    const shown = async (path: string) => rowsOf((await browser.get(path)).body, 'needs-you').toSorted();
    t.strictSame(await shown('/'), needsUs.slice(0, 20).toSorted(), 'everybody’s at first');
    t.strictSame(await shown('/?whose=mine'), mine.slice(0, 20).toSorted());
    t.strictSame(await shown('/'), needsUs.slice(0, 20).toSorted(), 'an address alone changes nothing');
    const chosen = await browser.post('/desk/whose', { whose: 'mine' });
    t.equal(chosen.headers.location, '/?whose=mine');
    t.strictSame(await shown('/'), mine.slice(0, 20).toSorted(), 'and is remembered');
    t.strictSame(await shown('/?whose=everybody'), needsUs.slice(0, 20).toSorted());
    t.strictSame(await shown('/?whose=nobody'), mine.slice(0, 20).toSorted(), 'what it is not is as kept');
    t.strictSame(
      (await walkPages(browser, '/desk/needs-you?whose=mine', ROW)).rows.map(Number).toSorted(),
      mine.toSorted(),
    );
    const says = async (whose: string) =>
      (await browser.get(`/desk/needs-you?whose=${whose}`)).body.includes('Only what is yours.');
    t.strictSame([await says('mine'), await says('everybody')], [true, false], 'a part says whose it shows');
    t.equal((await browser.post('/desk/whose', { whose: 'nobody' })).statusCode, 422);
    const other = await signedIn(desk);
    t.strictSame(rowsOf((await other.get('/')).body, 'needs-you').length, 20, 'others keep theirs');
  });

  await t.test('what is more than a thousand is told as that', async (t) => {
    await sql`update incidents set state = 'open' where state <> 'open' and number > 800`.execute(desk.db);
    const { body } = await (await signedIn(desk)).get('/');
    t.match(body, /<title>\(999\+\) Desk/);
    t.match(body, /999\+<span class="vh"> need you/);
  });

  await t.test('a cursor of one part leads nowhere in another', async (t) => {
    const { body } = await browser.get('/desk/needs-you?whose=everybody');
    const cursor = /cursor=([\w-]+)/.exec(body.replaceAll('&#x3D;', '='))?.[1];
    t.type(cursor, 'string');
    t.equal((await browser.get(`/desk/waiting?cursor=${cursor}`)).statusCode, 400);
    t.equal((await browser.get('/desk/needs-you?cursor=x')).statusCode, 400);
    t.equal((await browser.get('/desk/elsewhere')).statusCode, 404);
  });
});

t.test('the order follows what happens: logged, judged, put off, moved, closed', async (t) => {
  const desk = await testDesk(t);
  const dueOf = async () =>
    (await desk.db.selectFrom('incidents').select('due_at').where('number', '=', 1).executeTakeFirstOrThrow())
      .due_at;
  const before = Date.now();
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const logged = await dueOf();
  t.ok(logged && logged.getTime() > before - HOUR && logged.getTime() < Date.now() + HOUR, 'not judged yet');
  await remindOfSteps(desk.db, CATALOGUE, new Date());
  const { body } = await desk.api('GET', '/incidents/1');
  t.equal((await dueOf())?.toISOString(), body.nextAction.dueAt, 'as the step says');
  const until = new Date(Date.now() + 70 * HOUR).toISOString();
  await desk.api('POST', '/incidents/1/next-step/snooze', { step: body.nextAction.step, until });
  t.equal((await dueOf())?.toISOString(), until, 'put off');
  await desk.api('PATCH', '/incidents/1', { state: 'action-needed', reason: 'they said no' });
  const moved = await dueOf();
  t.ok(moved && moved.getTime() < Date.now() + HOUR, 'moved: somebody has to look');
  await desk.api('PATCH', '/incidents/1', { state: 'closed', reason: 'done' });
  t.equal(await dueOf(), null);
});

t.test('incidents of one network with one provider are found together, and no others', async (t) => {
  const { db, api } = await testDesk(t);
  const log = (ip: string) => api('POST', '/incidents', { report: REFUSAL.replace('203.0.113.7', ip) });
  for (const ip of ['203.0.113.7', '203.0.113.8', '198.51.100.9']) await log(ip);
  await api('POST', '/incidents', { report: '550 5.7.1 no', provider: 'gmail', addresses: ['203.0.113.9'] });
  t.strictSame(
    [...(await readNearby(db, [1]))],
    [['outlook-com 203.0.113.0/24', 2]],
    'two of the same network and provider',
  );
  await api('PATCH', '/incidents/2', { state: 'closed', reason: 'done' });
  t.strictSame([...(await readNearby(db, [1, 3]))].toSorted(), [
    ['outlook-com 198.51.100.0/24', 1],
    ['outlook-com 203.0.113.0/24', 1],
  ]);
});
