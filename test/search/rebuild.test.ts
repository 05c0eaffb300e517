import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import t from 'tap';
import { rebuildSearch } from '../../src/search/rebuild.ts';
import { REFUSAL, testDesk } from '../desk.ts';
import { found } from './search.fixture.ts';

t.test('what is searched is made anew by look-ups, not by reading all of it for each text', async (t) => {
  const desk = await testDesk(t);
  const { api, db } = desk;
  const numbers: number[] = [];
  for (let n = 1; n <= 12; n++) {
    const report = REFUSAL.replaceAll('203.0.113.7', `203.0.113.${n}`);
    const { body } = await api('POST', '/incidents', { report }, { 'idempotency-key': randomUUID() });
    numbers.push(body.number);
  }
  const before = await found(desk, 'provider:outlook-com kind:incident');
  t.equal(before.length, numbers.length);
  await db.transaction().execute(async (trx) => {
    const reads = async () =>
      Number(
        (
          await sql<{ n: number }>`select coalesce(sum(seq_scan), 0)::integer as n
            from pg_stat_xact_user_tables where relname = 'search_texts'`.execute(trx)
        ).rows[0]?.n,
      );
    // As a restore does it, in an empty place.
    await sql`truncate search_texts`.execute(trx);
    await sql`analyze`.execute(trx);
    const from = await reads();
    await rebuildSearch(trx);
    t.ok((await reads()) - from < numbers.length, 'fewer reads of all texts than there are incidents');
    const { rows } = await sql<{ enable_seqscan: string }>`show enable_seqscan`.execute(trx);
    t.equal(rows[0]?.enable_seqscan, 'on');
  });
  t.strictSame(await found(desk, 'provider:outlook-com kind:incident'), before);
});
