import { sql } from 'kysely';
import type { Db, Trx } from '../database/open.ts';

export type StoredColumn = {
  name: string;
  /** As PostgreSQL writes it: `text[]`, `timestamp with time zone`. */
  type: string;
  isNull: boolean;
  /** By which rows are ordered. */
  keyPlace: number | null;
};
export type StoredTable = { name: string; columns: StoredColumn[] };

/** Which step the schema is at is said by the head; what is searched is worked out from the rest; a place is another database. */
const LEFT_OUT = ['database_identity', 'kysely_migration', 'kysely_migration_lock', 'search_texts'];
/** The number of a transaction means nothing in another database. */
export const TRANSACTION_NUMBER = 'xid8';

/** Every table whose rows a backup has, in the order of their names, as the database itself describes them. */
export async function readTables(db: Db | Trx): Promise<StoredTable[]> {
  const { rows } = await sql<StoredColumn & { table: string }>`
    select c.relname as "table", a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
      not a.attnotnull as "isNull", array_position(k.conkey, a.attnum) as "keyPlace"
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    left join pg_constraint k on k.conrelid = c.oid and k.contype = 'p'
    where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace
      and c.relname not in (${sql.join(LEFT_OUT)})
    order by c.relname collate "C", a.attnum`.execute(db);
  return [...Map.groupBy(rows, ({ table }) => table)].map(([name, columns]) => ({
    name,
    columns: columns.map(({ table: _, ...column }) => column),
  }));
}

/** What travels of a table. */
export const columnsThatTravel = ({ columns }: StoredTable): StoredColumn[] =>
  columns.filter(({ type }) => type !== TRANSACTION_NUMBER);

/** Columns that number rows by themselves, as `table.column` with their sequence. */
export async function readSequences(
  db: Db | Trx,
): Promise<{ column: string; sequence: string; table: string; name: string }[]> {
  const { rows } = await sql<{ column: string; sequence: string; table: string; name: string }>`
    select format('%s.%s', c.relname, a.attname) as column, s.oid::regclass::text as sequence,
      c.relname as "table", a.attname as name
    from pg_class s
    join pg_depend d on d.objid = s.oid and d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass
      and d.deptype in ('a', 'i')
    join pg_class c on c.oid = d.refobjid
    join pg_attribute a on a.attrelid = c.oid and a.attnum = d.refobjsubid
    where s.relkind = 'S' and c.relnamespace = current_schema()::regnamespace
      and c.relname not in (${sql.join(LEFT_OUT)})
    order by 1`.execute(db);
  return rows;
}

/** Empty where there is no desk yet. */
export const stepsDone = async (db: Db | Trx): Promise<string[]> => {
  const { rows: found } = await sql<{ made: boolean }>`
    select to_regclass('kysely_migration') is not null as made`.execute(db);
  if (!found[0]?.made) return [];
  const { rows } = await sql<{ name: string }>`
    select name from kysely_migration order by name collate "C"`.execute(db);
  return rows.map(({ name }) => name);
};

/** Texts of values then look the same in every database and for everybody. */
export async function plainSettings(trx: Trx): Promise<void> {
  const settings = {
    timezone: 'UTC',
    datestyle: 'ISO, YMD',
    intervalstyle: 'postgres',
    bytea_output: 'hex',
    extra_float_digits: '1',
    // A backup takes as long as it takes.
    statement_timeout: '0',
    idle_in_transaction_session_timeout: '0',
  };
  for (const [name, value] of Object.entries(settings))
    await sql`select set_config(${name}, ${value}, true)`.execute(trx);
}
