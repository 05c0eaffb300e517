import { createHash } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import { ensureAddresses } from '../addresses/store.ts';
import type { Trx } from '../database/open.ts';
import type { SndsDaysTable, SndsImportsTable } from '../database/tables.ts';
import type { PackedReport } from './pack-report.ts';

export type GivenReport = {
  raw: Buffer;
  source: SndsImportsTable['source'];
  feedId: number | null;
  fileName: string;
  byName: string;
  now: Date;
};
export type Imported = {
  id: number;
  kind: PackedReport['kind'];
  rows: number;
  firstDay: string | null;
  lastDay: string | null;
  /** Days that said something else before. */
  replaced: number;
  /** The same report was there already, and nothing was changed. */
  repeated: boolean;
};

const hashOf = (raw: Buffer) => createHash('sha256').update(raw).digest();

/**
 * The import that this report repeats. A data report does as long as nothing of it was replaced since; a status
 * report, which says what holds now, only when nothing else came in between.
 */
async function repeatedBy(trx: Trx, report: PackedReport, { raw, feedId }: GivenReport) {
  const sha256 = hashOf(raw);
  if (report.kind === 'data')
    return trx
      .selectFrom('snds_imports')
      .selectAll()
      .where('sha256', '=', sha256)
      .where('kind', '=', 'data')
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('snds_replaced')
              .select('snds_replaced.id')
              .whereRef('snds_replaced.import_id', '=', 'snds_imports.id'),
          ),
        ),
      )
      .orderBy('id', 'desc')
      .executeTakeFirst();
  const newest = await trx
    .selectFrom('snds_imports')
    .selectAll()
    .where('feed_id', feedId === null ? 'is' : '=', feedId)
    .orderBy('id', 'desc')
    .executeTakeFirst();
  return newest?.sha256.equals(sha256) ? newest : undefined;
}

/** Keeps a report byte for byte with its rows, all of it in this transaction. A later report replaces days, with a trace. */
export async function importReport(trx: Trx, report: PackedReport, given: GivenReport): Promise<Imported> {
  // One at a time: two that have the same days would wait for each other in a circle.
  await sql`lock table snds_imports in share row exclusive mode`.execute(trx);
  const earlier = await repeatedBy(trx, report, given);
  if (earlier) {
    await trx.updateTable('snds_imports').set({ seen_at: given.now }).where('id', '=', earlier.id).execute();
    return { ...importedOf(earlier), replaced: 0, repeated: true };
  }
  const row = await trx
    .insertInto('snds_imports')
    .values({
      kind: report.kind,
      source: given.source,
      feed_id: given.feedId,
      raw: given.raw,
      sha256: hashOf(given.raw),
      byte_length: given.raw.length,
      file_name: given.fileName.slice(0, 200),
      rows: report.rows,
      first_day: report.firstDay,
      last_day: report.lastDay,
      by_name: given.byName,
      received_at: given.now,
      seen_at: given.now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  if (report.kind === 'data') await keepDays(trx, row.id, report);
  if (report.kind === 'status') await keepStatus(trx, row.id, report);
  const { replaced } = await trx
    .selectFrom('snds_replaced')
    .select((eb) => eb.fn.countAll<number>().as('replaced'))
    .where('replaced_by', '=', row.id)
    .executeTakeFirstOrThrow();
  return { ...importedOf(row), replaced, repeated: false };
}

const importedOf = (row: {
  id: number;
  kind: PackedReport['kind'];
  rows: number;
  first_day: string | null;
  last_day: string | null;
}) => ({ id: row.id, kind: row.kind, rows: row.rows, firstDay: row.first_day, lastDay: row.last_day });

/** Columns of `snds_days` that a report fills, with their types, in the order of the table. */
const COLUMNS = {
  address_id: 'integer',
  day: 'date',
  activity: 'text',
  rcpt: 'bigint',
  data: 'bigint',
  recipients: 'bigint',
  filter: 'text',
  complaint_low: 'double precision',
  complaint_high: 'double precision',
  complaint_text: 'text',
  trap_period: 'text',
  trap_hits: 'bigint',
  sample_helo: 'text',
  sample_mail_from: 'text',
  jmrp_sender: 'text',
  comments: 'text',
  extra: 'jsonb',
} as const satisfies Partial<Record<keyof SndsDaysTable, string>>;
const NAMES = Object.keys(COLUMNS);
const GIVEN = NAMES.filter((name) => name !== 'address_id');
const list = (parts: RawBuilder<unknown>[]) => sql.join(parts);
const names = list(NAMES.map((name) => sql.ref(name)));
const typed = list(
  GIVEN.map((name) => sql`${sql.ref(name)} ${sql.raw(COLUMNS[name as keyof typeof COLUMNS])}`),
);
const given = list(GIVEN.map((name) => sql.ref(`r.${name}`)));
const taken = list(
  [...GIVEN.filter((name) => name !== 'day'), 'import_id'].map(
    (name) => sql`${sql.ref(name)} = excluded.${sql.ref(name)}`,
  ),
);

/** SNDS shows nobody but the owner of a range its data, so its addresses are ours. */
async function keepDays(trx: Trx, importId: number, { networks, parts }: PackedReport): Promise<void> {
  await ensureAddresses(
    trx,
    networks.map((cidr) => ({ cidr })),
  );
  for (const part of parts)
    await sql`
      with incoming as (
        select a.id as address_id, ${given} from jsonb_to_recordset(${part}::jsonb) as r (network cidr, ${typed})
        join addresses a on a.network = r.network),
      trace as (
        insert into snds_replaced (address_id, day, was, import_id, replaced_by)
        select d.address_id, d.day, to_jsonb(d) - 'address_id' - 'day' - 'import_id', d.import_id, ${importId}
        from snds_days d join incoming i on i.address_id = d.address_id and i.day = d.day
        where to_jsonb(d) - 'import_id' <> to_jsonb(i))
      insert into snds_days (${names}, import_id) select ${names}, ${importId}::bigint from incoming
      on conflict (address_id, day) do update set ${taken}
      where to_jsonb(snds_days) - 'import_id' <> to_jsonb(excluded) - 'import_id'`.execute(trx);
}

async function keepStatus(trx: Trx, importId: number, { parts }: PackedReport): Promise<void> {
  for (const part of parts)
    await sql`
      insert into snds_status (import_id, position, first, last, blocked, details)
      select ${importId}::bigint, r.position, r.first, r.last, r.blocked, r.details
      from jsonb_to_recordset(${part}::jsonb)
        as r (position integer, first inet, last inet, blocked boolean, details text)`.execute(trx);
}
