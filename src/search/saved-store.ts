import type { Db, Trx } from '../database/open.ts';
import type { SavedSearchRow } from '../database/tables.ts';
import { unlessTaken } from '../database/taken.ts';
import { invalid, notFound, Problem } from '../problem.ts';
import { reaches, type Viewer } from '../web/access.ts';
import type { Sort } from './search.ts';

type NewSaved = { name: string; query: string; sort: Sort; shared: boolean };

/** Own ones and shared ones: more are not listed. */
const MOST_LISTED = 200;
const MOST_OWN = 100;

const seen = (db: Db | Trx, viewer: Viewer) =>
  db
    .selectFrom('saved_searches')
    .selectAll()
    .where((eb) => eb.or([eb('shared', '=', true), eb('owner_id', '=', viewer.userId ?? 0)]));

/** Saved searches that a person sees, by name. */
export const listSaved = (db: Db, viewer: Viewer): Promise<SavedSearchRow[]> =>
  seen(db, viewer)
    .orderBy((eb) => eb.fn('lower', ['name']))
    .orderBy('id')
    .limit(MOST_LISTED)
    .execute();

export async function getSaved(db: Db | Trx, viewer: Viewer, id: number): Promise<SavedSearchRow> {
  const row = await seen(db, viewer).where('id', '=', id).executeTakeFirst();
  // Whether somebody else has one of that number is nobody's business.
  if (!row) throw notFound('such view');
  return row;
}

/** Whose it is may change it, and an administrator what is shared. */
export const mayChange = (row: SavedSearchRow, viewer: Viewer): boolean =>
  (row.owner_id !== null && row.owner_id === viewer.userId) ||
  (row.shared && reaches(viewer.role, row.owner_id === null ? 'operator' : 'admin'));

function checked({ name, query, sort, shared }: NewSaved, viewer: Viewer): NewSaved {
  const kept = { name: name.trim(), query: query.trim(), sort, shared };
  if (!kept.name) throw invalid('name', 'Give it a name.');
  if (!kept.query) throw invalid('query', 'Search for something first.');
  if (shared && !reaches(viewer.role, 'operator'))
    throw invalid('shared', 'To share it needs the role operator; keep it for yourself.');
  return kept;
}

const uniquely = <T>(name: string, write: () => Promise<T>): Promise<T> =>
  unlessTaken(
    'saved_searches_name_key',
    () => invalid('name', `There is a view called “${name}” already.`),
    write,
  );

/** Keeps a search under a name. What no person saves is shared. */
export async function saveSearch(trx: Trx, viewer: Viewer, given: NewSaved): Promise<number> {
  const kept = checked(given, viewer);
  const { n } = await trx
    .selectFrom('saved_searches')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('owner_id', 'is not distinct from', viewer.userId)
    .executeTakeFirstOrThrow();
  if (n >= MOST_OWN) throw invalid('name', `${MOST_OWN} views are the most; delete one first.`);
  const row = await uniquely(kept.name, () =>
    trx
      .insertInto('saved_searches')
      .values({
        ...kept,
        shared: kept.shared || viewer.userId === null,
        owner_id: viewer.userId,
        created_by_name: viewer.name,
      })
      .returning('id')
      .executeTakeFirstOrThrow(),
  );
  return row.id;
}

async function mine(trx: Trx, viewer: Viewer, id: number): Promise<SavedSearchRow> {
  const row = await getSaved(trx, viewer, id);
  if (!mayChange(row, viewer))
    throw new Problem(
      'not-allowed',
      `“${row.name}” is ${row.created_by_name}’s; save it as one of your own.`,
    );
  return row;
}

/** Changes a view. Throws `changed-meanwhile` when somebody changed it since it was read. */
export async function changeSaved(
  trx: Trx,
  viewer: Viewer,
  id: number,
  version: number | undefined,
  change: Partial<NewSaved>,
): Promise<void> {
  const row = await mine(trx, viewer, id);
  const kept = checked({ ...row, ...change }, viewer);
  const changed = await uniquely(kept.name, () =>
    trx
      .updateTable('saved_searches')
      .set({ ...kept, shared: kept.shared || row.owner_id === null, version: row.version + 1 })
      .where('id', '=', id)
      .where('version', '=', version ?? row.version)
      .executeTakeFirst(),
  );
  if (changed.numUpdatedRows === 0n)
    throw new Problem('changed-meanwhile', 'Somebody changed this view since you opened it.');
}

export async function deleteSaved(trx: Trx, viewer: Viewer, id: number): Promise<void> {
  await mine(trx, viewer, id);
  await trx.deleteFrom('saved_searches').where('id', '=', id).execute();
}
