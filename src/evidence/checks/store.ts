import { sql } from 'kysely';
import { firstFree, leaseFor } from '../../database/lease.ts';
import type { Db, Trx } from '../../database/open.ts';
import type { CheckRow } from '../../database/tables.ts';
import { lockIncident } from '../../incidents/store.ts';
import { append } from '../../timeline/store.ts';
import { SYSTEM } from '../../web/access.ts';

export type CheckResult = { title: string; outcome: 'good' | 'bad' | 'note' | 'unknown'; summary: string };

/** So many addresses are looked at by one check; of a report that names more, the first. */
const MOST_NETWORKS = 1000;

/** Asks for a look at all that is known to concern these networks. Who commits it may forget about it. */
export async function askForCheck(
  trx: Trx,
  check: { incident: number | null; networks: string[]; kinds?: string[] | undefined; askedBy: string },
): Promise<number> {
  const { id } = await trx
    .insertInto('checks')
    .values({
      incident_number: check.incident,
      networks: check.networks.slice(0, MOST_NETWORKS),
      kinds: check.kinds ?? null,
      asked_by_name: check.askedBy,
      lease_until: null,
      finished_at: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

const LEASE = leaseFor(30);

/** Checks of incidents, for which somebody waits, and those of the schedule: neither holds up the other. */
export type Turn = 'incidents' | 'schedule';

/** Takes the check that waits longest; undefined: none waits. Any number of processes may ask at a time. */
export async function takeCheck(db: Db, turn: Turn): Promise<CheckRow | undefined> {
  return db
    .updateTable('checks')
    .set({ lease_until: LEASE })
    .where('id', '=', (eb) =>
      firstFree(
        eb
          .selectFrom('checks as waiting')
          .select('waiting.id')
          .where('waiting.finished_at', 'is', null)
          .where('waiting.incident_number', turn === 'incidents' ? 'is not' : 'is', null),
      ),
    )
    .returningAll()
    .executeTakeFirst();
}

/** Says how far a check is, and keeps it. */
export const keepCheck = (db: Db, id: number, parts: number, done: number) =>
  db
    .updateTable('checks')
    .set({ lease_until: LEASE, parts, parts_done: done })
    .where('id', '=', id)
    .where('finished_at', 'is', null)
    .execute();

/** For a process that is alone at its database: whoever held a lease before it is gone. */
export const endLeases = (db: Db) =>
  db.updateTable('checks').set({ lease_until: null }).where('finished_at', 'is', null).execute();

/** Gives a check back that could not be finished. */
export const letGo = (db: Db, id: number) =>
  db.updateTable('checks').set({ lease_until: null }).where('id', '=', id).execute();

/** Ends a check, and tells its incident what was found. Who comes second changes nothing. */
export async function finishCheck(
  db: Db,
  check: Pick<CheckRow, 'id' | 'incident_number'>,
  results: CheckResult[],
  at: Date,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    if (check.incident_number !== null) await lockIncident(trx, check.incident_number);
    const { numUpdatedRows } = await trx
      .updateTable('checks')
      .set({ finished_at: at, parts_done: sql<number>`parts` })
      .where('id', '=', check.id)
      .where('finished_at', 'is', null)
      .executeTakeFirst();
    if (numUpdatedRows === 0n || check.incident_number === null || results.length === 0) return;
    await append(trx, {
      incident: check.incident_number,
      kind: 'evidence-checked',
      actor: SYSTEM,
      occurredAt: at,
      detail: { results },
    });
  });
}

/** A check of the schedule says nothing that its snapshots do not. */
export const forgetOldChecks = (db: Db) =>
  db
    .deleteFrom('checks')
    .where('incident_number', 'is', null)
    .where('finished_at', '<', sql<Date>`now() - interval '40 days'`)
    .execute();

export type CheckProgress = Pick<
  CheckRow,
  'id' | 'asked_at' | 'asked_by_name' | 'parts' | 'parts_done' | 'finished_at'
>;

/** The newest check of an incident. */
export const lastCheck = (db: Db | Trx, incident: number): Promise<CheckProgress | undefined> =>
  db
    .selectFrom('checks')
    .select(['id', 'asked_at', 'asked_by_name', 'parts', 'parts_done', 'finished_at'])
    .where('incident_number', '=', incident)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
