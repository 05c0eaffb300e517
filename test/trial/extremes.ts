import { sql } from 'kysely';
import type { Db } from '../../src/database/open.ts';

/** What people type into fields, at its worst for a page: one long word, right to left, marks of markup, signs of four octets. */
const WORST = [
  'W'.repeat(300),
  'قائمة الحظر '.repeat(25),
  `<b>"O'Brien & Söhne"</b> ${'a-rather-long-host-name.'.repeat(12)}example.com`,
  '📮 Übergrößenträger '.repeat(15),
];

/** Texts of people and of senders that pages show. */
const FIELDS: Record<string, string[]> = {
  users: ['name'],
  profile: ['name', 'contact_name'],
  incidents: ['title', 'affected'],
  addresses: ['label', 'hostname', 'notes'],
  tags: ['name'],
  custom_fields: ['name'],
  incident_field_values: ['value'],
  tickets: ['reference'],
  letters: ['subject'],
  messages: ['subject', 'from_address', 'to_address'],
  attachments: ['file_name'],
  reports: ['file_name'],
  rejections: ['text', 'mx'],
  timeline_entries: ['actor_name'],
  saved_views: ['name'],
  webhooks: ['name'],
  api_tokens: ['name'],
  sending_accounts: ['name'],
  mailboxes: ['name'],
  report_schedules: ['name'],
  playbooks: ['name'],
};
/** A column may take less, or no more than small letters. */
const TRIES = [WORST, ['w'.repeat(300)]].flatMap((texts) =>
  [300, 200, 120, 80, 40].map((length) => ({ texts, length })),
);

async function hasColumn(db: Db, table: string, column: string): Promise<boolean> {
  const { rows } = await sql`select from information_schema.columns
    where table_schema = 'public' and table_name = ${table} and column_name = ${column}
      and data_type in ('text', 'character varying')`.execute(db);
  return rows.length > 0;
}

async function worsen(db: Db, table: string, column: string): Promise<number> {
  for (const { texts, length } of TRIES)
    try {
      return await db.transaction().execute(async (trx) => {
        // The timeline is kept from changes by a trigger.
        await sql`set local session_replication_role = replica`.execute(trx);
        const { numAffectedRows } = await sql`
          with numbered as (select ctid as place, row_number() over (order by ctid) as n from ${sql.table(table)})
          update ${sql.table(table)} t
          set ${sql.ref(column)} = left(n::text || (${texts}::text[])[1 + n % ${texts.length}::integer], ${length}::integer)
          from numbered where t.ctid = numbered.place and t.${sql.ref(column)} <> ''`.execute(trx);
        return Number(numAffectedRows);
      });
    } catch (error) {
      if (!(error as { code?: string }).code?.startsWith('23')) throw error;
    }
  throw new Error(`${table}.${column} takes none of it.`);
}

/** Makes every text as bad as its column lets it be. Says how many there are. */
export async function makeExtreme(db: Db): Promise<number> {
  let changed = 0;
  for (const [table, columns] of Object.entries(FIELDS))
    for (const column of columns)
      if (await hasColumn(db, table, column)) changed += await worsen(db, table, column);
  return changed;
}
