import { sql } from 'kysely';
import t from 'tap';
import { migrateWithin, migrationNames } from '../../src/database/migrate.ts';
import type { Db } from '../../src/database/open.ts';
import { emptyDatabase } from '../database.ts';

type Column = { name: string; type: string; must: boolean; refers: string | null; referred: string | null };
type Row = Record<string, unknown>;

/** What a rule of the database asks for, where a value made of the column's type would be refused. */
const VALUES: Record<string, string> = {
  'users.email': `'user' || $n || '@example.com'`,
  'users.password_hash': `repeat('x', 60)`,
  'timeline_entries.kind': `'note-added'`,
  'timeline_entries.detail': `'{"text": "a note"}'`,
  'addresses.network': `('198.51.100.' || $n)::cidr`,
  'custom_fields.key': `'field-' || $n`,
  'own_providers.key': `'own-' || $n`,
  'incident_links.linked_number': '(select min(number) from incidents)',
  'incident_merges.survivor': '(select min(number) from incidents)',
  'snapshots.address': `'203.0.113.7'`,
  'snapshots.superseded_at': `'2026-03-11T09:12:00Z'`,
  'snds_feeds.link_sealed': 'null',
  'snds_feeds.link': `'https://snds.example.com/' || $n`,
  'evidence_files.evidence_id': '(select max(id) from evidence)',
  'evidence_files.byte_length': '32',
  'place_readings.address': `'203.0.113.7'`,
  'reminder_answers.dismissed_reason': `'we leave'`,
  'step_answers.dismissed_reason': `'we wait'`,
  'arrivals.raw': `'x'`,
  'incident_causes.class': `'list-quality'`,
  'letter_template_versions.language': `'en'`,
  'wording_trials.language': `'en'`,
  'wording_trials.wording_a': '0',
  'saved_searches.shared': 'true',
  'tag_changes.became': `'y'`,
  'messages.verdict': `'denied'`,
  'letter_template_versions.template': `'gmail/first'`,
  'letter_template_versions.title': `'To Gmail'`,
  'letter_template_versions.fits_when': `'it refuses'`,
  'letter_template_versions.subject': `'About'`,
  'letter_template_versions.body': `'Hello'`,
  'letter_template_versions.claims': `'[]'`,
  'wording_trials.template': `'gmail/first'`,
  'report_subscriptions.report': `'mitigation'`,
  'shares.parts': `'{summary}'`,
  'shares.expires_at': `now() + interval '1 day'`,
  'event_outbox.kind': `'reminder-due'`,
  'notices.link': `'/incidents/1'`,
  'webhook_targets.url_sealed': `'x'`,
  'passkey_challenges.user_id': '(select max(id) from users)',
  'webhook_deliveries.event_id': '$n',
  'audit_entries.kind': `'set-up'`,
  'invitations.email': `'x' || $n || '@example.com'`,
  'oidc_providers.id': '1',
  'oidc_providers.issuer': `'https://id.example.com'`,
  'oidc_providers.scope': `'openid'`,
  'backups.sha256': `repeat('a', 64)`,
};
/** Left empty: rules tie it to others. */
const EMPTY = new Set(['letters.sent_at']);

async function columnsOf(db: Db): Promise<Map<string, Column[]>> {
  const { rows } = await sql<Column & { table: string }>`
    select c.relname as "table", a.attname as name, format_type(a.atttypid, null) as type,
      a.attnotnull and not a.atthasdef and a.attidentity = '' as must,
      k.confrelid::regclass::text as refers,
      (select r.attname from pg_attribute r where r.attrelid = k.confrelid and r.attnum = k.confkey[1]) as referred
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_constraint k on k.conrelid = c.oid and k.contype = 'f' and k.conkey = array[a.attnum]
    where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace and c.relname not like 'kysely%'
    order by c.relname collate "C", a.attnum`.execute(db);
  return Map.groupBy(rows, ({ table }) => table);
}

/** The first word that a rule allows a column, by `table.column`. */
async function allowedWords(db: Db): Promise<Map<string, string>> {
  const { rows } = await sql<{ table: string; words: string }>`
    select conrelid::regclass::text as "table", pg_get_constraintdef(oid) as words from pg_constraint
    where contype = 'c' and connamespace = current_schema()::regnamespace`.execute(db);
  const allowed = new Map<string, string>();
  for (const { table, words } of rows) {
    const [, column, word] = /\(\(?(\w+) = ANY \(ARRAY\['([^']+)'::text/.exec(words) ?? [];
    if (column && word) allowed.set(`${table}.${column}`, word);
  }
  return allowed;
}

const BY_TYPE: Record<string, string> = {
  text: `'x' || $n`,
  integer: '$n',
  bigint: '$n',
  smallint: '1',
  real: '1',
  'double precision': '1',
  boolean: 'true',
  'timestamp with time zone': `'2026-03-10T09:12:00Z'::timestamptz`,
  date: `'2026-03-10'`,
  bytea: `sha256(('x' || $n)::bytea)`,
  jsonb: `'{}'`,
  inet: `'203.0.113.7'`,
  cidr: `'203.0.113.7/32'`,
  'text[]': `'{x}'`,
  'inet[]': `'{203.0.113.7}'`,
  'cidr[]': `'{203.0.113.7}'`,
  'integer[]': `'{1}'`,
  'bigint[]': `'{1}'`,
  uuid: 'gen_random_uuid()',
  tsvector: `'x'`,
};

/** A row of what has to be given, by rules of the database alone. Null: the database will not have another such row. */
async function addRow(
  db: Db,
  table: string,
  columns: Column[],
  allowed: Map<string, string>,
  n: number,
): Promise<string> {
  const given = columns.filter(
    ({ name, must }) => (must || VALUES[`${table}.${name}`]) && !EMPTY.has(`${table}.${name}`),
  );
  const values = given.map(({ name, type, refers, referred }) => {
    const word = allowed.get(`${table}.${name}`);
    if (VALUES[`${table}.${name}`]) return VALUES[`${table}.${name}`] as string;
    if (refers) return `(select max(${referred}) from ${refers})`;
    if (word) return `'${word}'`;
    return BY_TYPE[type] ?? 'null';
  });
  const statement = `insert into ${table} ${
    given.length > 0
      ? `(${given.map(({ name }) => name).join(', ')}) values (${values.join(', ').replaceAll('$n', String(n))})`
      : 'default values'
  }`;
  try {
    await db.transaction().execute((trx) => sql.raw(statement).execute(trx));
    return '';
  } catch (error) {
    // There is one for all, from the start.
    if ((error as Error).message.includes(`"${table}_pkey"`)) return '';
    return `${statement}: ${(error as Error).message}`;
  }
}

/** What one row is by the columns that it has. */
const rowsOf = async (db: Db, table: string): Promise<Row[]> =>
  (await sql<{ row: Row }>`select to_jsonb(t) as row from ${sql.table(table)} t`.execute(db)).rows.map(
    ({ row }) => row,
  );

/** What steps of the schema work out anew, and say so. */
const WORKED_OUT = new Set([
  // 0033: hashed once more, with a secret.
  'api_tokens.token_hash',
  // 0022: by the judgement of the next step.
  'incidents.due_at',
]);

/** A row is kept when one is there that has the same values in all columns that are there still. */
function isKept(table: string, before: Row, after: Row[], columns: Set<string>): boolean {
  const names = Object.keys(before).filter(
    (name) => columns.has(name) && !WORKED_OUT.has(`${table}.${name}`),
  );
  return after.some((row) =>
    names.every((name) => JSON.stringify(row[name]) === JSON.stringify(before[name])),
  );
}

/** Tables whose rows are made of others, or that are emptied on purpose. */
const MADE = new Set(['search_texts', 'incident_times', 'outcome_backlog']);

t.test(
  'threat 40: from every earlier schema, with rows in every table, to the newest one: nothing is lost',
  async (t) => {
    const { db } = await emptyDatabase(t);
    const names = migrationNames();
    const kept = new Map<string, Map<string, Row>>();
    const shapes = new Map<string, string>();
    const failed = new Map<string, string>();
    let n = 10;
    for (const [place] of names.entries()) {
      await db.transaction().execute((trx) => migrateWithin(trx as never, names.slice(0, place + 1)));
      const tables = await columnsOf(db);
      const allowed = await allowedWords(db);
      // A row for each table that is new or has changed, in turns, since one may need another.
      let open = [...tables].filter(([table, columns]) => {
        const shape = JSON.stringify(columns);
        const isNew = shapes.get(table) !== shape;
        shapes.set(table, shape);
        return isNew && !MADE.has(table);
      });
      for (let turn = 0; turn < 4 && open.length > 0; turn++) {
        const still: typeof open = [];
        for (const [table, columns] of open) {
          n += 1;
          const problem = await addRow(db, table, columns, allowed, n);
          if (problem) {
            still.push([table, columns]);
            failed.set(table, problem);
          } else failed.delete(table);
        }
        open = still;
      }
      // As they were after each step, so that a change by any of them would show.
      for (const table of tables.keys())
        if (!MADE.has(table)) {
          const known = kept.get(table) ?? new Map();
          for (const row of await rowsOf(db, table)) known.set(JSON.stringify(row), row);
          kept.set(table, known);
        }
    }
    const last = await columnsOf(db);
    const empty: string[] = [];
    const lost: string[] = [];
    let compared = 0;
    for (const [table, rows] of kept) {
      const columns = new Set(last.get(table)?.map(({ name }) => name));
      const after = await rowsOf(db, table);
      if (after.length === 0) empty.push(table);
      for (const row of rows.values()) {
        compared += 1;
        if (!isKept(table, row, after, columns)) lost.push(`${table}: ${JSON.stringify(row).slice(0, 300)}`);
      }
    }
    t.strictSame(lost, []);
    t.ok(compared > 90, `${compared} rows`);
    t.strictSame([...failed.values()], [], 'every table takes a row');
    t.strictSame(empty, []);
  },
);
