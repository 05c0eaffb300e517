import { createHash } from 'node:crypto';
import { type Insertable, sql } from 'kysely';
import type { Network } from '../addresses/address.ts';
import { networkText } from '../addresses/address.ts';
import { ensureAddresses } from '../addresses/store.ts';
import type { ParsedReport } from '../bounces/parse-report.ts';
import type { Db, Trx } from '../database/open.ts';
import type { Database, IncidentRow, ReportsTable, Severity } from '../database/tables.ts';
import { askForCheck } from '../evidence/checks.ts';
import { Problem } from '../problem.ts';
import type { Provider, Reason } from '../providers/schema.ts';
import { type AnyNewEntry, addNote, append, appendAll, noteEntry } from '../timeline/store.ts';
import type { Actor } from '../web/access.ts';
import { incidentTitle } from './incidents.ts';
import { isLifted } from './state.ts';
import { addressesOf, linkEarlier, lockIncident, moveState, type ToLink, writeIncident } from './store.ts';

export type ReportSource = ReportsTable['source'];
export type SeenRejection = ParsedReport['rejections'][number];

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

/** A rejection is one entry of the timeline; of a long log the first of each kind are, and the rest stand in its report. */
const ENTRIES_PER_REPORT = 12;

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

const codesOf = (one: SeenRejection) =>
  [one.replyCode, one.enhancedCode, one.blockCode].filter(Boolean).join(' ');
const timeOf = (text: string | null) => (text ? new Date(text) : null);
const known = <T>(values: (T | null)[]): T[] => [...new Set(values.filter((value) => value !== null))];

function span(rejections: SeenRejection[]): { first: Date | null; last: Date | null } {
  const times = rejections
    .flatMap((one) => [timeOf(one.at), timeOf(one.lastAt)])
    .filter((at) => at !== null)
    .map(Number);
  if (times.length === 0) return { first: null, last: null };
  // No spread: a report may hold more times than a call takes arguments.
  const earliest = times.reduce((a, b) => Math.min(a, b));
  const latest = times.reduce((a, b) => Math.max(a, b));
  return { first: new Date(earliest), last: new Date(latest) };
}

const sum = (rejections: SeenRejection[]) => rejections.reduce((total, one) => total + one.seen, 0);

/** A statement takes 65,535 parameters, and a row has twenty. */
const ROWS_AT_ONCE = 1000;

async function keepRejections(
  trx: Trx,
  number: number,
  reportId: number,
  rejections: SeenRejection[],
): Promise<void> {
  const rows = rejections.map((one) => ({
    incident_number: number,
    report_id: reportId,
    line: one.line,
    provider: one.provider,
    rule: one.rule,
    ip: one.ip,
    reply_code: one.replyCode,
    enhanced_code: one.enhancedCode,
    block_code: one.blockCode,
    reason: one.reason,
    temporary: one.temporary,
    recipient: one.recipient,
    recipient_domain: one.recipientDomain,
    mx: one.mx,
    list_name: one.listName,
    list_owner: one.listOwner,
    occurred_at: timeOf(one.at),
    occurred_at_guessed: one.atGuessed,
    seen: one.seen,
    text: one.text.replaceAll('\0', '\u{fffd}').slice(0, 8000),
  }));
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE)
    await trx
      .insertInto('rejections')
      .values(rows.slice(from, from + ROWS_AT_ONCE))
      .execute();
}

function rejectionEntries(
  actor: Actor,
  number: number,
  reportId: number,
  rejections: SeenRejection[],
  isFirst: boolean,
): AnyNewEntry[] {
  const ordered = [...rejections].sort((a, b) => (a.at ?? '').localeCompare(b.at ?? ''));
  return ordered.slice(0, ENTRIES_PER_REPORT).map((one, index) => ({
    incident: number,
    kind: 'rejection-recorded',
    actor,
    reportId,
    ...(one.at ? { occurredAt: new Date(one.at) } : {}),
    detail: {
      text: one.text.replaceAll('\0', '\u{fffd}').slice(0, 4000),
      codes: codesOf(one),
      recipientDomain: one.recipientDomain,
      mx: one.mx,
      seen: one.seen,
      first: isFirst && index === 0,
    },
  }));
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

function widened(row: IncidentRow, block: BlockToLog) {
  const { first, last } = span(block.rejections);
  const earliest = (a: Date | null, b: Date | null) => (a && b ? (a < b ? a : b) : (a ?? b));
  const latest = (a: Date | null, b: Date | null) => (a && b ? (a > b ? a : b) : (a ?? b));
  return {
    block_codes: known([
      ...row.block_codes,
      ...block.rejections.map((one) => one.blockCode?.toUpperCase() ?? null),
    ]).slice(0, 50),
    recipient_domains: known([
      ...row.recipient_domains,
      ...block.rejections.map((one) => one.recipientDomain),
    ]).slice(0, 200),
    rejection_count: row.rejection_count + sum(block.rejections),
    first_rejection_at: earliest(row.first_rejection_at, first),
    last_rejection_at: latest(row.last_rejection_at, last),
    reason: row.reason ?? block.reason,
  };
}

/** A rejection from after the block was over. One without a time counts as new: it was pasted just now. */
function isAfterLifting(row: IncidentRow, rejections: SeenRejection[]): boolean {
  const lifted = row.closed_at ?? row.recovered_at ?? row.mitigated_at;
  return lifted !== null && rejections.some((one) => !one.at || new Date(one.lastAt ?? one.at) > lifted);
}

/** Adds a report to an incident; a rejection after the block was lifted opens it again, as a relapse. */
export async function appendReport(
  trx: Trx,
  actor: Actor,
  number: number,
  block: BlockToLog,
  report: { id: number; fileName: string; byteLength: number },
): Promise<void> {
  const row = await lockIncident(trx, number);
  if (row.state === 'closed')
    throw new Problem('incident-closed', `Incident #${number} is closed; log a new one.`);
  const addressIds = await ensureAddresses(trx, block.networks);
  await sql`
    insert into incident_addresses (incident_number, address_id)
    select ${number}::integer, unnest(${addressIds}::integer[]) on conflict do nothing`.execute(trx);
  await trx
    .insertInto('incident_reports')
    .values({ incident_number: number, report_id: report.id })
    .execute();
  await keepRejections(trx, number, report.id, block.rejections);
  await writeIncident(trx, number, widened(row, block));
  await appendAll(trx, [
    {
      incident: number,
      kind: 'report-added',
      actor,
      reportId: report.id,
      detail: {
        rejections: block.rejections.length,
        seen: sum(block.rejections),
        fileName: report.fileName,
        byteLength: report.byteLength,
      },
    },
    ...rejectionEntries(actor, number, report.id, block.rejections, false),
  ]);
  if (block.note?.trim()) await addNote(trx, actor, number, block.note);
  if (isLifted(row.state) && isAfterLifting(row, block.rejections))
    await recordRelapse(trx, actor, row, new Date());
}

/** Mail is refused again after the block was lifted: the incident is open again. */
export async function recordRelapse(trx: Trx, actor: Actor, row: IncidentRow, at: Date): Promise<void> {
  const relapses = row.relapses + 1;
  await writeIncident(trx, row.number, { relapses });
  await append(trx, {
    incident: row.number,
    kind: 'relapse-seen',
    actor,
    occurredAt: at,
    detail: { state: row.state, relapses },
  });
  await moveState(trx, actor, row, { kind: 'rejected-again' }, { reason: 'refused again', at });
}

/** The networks of an incident, as text, for a title or a letter. */
export async function addressTexts(db: Db | Trx, number: number): Promise<string[]> {
  return (await addressesOf(db, [number])).get(number)?.map(networkText) ?? [];
}
