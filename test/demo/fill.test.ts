import { sql } from 'kysely';
import t from 'tap';
import { fillDemo } from '../../src/demo/fill.ts';
import { Browser, CATALOGUE, PASSWORD, testDesk } from '../desk.ts';

const MONTH_MS = 30 * 86_400_000;

t.test('the demonstration is a desk of about forty incidents over fourteen months', async (t) => {
  const desk = await testDesk(t);
  const email = await fillDemo(desk.desk, PASSWORD);
  const incidents = await desk.db.selectFrom('incidents').selectAll().execute();
  t.ok(incidents.length >= 38 && incidents.length <= 45, `${incidents.length} incidents`);
  const providers = new Set(incidents.map((one) => one.provider));
  t.ok(providers.size >= 12, `${providers.size} providers`);
  t.strictSame(
    [...providers].filter((key) => !CATALOGUE.byKey.has(key)),
    [],
  );
  const opened = incidents.map((one) => one.opened_at.getTime());
  t.ok(Math.max(...opened) - Math.min(...opened) > 12 * MONTH_MS);
  t.ok(Math.max(...opened) <= Date.now(), 'nothing is from the future');
  t.ok(new Set(incidents.map((one) => one.state)).size >= 5, 'in all states');

  await t.test('each has its course: messages in and out, verdicts, entries in order', async (t) => {
    const { n } = await desk.db
      .selectFrom('messages')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow();
    t.ok(n > 60, `${n} messages`);
    const verdicts = await desk.db
      .selectFrom('messages')
      .select('verdict')
      .where('direction', '=', 'in')
      .distinct()
      .execute();
    t.ok(verdicts.length >= 5, `${verdicts.length} kinds of answers`);
    const future = await desk.db
      .selectFrom('timeline_entries')
      .select('id')
      .where((eb) =>
        eb.or([eb('occurred_at', '>', sql<Date>`now()`), eb('recorded_at', '>', sql<Date>`now()`)]),
      )
      .execute();
    t.strictSame(future, []);
  });

  await t.test('what was recorded before letters counts the lists that a check looks at', async (t) => {
    const rows = await desk.db
      .selectFrom('evidence')
      .select(['words', 'result'])
      .where('claim', '=', 'no-public-listing')
      .execute();
    const looks = await desk.db
      .selectFrom('snapshots')
      .select('summary')
      .where('kind', '=', 'public-lists')
      .execute();
    const numbers = looks.map(({ summary }) => /on none of (\d+) lists/.exec(summary)?.[1]);
    t.ok(rows.length > 0 && numbers.length > 0);
    for (const { words, result } of rows)
      if (result === 'supports') t.ok(numbers.includes(/of (\d+) public lists/.exec(words)?.[1]), words);
      else t.match(words, /Spamhaus/);
  });

  await t.test(
    'the evidence is in order but for one address and one domain, and shows what changed',
    async (t) => {
      const rows = await desk.db
        .selectFrom('snapshots')
        .selectAll()
        .where('superseded_at', 'is', null)
        .execute();
      const bad = rows
        .filter(({ outcome }) => outcome === 'bad')
        .map((row) => `${row.kind} ${row.address ?? row.domain}`);
      t.strictSame(bad.toSorted(), ['dmarc tulpe.example.com', 'names 198.51.100.25']);
      const browser = new Browser(desk.app);
      await browser.signIn(email);
      const page = (await browser.get('/evidence/198.51.100.25')).body;
      t.match(page, 'since all was well');
      t.match(page, 'mx-out-2.harbour.example.com');
    },
  );

  await t.test('every incident and address can be looked at', async (t) => {
    const browser = new Browser(desk.app);
    await browser.signIn(email);
    for (const { number } of incidents) {
      const page = await browser.get(`/incidents/${number}`);
      if (page.statusCode !== 200) t.fail(`#${number}: ${page.statusCode}`);
      if (!/aria-label="[\d,]+ accepted and [\d,]+ refused from |No log shows/.test(page.body))
        t.fail(`#${number} has no picture`);
    }
    for (const path of ['/', '/addresses', '/reports?days=365', '/addresses/203.0.113.7'])
      t.equal((await browser.get(path)).statusCode, 200, path);
  });

  await t.test('deliveries are refused only while a block holds', async (t) => {
    const { rows } = await sql<{ n: number }>`
      select count(*)::integer as n from observed_hours o
      where outcome <> 'accepted' and not exists (
        select 1 from incidents i join incident_addresses ia on ia.incident_number = i.number
        where ia.address_id = o.address_id and i.provider = o.provider
          and o.hour + interval '1 hour' > coalesce(i.first_rejection_at, i.opened_at)
          and o.hour < coalesce(i.mitigated_at, i.recovered_at, i.closed_at, now()))`.execute(desk.db);
    t.equal(rows[0]?.n, 0);
  });
});
