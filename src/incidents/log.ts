import { createHash } from 'node:crypto';
import { type Insertable, sql } from 'kysely';
import type { Network } from '../addresses/address.ts';
import { ensureAddresses } from '../addresses/store.ts';
import type { Db, Trx } from '../database/open.ts';
import type { Database, ReportsTable, Severity } from '../database/tables.ts';
import { askForCheck } from '../evidence/checks/store.ts';
import type { Provider, Reason } from '../providers/schema.ts';
import { appendAll, noteEntry } from '../timeline/store.ts';
import type { Actor } from '../web/access.ts';
import { incidentTitle } from './incidents.ts';
import { keepRejections, known, rejectionEntries, type SeenRejection, span, sum } from './rejections.ts';
import { linkEarlier, type ToLink } from './store.ts';

export type ReportSource = ReportsTable['source'];

export type BlockToLog = {
  provider: Pick<Provider, 'key' | 'name'>;
  networks: Network[];
  rejections: SeenRejection[];
  reason: Reason | null;
  title?: string | undefined;
  note?: string | undefined;
  severity?: Severity | undefined;
  /** When it was logged; left out: now. */
  at?: Date | undefined;
};

const SOURCE_WORDS: Record<ReportSource, string> = {
  page: 'what was pasted',
  api: 'the API',
  'command-line': 'the command line',
  log: 'the log',
  check: 'a look at the lists',
};

/** Keeps what came in, byte for byte. */
export async function keepReport(
  trx: Trx,
  report: { raw: Buffer; source: ReportSource; fileName: string },
): Promise<number> {
  const row = await trx
    .insertInto('reports')
    .values({
      raw: report.raw,
      sha256: createHash('sha256').update(report.raw).digest(),
      byte_length: report.raw.length,
      source: report.source,
      file_name: report.fileName.slice(0, 300),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

/** Of a report on more addresses than this, the whole provider waits: each lock takes room that all sessions share. */
const MOST_LOCKS = 16;

/**
 * Holds off, until the end of the transaction, whoever else logs a block of this provider and one of these addresses:
 * two reports of one block at a time must not make two incidents. Blocks of other addresses go on beside it.
 */
export async function lockBlock(trx: Trx, provider: string, networks: Network[]): Promise<void> {
  const whole = `incident ${provider}`;
  if (networks.length > MOST_LOCKS) {
    await sql`select pg_advisory_xact_lock(hashtext(${whole}))`.execute(trx);
    return;
  }
  const names = networks.map(({ cidr }) => `${whole} ${cidr}`);
  // In one order everywhere, so that no two wait for each other.
  await sql`
    with shared as materialized (select pg_advisory_xact_lock_shared(hashtext(${whole})))
    select pg_advisory_xact_lock(key) from shared
    cross join (select distinct hashtext(name) as key from unnest(${names}::text[]) as name order by 1) keys`.execute(
    trx,
  );
}

/** The newest incident of this provider and one of these addresses that is not closed. */
export async function findOpenIncident(
  db: Db | Trx,
  provider: string,
  networks: Network[],
): Promise<number | undefined> {
  if (networks.length === 0) return undefined;
  const row = await db
    .selectFrom('incidents as i')
    .innerJoin('incident_addresses as ia', 'ia.incident_number', 'i.number')
    .innerJoin('addresses as a', 'a.id', 'ia.address_id')
    .select('i.number')
    .where('i.provider', '=', provider)
    .where('i.state', '!=', 'closed')
    .where('a.network', '=', sql<string>`any(${sql.val(networks.map((network) => network.cidr))}::cidr[])`)
    .orderBy('i.number', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.number;
}

/** The last incident of each of these addresses, and those that the same provider has open now; each once. */
async function relatedTo(trx: Trx, provider: string, addressIds: number[]): Promise<ToLink[]> {
  const { rows } = await sql<ToLink>`
    (select i.number, i.title, 'same-address' as kind
      from unnest(${addressIds}::integer[]) as id
      cross join lateral (
        select incident_number as number from incident_addresses where address_id = id
        order by incident_number desc limit 1) before
      join incidents i on i.number = before.number and i.merged_into is null
      limit 10)
    union all
    (select number, title, 'same-provider' from incidents where provider = ${provider} and state <> 'closed' and merged_into is null
      order by number desc limit 5)`.execute(trx);
  return [...new Map(rows.toReversed().map((row) => [row.number, row])).values()].reverse();
}

type NewIncident = Insertable<Database['incidents']>;

/** The incident with what belongs to it from its first moment, in one statement. */
async function insertIncident(
  trx: Trx,
  row: NewIncident,
  { addressIds, reportId }: { addressIds: number[]; reportId: number },
): Promise<number> {
  const { number } = await trx
    .with('made', (db) => db.insertInto('incidents').values(row).returning('number'))
    .with('with_addresses', (db) =>
      db
        .insertInto('incident_addresses')
        .columns(['incident_number', 'address_id'])
        .expression(
          db
            .selectFrom('made')
            .select(['number', sql<number>`unnest(${addressIds}::integer[])`.as('address_id')]),
        ),
    )
    .with('with_report', (db) =>
      db
        .insertInto('incident_reports')
        .columns(['incident_number', 'report_id'])
        .expression(
          db.selectFrom('made').select(['number', sql<number>`${reportId}::bigint`.as('report_id')]),
        ),
    )
    .selectFrom('made')
    .select('number')
    .executeTakeFirstOrThrow();
  return number;
}

/** Logs a new incident from a kept report. Returns its number. */
export async function logIncident(
  trx: Trx,
  actor: Actor,
  block: BlockToLog,
  report: { id: number; source: ReportSource },
): Promise<number> {
  const addressIds = await ensureAddresses(trx, block.networks);
  const addresses = block.networks.map((network) => network.text);
  const { first, last } = span(block.rejections);
  const now = block.at ?? new Date();
  const title = (block.title?.trim() || incidentTitle(block.provider.name, addresses)).slice(0, 300);
  const related = await relatedTo(trx, block.provider.key, addressIds);
  const row = {
    title,
    provider: block.provider.key,
    state: 'open' as const,
    reason: block.reason,
    ...(block.severity ? { severity: block.severity } : {}),
    block_codes: known(block.rejections.map((one) => one.blockCode))
      .map((code) => code.toUpperCase())
      .slice(0, 50),
    recipient_domains: known(block.rejections.map((one) => one.recipientDomain)).slice(0, 200),
    rejection_count: sum(block.rejections),
    first_rejection_at: first,
    last_rejection_at: last,
    opened_at: now,
    state_since: now,
  };
  const number = await insertIncident(trx, row, { addressIds, reportId: report.id });
  await keepRejections(trx, number, report.id, block.rejections);
  const links = await linkEarlier(trx, actor, { number, title }, related);
  await appendAll(trx, [
    ...rejectionEntries(actor, number, report.id, block.rejections, true),
    {
      incident: number,
      kind: 'incident-logged',
      actor,
      occurredAt: now,
      reportId: report.id,
      detail: { provider: block.provider.name, addresses, source: SOURCE_WORDS[report.source] },
    },
    // Without a time they would stand where the transaction began, before what they follow from.
    ...(block.note?.trim()
      ? [{ ...(await noteEntry(trx, actor, number, block.note)), occurredAt: now }]
      : []),
    ...links.map((entry) => ({ ...entry, occurredAt: now })),
  ]);
  await askForCheck(trx, {
    incident: number,
    networks: block.networks.map((network) => network.cidr),
    askedBy: actor.name,
  });
  return number;
}
