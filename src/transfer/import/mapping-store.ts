import { json } from '../../database/json.ts';
import type { Db, Trx } from '../../database/open.ts';
import type { ImportRow } from '../../database/tables.ts';
import { Problem } from '../../problem.ts';
import type { Mapping } from './mapping.ts';
import { sourceOfTracker } from './mapping-form.ts';
import { lockImport } from './queue.ts';

/** A table whose columns are being told: what was said so far, and what becomes of it. */

const tooLate = () => new Problem('changed-meanwhile', 'This file is being brought in already.');

async function lockMapping(trx: Trx, id: number): Promise<ImportRow> {
  const row = await lockImport(trx, id);
  if (row.state !== 'mapping') throw tooLate();
  return row;
}

/** Throws `changed-meanwhile` once it is being brought in, as all of these do. */
export async function keepMapping(db: Db, row: ImportRow, mapping: Mapping): Promise<void> {
  const kept = await db
    .updateTable('imports')
    .set({ options: json({ ...row.options, mapping }) })
    .where('id', '=', row.id)
    .where('state', '=', 'mapping')
    .executeTakeFirst();
  if (kept.numUpdatedRows === 0n) throw tooLate();
}

/** Gives it its turn, with so many rows. */
export async function startImport(trx: Trx, id: number, mapping: Mapping, rows: number): Promise<void> {
  const { options } = await lockMapping(trx, id);
  await trx
    .updateTable('imports')
    .set({
      state: 'waiting',
      source: sourceOfTracker(mapping.tracker),
      options: json({ ...options, mapping }),
      total: rows,
    })
    .where('id', '=', id)
    .execute();
}

export async function removeImport(trx: Trx, id: number): Promise<void> {
  await lockMapping(trx, id);
  await trx.deleteFrom('import_pieces').where('import_id', '=', id).execute();
  await trx.deleteFrom('imports').where('id', '=', id).execute();
}

/** Incidents of that tracker which were brought in before, by their ids there. */
export async function knownIncidents(db: Db, { tracker }: Mapping): Promise<Set<string>> {
  const before = await db
    .selectFrom('import_records')
    .select('source_id')
    .where('source', '=', sourceOfTracker(tracker))
    .where('kind', '=', 'incidents')
    .execute();
  return new Set(before.map(({ source_id: id }) => id));
}
