import { sql } from 'kysely';
import type { Trx } from '../../database/open.ts';
import type { Fitted } from './fit.ts';
import { keepBrought } from './records.ts';

/** Among the records of a source: which incident there was merged into which. Gone once both are here and joined. */
const WAITING = 'merged-into';

/**
 * Incidents come by their numbers, and one may be a part of another that comes later, in whichever batch: what it is a
 * part of is kept until both are here. What somebody reopened here meanwhile stays on its own.
 */
export async function joinParts(
  trx: Trx,
  { source, importId }: { source: string; importId: number },
  added: Fitted[],
): Promise<void> {
  const parts = added.filter(({ record }) => typeof record['mergedInto'] === 'number');
  await keepBrought(
    trx,
    { source, kind: WAITING, importId },
    parts.map(({ record }) => ({
      sourceId: record['number'],
      targetId: record['mergedInto'],
      made: true,
    })),
  );
  // Reports count a block once, as after a merge.
  await sql`
    with both_here as (
      select w.source_id, i.number, coalesce(s.merged_into, s.number) as survivor, i.state
      from import_records w
      join import_records part on part.source = w.source and part.kind = 'incidents' and part.source_id = w.source_id
      join import_records whole on whole.source = w.source and whole.kind = 'incidents' and whole.source_id = w.target_id
      join incidents i on i.number = part.target_id::integer
      join incidents s on s.number = whole.target_id::integer
      where w.source = ${source} and w.kind = ${WAITING}
    ), settled as (
      delete from import_records w using both_here b
      where w.source = ${source} and w.kind = ${WAITING} and w.source_id = b.source_id
    ), joined as (
      update incidents i set merged_into = b.survivor from both_here b
      where i.number = b.number and i.state = 'closed' and i.merged_into is null and b.survivor <> i.number
      returning i.number
    )
    delete from incident_times where number in (select number from joined)`.execute(trx);
}
