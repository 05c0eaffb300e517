import { sql } from 'kysely';
import { networkText } from '../addresses/address.ts';
import type { Db, Trx } from '../database/open.ts';
import type { IncidentChange, IncidentRow } from '../database/tables.ts';
import { notFound, Problem } from '../problem.ts';

/** Throws `incident-merged`, which leads to the survivor, for one that is a part of another. */
export function refuseMerged({
  number,
  merged_into: into,
}: Pick<IncidentRow, 'number' | 'merged_into'>): void {
  if (into !== null)
    throw new Problem('incident-merged', `#${number} was merged into #${into}.`, {
      facts: { mergedInto: into },
    });
}

const rowOf = (db: Db | Trx, number: number) =>
  db.selectFrom('incidents').selectAll().where('number', '=', number);

function found(row: IncidentRow | undefined, number: number): IncidentRow {
  if (!row) throw notFound(`incident #${number}`);
  refuseMerged(row);
  return row;
}

export const getIncident = async (db: Db | Trx, number: number): Promise<IncidentRow> =>
  found(await rowOf(db, number).executeTakeFirst(), number);

/**
 * The incident, locked until the transaction ends: two changes at once come one after the other. What only refers to it,
 * such as a link from another incident, waits for nobody.
 */
export const lockIncident = async (trx: Trx, number: number): Promise<IncidentRow> =>
  found(await rowOf(trx, number).forNoKeyUpdate().executeTakeFirst(), number);

/**
 * Several, by number: the one order of locks, so that nobody waits in a circle. First the turns of providers, by their
 * keys (`logging/open-incident.ts`); then the incidents, and of one that has parts, it before them; then what belongs
 * to an incident, such as its messages, letters and mails.
 */
export async function lockIncidents(trx: Trx, numbers: Iterable<number>): Promise<Map<number, IncidentRow>> {
  const rows = new Map<number, IncidentRow>();
  for (const number of [...new Set(numbers)].sort((a, b) => a - b))
    rows.set(number, await lockIncident(trx, number));
  return rows;
}

/** And nothing comes to refer to it meanwhile: for whoever moves all that does. */
export const lockWholeIncident = async (trx: Trx, number: number): Promise<IncidentRow> =>
  found(await rowOf(trx, number).forUpdate().executeTakeFirst(), number);

/** The addresses of several incidents, in one query. */
export async function addressesOf(db: Db | Trx, numbers: number[]): Promise<Map<number, string[]>> {
  const found = new Map<number, string[]>(numbers.map((number) => [number, []]));
  if (numbers.length === 0) return found;
  const rows = await db
    .selectFrom('incident_addresses as ia')
    .innerJoin('addresses as a', 'a.id', 'ia.address_id')
    .select(['ia.incident_number', 'a.network'])
    .where('ia.incident_number', 'in', numbers)
    .orderBy('a.network')
    .execute();
  for (const row of rows) found.get(row.incident_number)?.push(networkText(row.network));
  return found;
}

const stamp = sql<Date>`now()`;

/** Writes changes of an incident, with its version and time of change. */
export async function writeIncident(trx: Trx, number: number, change: IncidentChange): Promise<void> {
  await trx
    .updateTable('incidents')
    .set({ ...change, version: sql<number>`version + 1`, updated_at: stamp })
    .where('number', '=', number)
    .execute();
}
