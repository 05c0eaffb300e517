import { sql } from 'kysely';
import type { Db } from '../src/database/open.ts';

/** What a migrated, empty database is known by: its schema, and the rows that migrations wrote. */
export type AsNew = { schema: string; seeds: Map<string, string> };

/** One that grew beyond this is not worth cleaning: reading it again would take longer. */
const MOST_BYTES = 8_000_000;

/** Another one with every change of a table, index, constraint, trigger or function, and of what was analysed. */
async function schemaOf(db: Db): Promise<string> {
  const { rows } = await sql<{ schema: string }>`
    select md5(string_agg(part, ',' order by part)) as schema from (
      select 'c' || c.oid || ' ' || c.xmin::text || ' ' || c.reltuples as part
        from pg_class c where c.relnamespace = 'public'::regnamespace
      union all select 'a' || a.attrelid || ' ' || a.attnum || ' ' || a.xmin::text
        from pg_attribute a join pg_class c on c.oid = a.attrelid where c.relnamespace = 'public'::regnamespace
      union all select 'k' || oid || ' ' || xmin::text from pg_constraint where connamespace = 'public'::regnamespace
      union all select 't' || oid || ' ' || xmin::text from pg_trigger
      union all select 'f' || oid || ' ' || xmin::text from pg_proc where pronamespace = 'public'::regnamespace
      union all select 'n' || oid from pg_namespace where nspname !~ '^pg_'
    ) parts`.execute(db);
  return rows[0]?.schema ?? '';
}

type Table = { name: string; bytes: number };

/** Tables that hold rows, or held some. */
async function touched(db: Db): Promise<Table[]> {
  const { rows } = await sql<Table>`
    select relname as name, pg_total_relation_size(oid)::integer as bytes from pg_class
    where relkind = 'r' and relnamespace = 'public'::regnamespace and pg_relation_size(oid) > 0`.execute(db);
  return rows;
}

async function rowsOf(db: Db, table: string): Promise<string> {
  const { rows } = await sql<{ text: string }>`
    select coalesce(json_agg(r), '[]')::text as text from (select * from ${sql.table(table)} order by 1) r`.execute(
    db,
  );
  return rows[0]?.text ?? '';
}

export async function asNew(db: Db): Promise<AsNew> {
  const seeds = new Map<string, string>();
  for (const { name } of await touched(db)) seeds.set(name, await rowsOf(db, name));
  return { schema: await schemaOf(db), seeds };
}

async function restartSequences(db: Db): Promise<void> {
  await sql`
    select setval(format('%I.%I', schemaname, sequencename), start_value, false)
    from pg_sequences where schemaname = 'public' and last_value is not null`.execute(db);
}

/**
 * Makes a database as good as new: no rows but those of its migrations, and ids from 1 on. False where that cannot be
 * had, because its schema was changed or it has grown.
 */
export async function cleaned(db: Db, fresh: AsNew): Promise<boolean> {
  if ((await schemaOf(db)) !== fresh.schema) return false;
  const tables = await touched(db);
  if (tables.reduce((sum, { bytes }) => sum + bytes, 0) > MOST_BYTES) return false;
  await db.transaction().execute(async (trx) => {
    // No trigger runs, neither those of foreign keys nor the one that keeps the timeline from being deleted.
    await sql`set local session_replication_role = replica`.execute(trx);
    for (const { name } of tables) {
      const seed = fresh.seeds.get(name);
      if (seed !== undefined && (await rowsOf(trx, name)) === seed) continue;
      await sql`delete from ${sql.table(name)}`.execute(trx);
      if (seed !== undefined)
        await sql`insert into ${sql.table(name)} overriding system value
          select * from json_populate_recordset(null::${sql.table(name)}, ${seed}::json)`.execute(trx);
    }
  });
  await restartSequences(db);
  return true;
}
