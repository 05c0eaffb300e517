import { sql } from 'kysely';
import type { Network } from '../../addresses/address.ts';
import { ensureAddresses } from '../../addresses/store.ts';
import type { Trx } from '../../database/open.ts';
import type { IncidentRow } from '../../database/tables.ts';
import { askForCheck } from '../../evidence/checks/store.ts';
import { Problem } from '../../problem.ts';
import { addNote } from '../../timeline/notes.ts';
import { append, appendAll } from '../../timeline/store.ts';
import type { Actor } from '../../web/access.ts';
import { earlier, later } from '../incidents.ts';
import { moveState } from '../state-store.ts';
import { lockIncident, writeIncident } from '../store.ts';
import { endsBefore, ofThisBlock } from './end-before.ts';
import { holdsFrom } from './holds-from.ts';
import type { BlockToLog } from './log.ts';
import { partAfter, partsAt } from './parts.ts';
import {
  codesAndDomains,
  keepRejections,
  rejectionEntries,
  type SeenRejection,
  span,
  sum,
} from './rejections.ts';

function widened(row: IncidentRow, block: BlockToLog, own: SeenRejection[]) {
  const { first, last } = span(own);
  return {
    ...codesAndDomains(own, row),
    rejection_count: row.rejection_count + sum(own),
    first_rejection_at: earlier(row.first_rejection_at, first),
    last_rejection_at: later(row.last_rejection_at, last),
    reason: row.reason ?? block.reason,
  };
}

/** Those that are new to the incident are looked at, as those of a new one are. */
async function addAddresses(trx: Trx, actor: Actor, number: number, given: Network[]): Promise<void> {
  const ids = await ensureAddresses(trx, given);
  const { rows } = await sql<{ network: string }>`
    with added as (
      insert into incident_addresses (incident_number, address_id)
      select ${number}::integer, unnest(${ids}::integer[]) on conflict do nothing
      returning address_id)
    select a.network::text as network from added join addresses a on a.id = added.address_id
    order by a.network`.execute(trx);
  const networks = rows.map(({ network }) => network);
  if (networks.length > 0) await askForCheck(trx, { incident: number, networks, askedBy: actor.name });
}

/** Adds a report to an incident; a rejection from when the lifting should hold opens it again, as a relapse. */
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
  await addAddresses(trx, actor, number, block.networks);
  await trx
    .insertInto('incident_reports')
    .values({ incident_number: number, report_id: report.id })
    .execute();
  const cidrs = block.networks.map(({ cidr }) => cidr);
  const ends = await endsBefore(trx, cidrs, { number, provider: row.provider, openedAt: row.opened_at });
  const known = ofThisBlock(block.rejections, ends);
  const held = await holdsFrom(trx, row, block.provider);
  const isAgain = held !== null && known.some((one) => partAfter(one, held).length > 0);
  // What was refused before a relapse is of the block before.
  const own = held !== null && isAgain ? known.flatMap((one) => partsAt(one, held)) : known;
  await keepRejections(trx, number, report.id, own);
  await writeIncident(trx, number, widened(row, block, own));
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
    ...rejectionEntries(actor, number, report.id, own, false),
  ]);
  if (block.note?.trim()) await addNote(trx, actor, number, block.note);
  if (isAgain) await recordRelapse(trx, actor, row, new Date());
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
