import { sql } from 'kysely';
import type { Db, Trx } from '../database/open.ts';
import { lockIncident } from '../incidents/store.ts';
import { invalid } from '../problem.ts';
import { append } from '../timeline/store.ts';
import type { Actor } from '../web/access.ts';
import { TAGS_PER_INCIDENT } from './tag.ts';

/** The tags of several incidents by name, in one query. */
export async function tagsOf(db: Db | Trx, numbers: number[]): Promise<Map<number, string[]>> {
  const found = new Map<number, string[]>(numbers.map((number) => [number, []]));
  if (numbers.length === 0) return found;
  const rows = await db
    .selectFrom('incident_tags as it')
    .innerJoin('tags as t', 't.id', 'it.tag_id')
    .select(['it.incident_number', 't.name'])
    .where('it.incident_number', 'in', numbers)
    .orderBy('t.name')
    .execute();
  for (const row of rows) found.get(row.incident_number)?.push(row.name);
  return found;
}

/** Ids of these names; those not known yet become tags. */
async function ensureTags(trx: Trx, names: string[]): Promise<{ id: number; name: string }[]> {
  if (names.length === 0) return [];
  // In one order, so that two requests never wait for each other.
  const sorted = names.toSorted();
  await trx
    .insertInto('tags')
    .values(sorted.map((name) => ({ name })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  // Locked, so that none of them is deleted before it is used.
  return trx
    .selectFrom('tags')
    .select(['id', 'name'])
    .where('name', 'in', sorted)
    .orderBy('name')
    .forKeyShare()
    .execute();
}

async function addTags(trx: Trx, number: number, names: string[]): Promise<string[]> {
  const tags = await ensureTags(trx, names);
  if (tags.length === 0) return [];
  const added = await trx
    .insertInto('incident_tags')
    .values(tags.map((tag) => ({ incident_number: number, tag_id: tag.id })))
    .onConflict((conflict) => conflict.doNothing())
    .returning('tag_id')
    .execute();
  const ids = new Set(added.map((row) => row.tag_id));
  return tags.filter((tag) => ids.has(tag.id)).map((tag) => tag.name);
}

async function removeTags(trx: Trx, number: number, names: string[]): Promise<string[]> {
  if (names.length === 0) return [];
  const removed = await trx
    .deleteFrom('incident_tags')
    .using('tags')
    .whereRef('tags.id', '=', 'incident_tags.tag_id')
    .where('incident_tags.incident_number', '=', number)
    .where('tags.name', 'in', names)
    .returning('tags.name')
    .execute();
  return removed.map((row) => row.name).toSorted();
}

/** Names, as `tagName` gives them, to add to an incident and to take from it. */
type TagChange = { add?: string[]; remove?: string[] };

/** Changes an incident's tags. Says what changed; what was so already is no change and no entry. */
export async function changeTags(
  trx: Trx,
  actor: Actor,
  number: number,
  { add = [], remove = [] }: TagChange,
): Promise<{ added: string[]; removed: string[] }> {
  await lockIncident(trx, number);
  const removed = await removeTags(trx, number, remove);
  const added = await addTags(trx, number, add);
  const has = (await tagsOf(trx, [number])).get(number) ?? [];
  if (added.length > 0 && has.length > TAGS_PER_INCIDENT)
    throw invalid(
      'tags',
      `An incident takes ${TAGS_PER_INCIDENT} tags; #${number} would have ${has.length}.`,
    );
  if (added.length + removed.length > 0) {
    await trx
      .updateTable('incidents')
      .set({ updated_at: sql<Date>`now()` })
      .where('number', '=', number)
      .execute();
    await append(trx, { incident: number, kind: 'incident-tagged', actor, detail: { added, removed } });
  }
  return { added, removed };
}

/** Numbers of the incidents that have a tag, for lists. */
export const numbersTagged = (db: Db, name: string) =>
  db
    .selectFrom('incident_tags as it')
    .innerJoin('tags as t', 't.id', 'it.tag_id')
    .select('it.incident_number')
    .where('t.name', '=', name);

/** The first names in their order, for completion. */
export async function tagChoices(db: Db, limit = 300): Promise<string[]> {
  const rows = await db.selectFrom('tags').select('name').orderBy('name').limit(limit).execute();
  return rows.map((row) => row.name);
}
