import { sql } from 'kysely';
import type { Db, Trx } from '../../database/open.ts';
import { Problem } from '../../problem.ts';
import { within } from './insert.ts';
import { getImport, lockImport } from './queue.ts';

const INCIDENTS = 50;

/** Asks for an import to be undone; it is done in the background. Throws `invalid` where it cannot be. */
export async function askForUndo(trx: Trx, id: number, byName: string): Promise<void> {
  const row = await lockImport(trx, id);
  if (row.kind !== 'csv' || (row.state !== 'done' && row.state !== 'failed'))
    throw new Problem(
      'invalid',
      'Only what was brought in from a CSV file, and is at its end, can be undone.',
    );
  await trx
    .updateTable('imports')
    .set({ state: 'undoing', undone_by_name: byName, lease_until: null, place: 0 })
    .where('id', '=', id)
    .execute();
}

/** Whether the database refuses to let go of a row: something that came later belongs to it. */
const isHeld = (error: unknown) => /^(?:23503|DD00\d)$/.test(String((error as { code?: string }).code));

/** Nothing was added to the incident since, and nothing of it was changed. */
async function isUntouched(trx: Trx, id: number, number: number): Promise<boolean> {
  const { rows } = await sql`
    select 1 from incidents i where i.number = ${number} and i.version = 1
      and not exists (
        select 1 from timeline_entries e where e.incident_number = i.number and not exists (
          select 1 from import_records r
          where r.import_id = ${id} and r.kind = 'timeline-entries' and r.target_id = e.id::text))`.execute(
    trx,
  );
  return rows.length > 0;
}

async function takeBack(trx: Trx, number: number): Promise<void> {
  await trx.deleteFrom('timeline_entries').where('incident_number', '=', number).execute();
  await trx.deleteFrom('messages').where('incident_number', '=', number).execute();
  await trx.deleteFrom('tickets').where('incident_number', '=', number).execute();
  await trx.deleteFrom('outcome_backlog').where('incident_number', '=', number).execute();
  await trx.deleteFrom('step_judgements').where('incident_number', '=', number).execute();
  await trx.deleteFrom('incident_addresses').where('incident_number', '=', number).execute();
  await trx.deleteFrom('incidents').where('number', '=', number).execute();
}

/** True: it is gone. What belongs to it that the import did not bring keeps it. */
async function undoIncident(trx: Trx, id: number, number: number): Promise<boolean> {
  if (!(await isUntouched(trx, id, number))) return false;
  try {
    await within(trx, () => takeBack(trx, number));
    return true;
  } catch (error) {
    if (isHeld(error)) return false;
    throw error;
  }
}

/** Addresses that the import made, and nobody has used or described since. */
async function undoAddress(trx: Trx, addressId: number): Promise<void> {
  try {
    await within(trx, () =>
      trx.deleteFrom('addresses').where('id', '=', addressId).where('version', '=', 1).execute(),
    );
  } catch (error) {
    if (!isHeld(error)) throw error;
  }
}

const recordsOf = (trx: Trx, id: number, kind: string, after: string) =>
  trx
    .selectFrom('import_records')
    .select('target_id')
    .where('import_id', '=', id)
    .where('kind', '=', kind)
    .where('made', '=', true)
    .where('target_id', '>', after)
    .orderBy('target_id')
    .limit(INCIDENTS)
    .execute();

/**
 * Takes back the next incidents of an import, in one transaction. Those that somebody worked on since are kept, and
 * counted. When none is left, the addresses that only the import brought go too.
 */
export function runUndoBatch(db: Db, id: number): Promise<{ isDone: boolean }> {
  return db.transaction().execute(async (trx) => {
    const row = await lockImport(trx, id);
    if (row.state !== 'undoing') return { isDone: true };
    // The trigger that keeps timelines lets go of this import's entries alone.
    await sql`select set_config('desk.undoing_import', ${String(id)}, true)`.execute(trx);
    const undo = (row.options['undo'] ?? { after: '', gone: 0, kept: 0 }) as Undo;
    const incidents = await recordsOf(trx, id, 'incidents', undo.after);
    const gone: string[] = [];
    for (const { target_id } of incidents)
      if (await undoIncident(trx, id, Number(target_id))) gone.push(target_id);
    if (gone.length > 0) await forget(trx, id, 'incidents', gone);
    const isDone = incidents.length < INCIDENTS;
    if (isDone) await undoRest(trx, id);
    const now: Undo = {
      after: incidents.at(-1)?.target_id ?? undo.after,
      gone: undo.gone + gone.length,
      kept: undo.kept + incidents.length - gone.length,
    };
    await trx
      .updateTable('imports')
      .set({
        options: JSON.stringify({ ...row.options, undo: now }),
        ...(isDone
          ? { state: 'undone' as const, undone_at: sql<Date>`now()`, lease_until: null }
          : { lease_until: sql<Date>`now() + interval '1 minute'` }),
      })
      .where('id', '=', id)
      .execute();
    return { isDone };
  });
}
export type Undo = { after: string; gone: number; kept: number };

const forget = (trx: Trx, id: number, kind: string, targets: string[]) =>
  trx
    .deleteFrom('import_records')
    .where('import_id', '=', id)
    .where('kind', '=', kind)
    .where('target_id', 'in', targets)
    .execute();

/** Addresses, and what was written down of rows that are gone: the same file may be brought in again. */
async function undoRest(trx: Trx, id: number): Promise<void> {
  const addresses = await trx
    .selectFrom('import_records')
    .select('target_id')
    .where('import_id', '=', id)
    .where('kind', '=', 'addresses')
    .where('made', '=', true)
    .execute();
  for (const { target_id } of addresses) await undoAddress(trx, Number(target_id));
  for (const [kind, table, key] of [
    ['timeline-entries', 'timeline_entries', 'id'],
    ['messages', 'messages', 'id'],
    ['tickets', 'tickets', 'id'],
    ['addresses', 'addresses', 'id'],
  ] as const)
    await sql`delete from import_records r where r.import_id = ${id} and r.kind = ${kind} and not exists (
      select 1 from ${sql.table(table)} t where t.${sql.ref(key)}::text = r.target_id)`.execute(trx);
}

export const undoOf = async (db: Db, id: number): Promise<Undo | undefined> =>
  (await getImport(db, id)).options['undo'] as Undo | undefined;
