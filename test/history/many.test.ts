import { sql } from 'kysely';
import t from 'tap';
import { testDesk } from '../desk.ts';
import { insertAddresses, insertEntries, insertIncidents } from '../many-rows.ts';
import { watched } from '../paging/queries.fixture.ts';
import { plansOf, scanned } from '../plans.ts';

const dayOf = (at: Date) => at.toISOString().slice(0, 10);

t.test('the history of many incidents', async (t) => {
  const desk = await testDesk(t);
  await insertAddresses(desk.db, 30);
  await insertIncidents(desk.db, 12_000);
  await insertEntries(
    desk.db,
    Array.from({ length: 3000 }, (_, index) => 9001 + index),
    12_000,
  );
  await sql`insert into messages (incident_number, direction, at, text, raw, raw_type, sha256, verdict)
    select number, 'in', opened_at, 'No.', 'No.', 'text/plain', sha256(convert_to(number::text, 'UTF8')), 'denied'
    from incidents`.execute(desk.db);
  await sql`insert into letters (incident_number, template, language, round, state, subject, body, base_subject,
      base_body, created_by_name, sent_at, channel)
    select number, 'gmail/first', 'en', 'first', 'sent', 'Please', 'Text', 'Please', 'Text', 'A B', opened_at, 'form'
    from incidents`.execute(desk.db);
  await sql`analyze`.execute(desk.db);
  const today = dayOf(new Date());
  const numbers = (items: Record<string, unknown>[]) => items.map((item) => item['number'] as number);

  await t.test('each incident comes once, newest first', async (t) => {
    const all = await desk.db
      .selectFrom('incidents')
      .select('number')
      .where('provider', '=', 'gmail')
      .orderBy('number', 'desc')
      .execute();
    const listed: number[] = [];
    let cursor = '';
    do {
      const { body } = await desk.api(
        'GET',
        `/providers/gmail?asOf=${today}&zone=UTC&limit=199${cursor && `&cursor=${cursor}`}`,
      );
      listed.push(...numbers(body.history));
      cursor = body.next ?? '';
    } while (cursor);
    t.strictSame(
      listed,
      all.map(({ number }) => number),
    );
  });

  await t.test('a fixed number of queries, none of which reads what grows from end to end', async (t) => {
    const seen = await watched(t, desk);
    const headers = { authorization: 'Bearer a-bootstrap-token-for-tests' };
    const counts: number[] = [];
    for (const url of [
      `/api/v1/providers/gmail?asOf=${today}`,
      '/api/v1/providers/gmail?asOf=2026-01-02',
      `/api/v1/addresses/203.0.113.1?asOf=${today}`,
    ]) {
      const queries = await seen.queriesOf(async () =>
        t.equal((await seen.app.inject({ url, headers })).statusCode, 200),
      );
      counts.push(queries.length);
      t.strictSame(
        scanned(await plansOf(desk.db, queries), ['incidents', 'timeline_entries', 'messages', 'letters']),
        [],
        url,
      );
    }
    t.ok(Math.max(...counts) < 16, counts.join());
  });
});
