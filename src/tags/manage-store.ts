import { sql } from 'kysely';
import { note } from '../audit/note.ts';
import type { Db, Trx } from '../database/open.ts';
import { cutPage } from '../database/page.ts';
import type { TagChangesTable } from '../database/tables.ts';
import { unlessTaken } from '../database/taken.ts';
import { invalid, notFound, Problem } from '../problem.ts';
import type { Actor } from '../web/access.ts';

/** Counting stops here: "1000 and more" says as much. */
export const COUNTED = 1000;

/** A page of tags by name, each with how many incidents have it, up to one more than {@link COUNTED}. */
export async function listTags(
  db: Db,
  { after, limit, beginning }: { after?: string | undefined; limit: number; beginning?: string | undefined },
) {
  let rows = db
    .selectFrom('tags as t')
    .select([
      't.id',
      't.name',
      sql<number>`(select count(*)::int from (
        select 1 from incident_tags it where it.tag_id = t.id limit ${sql.lit(COUNTED + 1)}) as counted)`.as(
        'incidents',
      ),
    ])
    .orderBy('t.name')
    .limit(limit + 1);
  if (after !== undefined) rows = rows.where('t.name', '>', after);
  if (beginning) rows = rows.where(sql<boolean>`starts_with(t.name, ${beginning})`);
  const found = await rows.execute();
  return cutPage(found, limit, ({ name }) => name);
}

/** The newest changes of tags themselves. */
export const recentTagChanges = (db: Db, limit = 20) =>
  db.selectFrom('tag_changes').selectAll().orderBy('id', 'desc').limit(limit).execute();

/** A tag, and the one that has a name, where there is one: held in the order of names, as whoever uses tags does. */
async function lockTags(trx: Trx, id: number, name: string) {
  const rows = await trx
    .selectFrom('tags')
    .select(['id', 'name'])
    .where((eb) => eb.or([eb('id', '=', id), eb('name', '=', name)]))
    .orderBy('name')
    .forUpdate()
    .execute();
  const tag = rows.find((row) => row.id === id);
  if (!tag) throw notFound('such tag');
  return { tag, named: rows.find((row) => row.name === name) };
}

async function lockTag(trx: Trx, id: number) {
  return trx
    .selectFrom('tags')
    .select(['id', 'name'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow(() => notFound('such tag'));
}

const keepChange = async (
  trx: Trx,
  actor: Actor,
  change: { kind: TagChangesTable['kind']; tag: string; became: string | null; incidents: number },
) => {
  await trx
    .insertInto('tag_changes')
    .values({ ...change, by_name: actor.name })
    .execute();
  const { kind: what, tag, became, incidents } = change;
  await note(trx, actor, 'tag-changed', {
    subject: became === null ? tag : `${tag} → ${became}`,
    detail: { what, incidents },
  });
};

async function countOf(trx: Trx, id: number): Promise<number> {
  const { n } = await trx
    .selectFrom('incident_tags')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('tag_id', '=', id)
    .executeTakeFirstOrThrow();
  return n;
}

const nameTaken = (was: string, name: string) =>
  new Problem('already-exists', `There is a tag ${name} already: merge ${was} into it instead.`, {
    fields: { name: 'Another tag has this name; merge the two instead.' },
  });

/** Gives a tag another name, as `tagName` gives it, wherever it stands. Throws `already-exists` when another has it. */
export async function renameTag(trx: Trx, actor: Actor, id: number, name: string): Promise<void> {
  const { tag } = await lockTags(trx, id, name);
  if (tag.name === name) return;
  await unlessTaken(
    'tags_name_key',
    () => nameTaken(tag.name, name),
    () => trx.updateTable('tags').set({ name }).where('id', '=', id).execute(),
  );
  await keepChange(trx, actor, {
    kind: 'renamed',
    tag: tag.name,
    became: name,
    incidents: await countOf(trx, id),
  });
}

/** Every incident that has the one has the other instead; the one is gone. */
export async function mergeTag(trx: Trx, actor: Actor, id: number, into: string): Promise<void> {
  const { tag, named: other } = await lockTags(trx, id, into);
  if (!other) throw invalid('into', `There is no tag ${into}.`);
  if (other.id === id) throw invalid('into', 'Choose another tag than itself.');
  const incidents = await countOf(trx, id);
  await trx
    .insertInto('incident_tags')
    .columns(['incident_number', 'tag_id'])
    .expression((eb) =>
      eb
        .selectFrom('incident_tags')
        .select(['incident_number', sql<number>`${other.id}::integer`.as('tag_id')])
        .where('tag_id', '=', id),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await dropTag(trx, id);
  await keepChange(trx, actor, { kind: 'merged', tag: tag.name, became: into, incidents });
}

async function dropTag(trx: Trx, id: number): Promise<void> {
  await trx.deleteFrom('incident_tags').where('tag_id', '=', id).execute();
  await trx.deleteFrom('tags').where('id', '=', id).execute();
}

/** Takes a tag from every incident. Their timelines still tell that they had it. */
export async function deleteTag(trx: Trx, actor: Actor, id: number): Promise<void> {
  const tag = await lockTag(trx, id);
  const incidents = await countOf(trx, id);
  await dropTag(trx, id);
  await keepChange(trx, actor, { kind: 'deleted', tag: tag.name, became: null, incidents });
}
