import { sql } from 'kysely';
import t from 'tap';
import { takeDelivery } from '../../src/webhooks/deliveries.ts';
import { countBacklogs, listDeliveries } from '../../src/webhooks/log.ts';
import { hookDesk } from './webhooks.fixture.ts';

const SETTLED = 60_000;
const QUEUED = 20_000;
/** The embedded database keeps no such counters. */
const skip = !process.env['TEST_DATABASE_URL'] && 'no TEST_DATABASE_URL';

t.test(
  'what stands behind a dead target, and what was settled, is not read to find what is due',
  { skip },
  async (t) => {
    const desk = await hookDesk(t);
    const dead = await desk.add({ name: 'Dead' });
    const { db, number, target } = desk;
    await sql`
    insert into webhook_deliveries (target_id, incident_number, event_id, message_id, event, state, settled_at)
    select ${dead}::integer, ${number}::integer, i, 'msg_' || i, '{}',
      case when i <= ${SETTLED} then 'delivered' when i = ${SETTLED + 1} then 'waiting' else 'queued' end,
      case when i <= ${SETTLED} then now() end
    from generate_series(1, ${SETTLED + QUEUED}::integer) as i`.execute(db);
    await sql`analyze webhook_deliveries`.execute(db);
    await sql`update webhook_targets set rest_until = now() + interval '1 hour' where id = ${dead}`.execute(
      db,
    );
    await desk.note('one');
    await desk.fanOut();
    /** Rows that a query reads of the deliveries, from the counters of the database. */
    const readBy = async (run: () => Promise<unknown>): Promise<number> => {
      const rows = async () => {
        await sql`select pg_stat_force_next_flush()`.execute(db);
        const { rows: found } = await sql<{ n: number }>`
        select (seq_tup_read + coalesce(idx_tup_fetch, 0))::integer as n from pg_stat_user_tables
        where relname = 'webhook_deliveries'`.execute(db);
        return found[0]?.n ?? 0;
      };
      const before = await rows();
      await run();
      return (await rows()) - before;
    };
    t.ok((await readBy(() => takeDelivery(db, { failing: true }))) < 100, 'taking');
    t.ok((await readBy(() => desk.note('two').then(desk.fanOut))) < 100, 'a new event for both');
    t.ok((await readBy(() => listDeliveries(db, dead, { limit: 50 }))) < 200, 'the log');
    t.ok(
      (await readBy(() => listDeliveries(db, dead, { limit: 50, states: ['failed'] }))) < 100,
      'the log of what failed',
    );
    t.ok((await readBy(() => countBacklogs(db, [dead, target]))) < 3000, 'counts, which end at a thousand');
  },
);
