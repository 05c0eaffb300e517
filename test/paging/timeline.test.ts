import t from 'tap';
import { ENTRY_GROUPS } from '../../src/timeline/entries.ts';
import { signedIn, type TestDesk, testDesk } from '../desk.ts';
import { insertEntries, insertIncidents, SAMPLES } from '../many-rows.ts';
import { firstLink, walkApi, walkPages, withQuery } from './walk.fixture.ts';

const ROW = /<li class="entry[^"]*" id="e(\d+)"/g;
const MANY = 2400;
/** More than a page of either kind: the place between two pages lies within one moment. */
const TOGETHER = 130;

const ids = (items: Record<string, unknown>[]) => items.map((item) => item['id'] as number);

/** The ids of an incident's entries as they should come, by plain sorting. */
async function inOrder(desk: TestDesk, incident: number, kinds?: readonly string[]): Promise<number[]> {
  const rows = await desk.db
    .selectFrom('timeline_entries')
    .select(['id', 'kind', 'occurred_at'])
    .where('incident_number', '=', incident)
    .execute();
  return rows
    .filter((row) => !kinds || kinds.includes(row.kind))
    .sort((a, b) => a.occurred_at.getTime() - b.occurred_at.getTime() || a.id - b.id)
    .map((row) => row.id);
}

t.test('a timeline without entries says so', async (t) => {
  const desk = await testDesk(t);
  await insertIncidents(desk.db, 1);
  t.strictSame((await desk.api('GET', '/incidents/1/timeline')).body, { items: [], next: null });
  const browser = await signedIn(desk);
  t.match((await browser.get('/incidents/1')).body, /Nothing of this kind yet\./);
  t.match((await browser.get('/incidents/1?show=mail')).body, /Nothing of this kind yet\./);
  t.equal((await desk.api('GET', '/incidents/2/timeline')).status, 404, 'of no incident there is none');
});

t.test(`${MANY} entries, ${TOGETHER} of them at each moment`, async (t) => {
  const desk = await testDesk(t);
  await insertIncidents(desk.db, 2);
  // Later entries happened earlier, so that ids alone give the wrong order.
  await insertEntries(desk.db, [1, 2], MANY, { together: TOGETHER, from: '2026-03-01T08:00:00Z' });
  await insertEntries(desk.db, [1, 2], MANY, { together: TOGETHER, from: '2026-02-01T08:00:00Z' });
  const browser = await signedIn(desk);
  const groups = Object.entries(ENTRY_GROUPS);

  await t.test('the API gives each once, oldest and newest first', async (t) => {
    const wanted = await inOrder(desk, 1);
    t.equal(wanted.length, MANY);
    t.ok((wanted[0] ?? 0) > (wanted.at(-1) ?? 0), 'the order is one of time, not of ids');
    t.strictSame(ids(await walkApi(t, desk.api, '/incidents/1/timeline', 50)), wanted);
    t.strictSame(
      ids(await walkApi(t, desk.api, '/incidents/1/timeline?order=newest', 77)),
      wanted.toReversed(),
    );
  });

  for (const [group, kinds] of groups) {
    await t.test(`the API keeps to ${group} from page to page, in both orders`, async (t) => {
      const wanted = await inOrder(desk, 1, kinds);
      t.ok(wanted.length > 250, `${wanted.length} entries`);
      const path = withQuery('/incidents/1/timeline', { group });
      t.strictSame(ids(await walkApi(t, desk.api, path, 40)), wanted);
      t.strictSame(
        ids(await walkApi(t, desk.api, withQuery(path, { order: 'newest' }), 40)),
        wanted.toReversed(),
      );
    });
  }

  await t.test('the page gives each once, oldest and newest first', async (t) => {
    const wanted = (await inOrder(desk, 1)).map(String);
    t.strictSame((await walkPages(browser, '/incidents/1', ROW)).rows, wanted);
    t.strictSame((await walkPages(browser, '/incidents/1?order=newest', ROW)).rows, wanted.toReversed());
  });

  await t.test('the page keeps filter and order in its links', async (t) => {
    const wanted = (await inOrder(desk, 1, ENTRY_GROUPS.mail)).map(String).toReversed();
    const { rows, links } = await walkPages(browser, '/incidents/1?show=mail&order=newest', ROW);
    t.strictSame(rows, wanted);
    t.equal(links.length, Math.ceil(wanted.length / 100) - 1);
    for (const link of links) t.match(link, /^\/incidents\/1\?show=mail&order=newest&cursor=[\w-]+$/);
    const second = (await browser.get(links[0] ?? '')).body;
    t.equal(firstLink(second), '/incidents/1?show=mail&order=newest', 'back to the start of the same list');
  });

  await t.test('the tabs count every entry, not only those of the page', async (t) => {
    const { body } = await browser.get('/incidents/1');
    const tabs = Object.fromEntries(
      [...body.matchAll(/>(\w+) <span class="n">([\d,]+)<\/span><\/a>/g)].map((tab) => [
        tab[1],
        Number(tab[2]?.replace(',', '')),
      ]),
    );
    t.equal(tabs['all'], MANY);
    for (const [group, kinds] of groups) t.equal(tabs[group], (await inOrder(desk, 1, kinds)).length, group);
  });

  await t.test('entries recorded between two pages move nothing that was there', async (t) => {
    let calls = 0;
    // Each time later than everything before, and two moments for all of them.
    const record = () => {
      const from = new Date(Date.UTC(2026, 3, 1) + calls++ * 3_600_000).toISOString();
      return insertEntries(desk.db, [1], SAMPLES.length, { from, together: SAMPLES.length / 2 });
    };
    const before = await inOrder(desk, 1);
    const oldest = ids(await walkApi(t, desk.api, '/incidents/1/timeline', 100, { between: record }));
    t.strictSame(oldest.slice(0, before.length), before);
    t.strictSame(oldest, (await inOrder(desk, 1)).slice(0, oldest.length));
    t.ok(oldest.length > before.length, 'what happens meanwhile stands at the end');

    const now = (await inOrder(desk, 1)).toReversed();
    const newest = await walkApi(t, desk.api, '/incidents/1/timeline?order=newest', 100, {
      between: record,
    });
    t.strictSame(ids(newest), now);

    const page = (await inOrder(desk, 1)).toReversed().map(String);
    const rows = await walkPages(browser, '/incidents/1?order=newest', ROW, record);
    t.strictSame(rows.rows, page);
  });

  await t.test('an entry at the moment at which a page ended comes on the next one', async (t) => {
    const first = await desk.api('GET', '/incidents/2/timeline?limit=50');
    await insertEntries(desk.db, [2], 3, { from: first.body.items.at(-1).occurredAt, together: 3 });
    const added = (await inOrder(desk, 2)).slice(0, 400);
    const rest = await desk.api('GET', `/incidents/2/timeline?limit=200&cursor=${first.body.next}`);
    t.strictSame([...ids(first.body.items), ...ids(rest.body.items)], added.slice(0, 250));
  });
});

t.test('entries without a time of their own page one by one', async (t) => {
  const desk = await testDesk(t);
  await insertIncidents(desk.db, 1);
  const made: number[] = [];
  for (let note = 1; note <= 12; note++)
    made.push((await desk.api('POST', '/incidents/1/notes', { text: `note ${note}` })).body.id);
  // A moment kept finer than a cursor tells would give an entry twice, or never.
  t.strictSame(ids(await walkApi(t, desk.api, '/incidents/1/timeline', 1)), made);
  t.strictSame(ids(await walkApi(t, desk.api, '/incidents/1/timeline?order=newest', 1)), made.toReversed());
});

t.test('a dossier that cannot hold every entry says so', async (t) => {
  const desk = await testDesk(t);
  await insertIncidents(desk.db, 1);
  const browser = await signedIn(desk, 'viewer');
  await insertEntries(desk.db, [1], 5000);
  const whole = (await browser.get('/incidents/1/dossier')).body;
  t.equal([...whole.matchAll(ROW)].length, 5000);
  t.notMatch(whole, /These are the first/);
  await insertEntries(desk.db, [1], 1);
  t.ok((await browser.get('/incidents/1/dossier')).body.includes('the first 5,000 of 5,001 entries'));
});
