import { type Insertable, sql } from 'kysely';
import type { Network } from '../../addresses/address.ts';
import { ensureAddresses } from '../../addresses/store.ts';
import { rowsOf } from '../../database/one-of.ts';
import type { Trx } from '../../database/open.ts';
import type { Database, Severity } from '../../database/tables.ts';
import { askForCheck } from '../../evidence/checks/store.ts';
import type { Provider, Reason } from '../../providers/schema.ts';
import { noteEntry } from '../../timeline/notes.ts';
import { appendAll } from '../../timeline/store.ts';
import type { Actor } from '../../web/access.ts';
import { incidentTitle } from '../incidents.ts';
import { linkEarlier, type ToLink } from '../links/store.ts';
import { endsBefore, ofThisBlock } from './end-before.ts';
import {
  codesAndDomains,
  keepRejections,
  rejectionEntries,
  type SeenRejection,
  span,
  sum,
} from './rejections.ts';
import type { ReportSource } from './reports.ts';

export type BlockToLog = {
  provider: Pick<Provider, 'key' | 'name'> & Partial<Pick<Provider, 'timing' | 'cases'>>;
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
  mail: 'a mail that came in',
};

/** The last incident of each of these addresses, and those that the same provider has open now; each once. */
async function relatedTo(trx: Trx, provider: string, addressIds: number[]): Promise<ToLink[]> {
  const { rows } = await sql<ToLink>`
    (select i.number, i.title, 'same-address' as kind
      from ${rowsOf(addressIds, 'integer')} as own (id)
      cross join lateral (
        select incident_number as number from incident_addresses where address_id = own.id
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
  const now = block.at ?? new Date();
  const cidrs = block.networks.map(({ cidr }) => cidr);
  const ends = await endsBefore(trx, cidrs, { provider: block.provider.key, openedAt: now });
  const own = ofThisBlock(block.rejections, ends);
  // Where all that has a time is older, a block is recorded afterwards.
  const rejections = own.some(({ at }) => at !== null) ? own : block.rejections;
  const { first, last } = span(rejections);
  const title = (block.title?.trim() || incidentTitle(block.provider.name, addresses)).slice(0, 300);
  const related = await relatedTo(trx, block.provider.key, addressIds);
  const row = {
    title,
    provider: block.provider.key,
    state: 'open' as const,
    reason: block.reason,
    ...(block.severity ? { severity: block.severity } : {}),
    ...codesAndDomains(rejections),
    rejection_count: sum(rejections),
    first_rejection_at: first,
    last_rejection_at: last,
    opened_at: now,
    state_since: now,
  };
  const number = await insertIncident(trx, row, { addressIds, reportId: report.id });
  await keepRejections(trx, number, report.id, rejections);
  const links = await linkEarlier(trx, actor, { number, title }, related);
  await appendAll(trx, [
    ...rejectionEntries(actor, number, report.id, rejections, true),
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
    networks: cidrs,
    askedBy: actor.name,
  });
  return number;
}
