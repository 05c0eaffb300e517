import { sql } from 'kysely';
import type { Db } from '../../src/database/open.ts';

/** So many more open incidents, each refused once, of an address of its own. */
export async function addIncidents(db: Db, cases: number): Promise<void> {
  await sql`
    with made as (
      insert into incidents (title, provider, state, opened_at, state_since, rejection_count, last_rejection_at, reason)
      select 'Case ' || n, 'icloud', 'open', now(), now(), 1, now(), 'ip-reputation'
      from generate_series(1, ${cases}::integer) n returning number),
    addressed as (
      insert into addresses (network) select ('198.51.' || number || '.7/32')::cidr from made returning id, network),
    joined as (
      insert into incident_addresses (incident_number, address_id)
      select made.number, addressed.id from made
      join addressed on addressed.network = ('198.51.' || made.number || '.7/32')::cidr returning incident_number)
    insert into rejections (incident_number, line, text) select number, 1, '550 no' from made`.execute(db);
}
