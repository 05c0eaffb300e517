import { sql } from 'kysely';
import type { Network } from '../addresses/address.ts';
import { ensureAddresses } from '../addresses/store.ts';
import type { Db, Trx } from '../database/open.ts';
import type { Outcome } from '../database/tables.ts';
import type { Placed } from './batch.ts';

/** Whether this batch is new. Of the same batch sent twice at a time, the second waits for the first. */
export async function claimBatch(trx: Trx, source: string, key: string): Promise<boolean> {
  const claimed = await trx
    .insertInto('observation_batches')
    .values({ source, key })
    .onConflict((conflict) => conflict.doNothing())
    .returning('key')
    .executeTakeFirst();
  return claimed !== undefined;
}

export const noteCounted = (trx: Trx, source: string, key: string, counted: number) =>
  trx
    .updateTable('observation_batches')
    .set({ counted })
    .where('source', '=', source)
    .where('key', '=', key)
    .execute();

/** Ids of single addresses, by their CIDR; those not known yet become addresses. In order, as all that two batches touch. */
export async function addressIds(trx: Trx, networks: Network[]): Promise<Map<string, number>> {
  const wanted = [...new Map(networks.map((network) => [network.cidr, network])).values()].sort((a, b) =>
    a.cidr < b.cidr ? -1 : 1,
  );
  if (wanted.length === 0) return new Map();
  await ensureAddresses(trx, wanted);
  const rows = await trx
    .selectFrom('addresses')
    .select(['id', 'network'])
    .where('network', '=', sql<string>`any(${sql.val(wanted.map((one) => one.cidr))}::cidr[])`)
    .execute();
  return new Map(rows.map((row) => [row.network, row.id]));
}

type Count = {
  address_id: number;
  provider: string;
  minute: string;
  outcome: Outcome;
  reply_code: string;
  enhanced_code: string;
  block_code: string;
  reason: string | null;
  count: number;
};

const keyOf = ({ count: _, reason: __, ...key }: Count) => JSON.stringify(Object.values(key));

/** One row for each key, in their order: two batches at a time then wait for each other and never in a circle. */
function summed(rows: (Placed & { network: Network })[], ids: Map<string, number>): Count[] {
  const counts = new Map<string, Count>();
  for (const row of rows) {
    const count: Count = {
      address_id: ids.get(row.network.cidr) ?? 0,
      provider: row.provider ?? '',
      minute: row.minute.toISOString(),
      outcome: row.outcome,
      reply_code: row.replyCode ?? '',
      enhanced_code: row.enhancedCode ?? '',
      block_code: row.blockCode ?? '',
      reason: row.reason,
      count: row.count,
    };
    const key = keyOf(count);
    const earlier = counts.get(key);
    if (earlier) earlier.count += row.count;
    else counts.set(key, count);
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
}

/** Adds to the counts, by minute and by hour. */
export async function addCounts(
  trx: Trx,
  rows: (Placed & { network: Network })[],
  ids: Map<string, number>,
): Promise<void> {
  if (rows.length === 0) return;
  const counts = JSON.stringify(summed(rows, ids));
  const given = sql`jsonb_to_recordset(cast(${counts} as jsonb)) as given (
    address_id integer, provider text, minute timestamptz, outcome text, reply_code text, enhanced_code text,
    block_code text, reason text, count bigint)`;
  await sql`
    insert into observed_minutes (address_id, provider, minute, outcome, reply_code, enhanced_code, block_code, reason, count)
    select * from ${given}
    on conflict on constraint observed_minutes_pkey do update set count = observed_minutes.count + excluded.count`.execute(
    trx,
  );
  await sql`
    insert into observed_hours (address_id, provider, hour, outcome, count)
    select address_id, provider, date_trunc('hour', minute, 'UTC'), outcome, sum(count)
    from ${given} group by 1, 2, 3, 4 order by 1, 2, 3, 4
    on conflict on constraint observed_hours_pkey do update set count = observed_hours.count + excluded.count`.execute(
    trx,
  );
}

/** Minutes are kept as long as something may be decided by them, hours as long as pictures show them. */
export async function forgetOldObservations(db: Db): Promise<void> {
  const before = (age: string) => sql<Date>`now() - cast(${age} as interval)`;
  await db.deleteFrom('observed_minutes').where('minute', '<', before('40 days')).execute();
  await db.deleteFrom('observed_hours').where('hour', '<', before('430 days')).execute();
  await db.deleteFrom('observation_batches').where('received_at', '<', before('40 days')).execute();
}
