import { sql } from 'kysely';
import type { Db } from '../../../src/database/open.ts';

/**
 * Runs what writes into the kept data, and takes its rows back: those with a higher number than any before, and what
 * hangs on incidents that were not there. Append-only tables as well: the next bench is to find the same data.
 */
export async function withRowsTakenBack<T>(db: Db, work: () => Promise<T>): Promise<T> {
  const tables = (
    await sql<{ table: string; column: string }>`
      select attrelid::regclass::text as table, attname as column from pg_attribute
      where attidentity <> '' and attrelid::regclass::text !~ '[.]'`.execute(db)
  ).rows;
  const most = new Map<string, number>();
  for (const { table, column } of tables) {
    const { rows } = await sql<{ most: number }>`
      select coalesce(max(${sql.ref(column)}), 0)::bigint as most from ${sql.table(table)}`.execute(db);
    most.set(table, rows[0]?.most ?? 0);
  }
  try {
    return await work();
  } finally {
    await db.connection().execute(async (one) => {
      await sql`set session_replication_role = replica`.execute(one);
      await sql`set statement_timeout = 0`.execute(one);
      for (const table of [
        'incident_addresses',
        'incident_reports',
        'incident_links',
        'step_judgements',
        'idempotency_keys',
      ])
        await (table === 'idempotency_keys'
          ? sql`delete from idempotency_keys`.execute(one)
          : sql`delete from ${sql.table(table)} where incident_number > ${most.get('incidents') ?? 0}`.execute(
              one,
            ));
      await sql`delete from incident_times where number > ${most.get('incidents') ?? 0}`.execute(one);
      for (const { table, column } of tables)
        await sql`delete from ${sql.table(table)} where ${sql.ref(column)} > ${most.get(table) ?? 0}`.execute(
          one,
        );
      await sql`reset session_replication_role`.execute(one);
      await sql`reset statement_timeout`.execute(one);
    });
  }
}
