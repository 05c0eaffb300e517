import { json } from '../../database/json.ts';
import type { Db, Trx } from '../../database/open.ts';
import type { LeftOut } from '../../database/tables.ts';
import { invalid, notFound, Problem } from '../../problem.ts';
import { type Actor, reaches, type Viewer } from '../../web/access.ts';
import { type Asked, BULK_MAX, type Done, type World } from './action.ts';
import { DOING, inSavepoint } from './doing.ts';
import { wordsOf } from './words.ts';

/** How long an action can be undone. */
export const UNDO_MS = 10 * 60_000;

export type BulkResult = {
  id: number;
  words: string;
  changed: number[];
  left: LeftOut[];
  undoUntil: Date;
};

/** Fields whose fault is one incident's own: it has too many tags. */
const OF_ONE = ['tags'];

async function tryOne(trx: Trx, actor: Actor, number: number, asked: Asked, world: World): Promise<Done> {
  try {
    return await inSavepoint(trx, () => DOING[asked.action].run(trx, actor, number, asked, world));
  } catch (error) {
    // What is wrong with what was asked is wrong for all; what is wrong with one incident leaves the others.
    if (!(error instanceof Problem)) throw error;
    if (error.code === 'invalid' && !OF_ONE.some((field) => field in error.fields)) throw error;
    return error.message;
  }
}

/**
 * Does the same to several incidents, each with its own entries, all in one transaction; says which stay as they are,
 * and why. Throws `invalid` for more than {@link BULK_MAX}, for none, and for what would be wrong for all.
 */
export async function runBulk(
  trx: Trx,
  actor: Actor,
  given: number[],
  asked: Asked,
  world: World,
): Promise<BulkResult> {
  // In one order, so that two actions at once never wait for each other.
  const numbers = [...new Set(given)].sort((a, b) => a - b);
  if (numbers.length === 0) throw invalid('numbers', 'Select an incident first.');
  if (numbers.length > BULK_MAX) throw invalid('numbers', `At most ${BULK_MAX} incidents at a time.`);
  const changed: { number: number; before: unknown; after: unknown }[] = [];
  const left: LeftOut[] = [];
  for (const number of numbers) {
    const done = await tryOne(trx, actor, number, asked, world);
    if (typeof done === 'string') left.push({ number, why: done });
    else changed.push({ number, ...done });
  }
  const undoUntil = new Date(world.now.getTime() + UNDO_MS);
  const words = await wordsOf(trx, asked);
  const { id } = await trx
    .insertInto('bulk_changes')
    .values({
      action: asked.action,
      words,
      by_user_id: actor.userId,
      by_token_id: actor.tokenId,
      by_name: actor.name,
      undo_until: undoUntil,
      changed: json(changed),
      left_out: json(left),
      undone_at: null,
      kept: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { id, words, changed: changed.map((one) => one.number), left, undoUntil };
}

/** An action, for whoever did it and for administrators. Throws `not-found` for others. */
export async function getBulk(db: Db | Trx, viewer: Viewer, id: number) {
  const row = await db.selectFrom('bulk_changes').selectAll().where('id', '=', id).executeTakeFirst();
  const isTheirs = row && row.by_user_id === viewer.userId && row.by_token_id === viewer.tokenId;
  if (!row || !(isTheirs || reaches(viewer.role, 'admin'))) throw notFound('such action');
  return row;
}

export type UndoResult = { undone: number[]; kept: LeftOut[] };

/**
 * Takes an action back on every incident that is still as the action left it; says which are not, and why. Throws
 * `changed-meanwhile` when it was undone already or its time is over.
 */
export async function undoBulk(trx: Trx, viewer: Viewer, id: number, world: World): Promise<UndoResult> {
  await trx.selectFrom('bulk_changes').select('id').where('id', '=', id).forUpdate().execute();
  const row = await getBulk(trx, viewer, id);
  if (row.undone_at) throw new Problem('changed-meanwhile', 'This was undone already.');
  if (row.undo_until <= world.now)
    throw new Problem(
      'changed-meanwhile',
      'It is too late to undo this at once; change the incidents one by one.',
    );
  const actor = { userId: viewer.userId, tokenId: viewer.tokenId, name: viewer.name };
  const undone: number[] = [];
  const kept: LeftOut[] = [];
  for (const { number, before, after } of row.changed) {
    let why: string | undefined;
    try {
      why = await inSavepoint(trx, () =>
        DOING[row.action].back(trx, actor, number, { before, after }, world),
      );
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      why = error.message;
    }
    if (why === undefined) undone.push(number);
    else kept.push({ number, why });
  }
  await trx
    .updateTable('bulk_changes')
    .set({ undone_at: world.now, kept: json(kept) })
    .where('id', '=', id)
    .execute();
  return { undone, kept };
}
