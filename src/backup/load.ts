import { type RawBuilder, sql } from 'kysely';
import { migrateWithin, migrationNames } from '../database/migrate.ts';
import type { Db, Trx } from '../database/open.ts';
import { rebuildSearch } from '../search/rebuild.ts';
import {
  columnsThatTravel,
  plainSettings,
  readSequences,
  readTables,
  type StoredColumn,
  type StoredTable,
  TRANSACTION_NUMBER,
} from './catalog.ts';
import { checkedParts } from './check.ts';
import { BadBackup, type End, type Head, type TableHead } from './format.ts';
import { sumTables } from './read.ts';

/** The place that something is to be restored to holds something. */
export class NotEmpty extends Error {
  override name = 'NotEmpty';
}

/** Rows and octets of one statement. */
const ROWS = 500;
const OCTETS = 1024 * 1024;

/** What a desk that nobody has used yet has, because it was started once. */
const OF_A_START = [
  'api_token_secret',
  'complaint_secret',
  'database_identity',
  'desk_identity',
  'outcome_backlog',
  'playbook_version',
  'reply_tag_secret',
  'search_texts',
  'setup_links',
  'sign_in_rules',
];

/** Throws {@link NotEmpty} where the database holds anything that would be lost. */
async function refuseUnlessEmpty(trx: Trx): Promise<void> {
  const { rows: there } = await sql<{ name: string; ours: boolean }>`
    select relname as name, exists (select from pg_class k where k.relname = 'kysely_migration'
      and k.relnamespace = c.relnamespace) as ours
    from pg_class c where relkind in ('r', 'p', 'v', 'm') and relnamespace = current_schema()::regnamespace
    order by 1`.execute(trx);
  if (there.some(({ ours }) => !ours))
    throw new NotEmpty(
      `The database is not empty: it has tables of something else (${there[0]?.name}). Take an empty one.`,
    );
  for (const { name } of there) {
    // A profile is there from the start; it is somebody's once it has a name.
    const isUsed = name === 'profile' ? sql`where name <> ''` : sql``;
    if (name.startsWith('kysely_') || OF_A_START.includes(name)) continue;
    const { rows } = await sql`select from ${sql.table(name)} ${isUsed} limit 1`.execute(trx);
    if (rows.length > 0)
      throw new NotEmpty(
        `There is a desk already: its table ${name} holds something, and nothing was changed. Take an empty place: ` +
          'another DATA_DIR, or an empty PostgreSQL database.',
      );
  }
}

/** The schema as the backup's was: nothing else may be left of a first start. */
async function makeSchema(trx: Trx, head: Head): Promise<void> {
  const { rows } = await sql<{ schema: string }>`
    select quote_ident(current_schema()) as schema`.execute(trx);
  const schema = sql.raw(rows[0]?.schema ?? 'public');
  try {
    await sql`savepoint emptied`.execute(trx);
    await sql`drop schema ${schema} cascade`.execute(trx);
    await sql`create schema ${schema}`.execute(trx);
  } catch (error) {
    if ((error as { code?: string }).code !== '42501') throw error;
    await sql`rollback to savepoint emptied`.execute(trx);
    const { rows: left } = await sql`select from pg_class where relkind = 'r'
      and relnamespace = current_schema()::regnamespace limit 1`.execute(trx);
    if (left.length > 0)
      throw new NotEmpty(
        'A desk was started on this database once, and only its owner can clear that away. Make a new database.',
      );
  }
  await migrateWithin(trx as never, head.schema);
}

/** Throws {@link BadBackup} for one whose schema this release does not know. */
function refuseNewer(head: Head): void {
  const known = migrationNames();
  const newer = head.schema.filter((name) => !known.includes(name));
  if (newer.length > 0)
    throw new BadBackup(
      `This backup was made by a newer release (Delist Desk ${head.product}, step ${newer.at(-1)} of the schema). ` +
        'Install that release or a later one, and restore with it.',
    );
}

type Constraint = { table: string; name: string; definition: string };

/** Rows come table by table: what refers to another row is checked once all are there. */
async function takeForeignKeys(trx: Trx): Promise<Constraint[]> {
  const { rows } = await sql<Constraint>`
    select c.relname as "table", k.conname as name, pg_get_constraintdef(k.oid) as definition
    from pg_constraint k join pg_class c on c.oid = k.conrelid
    where k.contype = 'f' and c.relnamespace = current_schema()::regnamespace order by 1, 2`.execute(trx);
  for (const { table, name } of rows)
    await sql`alter table ${sql.table(table)} drop constraint ${sql.ref(name)}`.execute(trx);
  return rows;
}

async function giveForeignKeys(trx: Trx, constraints: Constraint[]): Promise<void> {
  for (const { table, name, definition } of constraints)
    await sql`alter table ${sql.table(table)} add constraint ${sql.ref(name)} ${sql.raw(definition)}`.execute(
      trx,
    );
}

const allTriggers = async (trx: Trx, tables: StoredTable[], state: 'enable' | 'disable') => {
  for (const { name } of tables)
    await sql`alter table ${sql.table(name)} ${sql.raw(state)} trigger user`.execute(trx);
};

const givenAs = ({ type }: StoredColumn, place: number): RawBuilder<unknown> => {
  const given = sql.raw(`r.c${place}`);
  if (type === 'bytea') return sql`decode(${given}, 'base64')`;
  return type === 'text' ? sql`${given}` : sql`${given}::${sql.raw(type)}`;
};

/** Writes the rows of one table as they come, so many at a time as memory should hold. */
class TableWriter {
  readonly #trx: Trx;
  readonly #columns: StoredColumn[];
  readonly #unset: StoredColumn[];
  readonly #table: string;
  #rows: string[] = [];
  #octets = 0;

  constructor(trx: Trx, table: StoredTable, { columns }: TableHead) {
    const travelling = columnsThatTravel(table);
    this.#trx = trx;
    this.#table = table.name;
    this.#columns = columns.map((name) => {
      const column = travelling.find((one) => one.name === name);
      if (!column) throw new BadBackup(`The backup's ${table.name}.${name} has no place in this schema.`);
      return column;
    });
    // Entries of another database are no news in this one.
    this.#unset = table.columns.filter(({ type, isNull }) => type === TRANSACTION_NUMBER && isNull);
  }

  async add(line: Buffer): Promise<void> {
    if (this.#rows.length > 0 && this.#octets + line.length > OCTETS) await this.flush();
    const values = JSON.parse(line.toString('utf8')) as (string | null)[];
    if (values.length !== this.#columns.length)
      throw new BadBackup('A row has another length than its table.');
    this.#rows.push(JSON.stringify(Object.fromEntries(values.map((value, place) => [`c${place}`, value]))));
    this.#octets += line.length;
    if (this.#rows.length >= ROWS) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#rows.length === 0) return;
    const rows = `[${this.#rows.join(',')}]`;
    this.#rows = [];
    this.#octets = 0;
    const names = [...this.#columns, ...this.#unset].map(({ name }) => sql.ref(name));
    const values = [...this.#columns.map(givenAs), ...this.#unset.map(() => sql`null`)];
    const given = sql.raw(this.#columns.map((_, place) => `c${place} text`).join(', '));
    await sql`insert into ${sql.table(this.#table)} (${sql.join(names)}) overriding system value
      select ${sql.join(values)} from json_to_recordset(${rows}::json) as r (${given})`.execute(this.#trx);
  }
}

async function loadRows(
  trx: Trx,
  parts: AsyncIterator<Awaited<ReturnType<ReturnType<typeof checkedParts>['next']>>['value']>,
): Promise<End> {
  const tables = await readTables(trx);
  const constraints = await takeForeignKeys(trx);
  await allTriggers(trx, tables, 'disable');
  await sql`truncate ${sql.join(tables.map(({ name }) => sql.table(name)))}`.execute(trx);
  let writer: TableWriter | undefined;
  let end: End | undefined;
  for (let next = await parts.next(); !next.done; next = await parts.next()) {
    const part = next.value;
    if (!part) break;
    if (part.kind === 'row') await writer?.add(part.line);
    if (part.kind === 'table') {
      await writer?.flush();
      const table = tables.find(({ name }) => name === part.table.table);
      if (!table) throw new BadBackup(`The backup's table ${part.table.table} has no place in this schema.`);
      writer = new TableWriter(trx, table, part.table);
    }
    if (part.kind === 'end') end = part.end;
  }
  if (!end) throw new BadBackup('This backup has no end.');
  await writer?.flush();
  await giveForeignKeys(trx, constraints);
  await allTriggers(trx, tables, 'enable');
  return end;
}

/** Numbers go on after the last that was given out, so that none is given to two things. */
async function setSequences(trx: Trx, { sequences }: End): Promise<void> {
  for (const { column, sequence, table, name } of await readSequences(trx)) {
    const { rows } = await sql<{ most: number | null }>`
      select max(${sql.ref(name)})::bigint as most from ${sql.table(table)}`.execute(trx);
    const last = Math.max(sequences[column] ?? 0, rows[0]?.most ?? 0);
    if (last > 0) await sql`select setval(${sequence}::regclass, ${last}::bigint, true)`.execute(trx);
  }
}

/** What is in the database now, by its own account, against what the backup says. */
async function compare(trx: Trx, end: End): Promise<void> {
  const found = await sumTables(trx);
  for (const [place, told] of end.tables.entries()) {
    const one = found[place];
    if (one?.table !== told.table || one.rows !== told.rows || one.sha256 !== told.sha256)
      throw new BadBackup(
        `What was written into ${told.table} is not what the backup has (${one?.rows} rows for ${told.rows}). Nothing was kept.`,
      );
  }
}

/**
 * Brings a backup into an empty database: the schema that it had, its rows as they were, compared with its sums, and then
 * the steps to this release's schema. One transaction: all of it or nothing. `meanwhile` is done in it, at its end.
 */
export async function loadBackup(
  db: Db,
  lines: AsyncIterable<Buffer>,
  meanwhile: (trx: Trx) => Promise<void> = async () => {},
): Promise<End> {
  return db.transaction().execute(async (trx) => {
    await plainSettings(trx);
    await sql`select set_config('lock_timeout', '10s', true)`.execute(trx);
    const parts = checkedParts(lines);
    const first = await parts.next();
    if (first.done || first.value.kind !== 'head') throw new BadBackup('This backup has no beginning.');
    refuseNewer(first.value.head);
    await refuseUnlessEmpty(trx);
    await makeSchema(trx, first.value.head);
    const end = await loadRows(trx, parts as never);
    await setSequences(trx, end);
    await compare(trx, end);
    await migrateWithin(trx as never, migrationNames());
    // Without statistics, each of the rebuild's look-ups may read an index whole.
    await sql`analyze`.execute(trx);
    await rebuildSearch(trx);
    await meanwhile(trx);
    return end;
  });
}
