import { createHash } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import { parseNetwork } from '../addresses/address.ts';
import { json } from '../database/json.ts';
import type { Trx } from '../database/open.ts';
import type { SndsDaysTable, SndsImportsTable } from '../database/tables.ts';
import { addressIds } from '../observations/store.ts';
import type { SndsDay, SndsReport, SndsStatus } from './snds-file.ts';

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
  kind: SndsReport['kind'];
  rows: number;
  firstDay: string | null;
  lastDay: string | null;
  /** Days that said something else before. */
  replaced: number;
  /** The same report was there already, and nothing was changed. */
  repeated: boolean;
};

const CHUNK = 2000;

function* chunksOf<Item>(items: Item[]): Generator<Item[]> {
  for (let at = 0; at < items.length; at += CHUNK) yield items.slice(at, at + CHUNK);
}

const hashOf = (raw: Buffer) => createHash('sha256').update(raw).digest();

/**
 * The import that this report repeats. A data report does as long as nothing of it was replaced since; a status
 * report, which says what holds now, only when nothing else came in between.
 */
async function repeatedBy(trx: Trx, report: SndsReport, { raw, feedId }: GivenReport) {
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
export async function importReport(trx: Trx, report: SndsReport, given: GivenReport): Promise<Imported> {
  // One at a time: two that have the same days would wait for each other in a circle.
  await sql`lock table snds_imports in share row exclusive mode`.execute(trx);
  const earlier = await repeatedBy(trx, report, given);
  if (earlier) {
    await trx.updateTable('snds_imports').set({ seen_at: given.now }).where('id', '=', earlier.id).execute();
    return { ...importedOf(earlier), replaced: 0, repeated: true };
  }
  const days = report.kind === 'data' ? report.rows.map((row) => row.day).toSorted() : [];
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
      rows: report.rows.length,
      first_day: days[0] ?? null,
      last_day: days.at(-1) ?? null,
      by_name: given.byName,
      received_at: given.now,
      seen_at: given.now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  if (report.kind === 'data') await keepDays(trx, row.id, report.rows);
  if (report.kind === 'status') await keepStatus(trx, row.id, report.rows);
  const { replaced } = await trx
    .selectFrom('snds_replaced')
    .select((eb) => eb.fn.countAll<number>().as('replaced'))
    .where('replaced_by', '=', row.id)
    .executeTakeFirstOrThrow();
  return { ...importedOf(row), replaced, repeated: false };
}

const importedOf = (row: {
  id: number;
  kind: SndsReport['kind'];
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
const list = (parts: RawBuilder<unknown>[]) => sql.join(parts);
const names = list(NAMES.map((name) => sql.ref(name)));
const typed = list(
  NAMES.map((name) => sql`${sql.ref(name)} ${sql.raw(COLUMNS[name as keyof typeof COLUMNS])}`),
);
const taken = list(
  [...NAMES.filter((name) => name !== 'address_id' && name !== 'day'), 'import_id'].map(
    (name) => sql`${sql.ref(name)} = excluded.${sql.ref(name)}`,
  ),
);

const columns = (row: SndsDay, addressId: number) => ({
  address_id: addressId,
  day: row.day,
  activity: row.activity,
  rcpt: row.rcpt,
  data: row.data,
  recipients: row.recipients,
  filter: row.filter,
  complaint_low: row.complaints.low,
  complaint_high: row.complaints.high,
  complaint_text: row.complaintText,
  trap_period: row.trapPeriod,
  trap_hits: row.trapHits,
  sample_helo: row.sampleHelo,
  sample_mail_from: row.sampleMailFrom,
  jmrp_sender: row.jmrpSender,
  comments: row.comments,
  extra: row.extra,
});

/** SNDS shows nobody but the owner of a range its data, so its addresses are ours. */
async function idsOf(trx: Trx, rows: SndsDay[]): Promise<Map<string, number>> {
  const texts = [...new Set(rows.map((row) => row.address))];
  const networks = texts.map(parseNetwork).sort((a, b) => (a.cidr < b.cidr ? -1 : 1));
  const ids = new Map<string, number>();
  for (const chunk of chunksOf(networks)) {
    const known = await addressIds(trx, chunk);
    for (const network of chunk) ids.set(network.text, known.get(network.cidr) ?? 0);
  }
  return ids;
}

async function keepDays(trx: Trx, importId: number, rows: SndsDay[]): Promise<void> {
  const ids = await idsOf(trx, rows);
  // A report that has a day twice means its last.
  const once = new Map(rows.map((row) => [`${row.address} ${row.day}`, row]));
  for (const chunk of chunksOf([...once.values()])) {
    const values = json(chunk.map((row) => columns(row, ids.get(row.address) ?? 0)));
    await sql`
      with incoming as (select * from jsonb_to_recordset(${values}) as r (${typed})),
      trace as (
        insert into snds_replaced (address_id, day, was, import_id, replaced_by)
        select d.address_id, d.day, to_jsonb(d) - 'address_id' - 'day' - 'import_id', d.import_id, ${importId}
        from snds_days d join incoming i on i.address_id = d.address_id and i.day = d.day
        where to_jsonb(d) - 'import_id' <> to_jsonb(i))
      insert into snds_days (${names}, import_id) select ${names}, ${importId}::bigint from incoming
      on conflict (address_id, day) do update set ${taken}
      where to_jsonb(snds_days) - 'import_id' <> to_jsonb(excluded) - 'import_id'`.execute(trx);
  }
}

async function keepStatus(trx: Trx, importId: number, rows: SndsStatus[]): Promise<void> {
  const values = rows.map((row, position) => ({ import_id: importId, position, ...row }));
  for (const chunk of chunksOf(values)) await trx.insertInto('snds_status').values(chunk).execute();
}
