import type { Selectable } from 'kysely';
import { sql } from 'kysely';
import { note } from '../../audit/note.ts';
import { json } from '../../database/json.ts';
import type { Db, Trx } from '../../database/open.ts';
import { cutPage } from '../../database/page.ts';
import type { LetterTemplateVersionsTable } from '../../database/tables.ts';
import { notFound, Problem } from '../../problem.ts';
import type { Actor } from '../../web/access.ts';
import type { TemplateText } from './template-text.ts';

export type VersionRow = Selectable<LetterTemplateVersionsTable>;
type Named = { key: string; language: string };

/** The text of a version; null: it goes back to what is built in. */
export const textOfVersion = ({ title, fits_when: when, subject, body }: VersionRow): TemplateText | null =>
  title === null || when === null || subject === null || body === null
    ? null
    : { title, when, subject, body };

/** The newest version of all: as long as it stays the same, nobody changed a template. 0: nobody ever did. */
export async function newestVersionId(db: Db | Trx): Promise<number> {
  const { id } = await db
    .selectFrom('letter_template_versions')
    .select((eb) => eb.fn.max('id').as('id'))
    .executeTakeFirstOrThrow();
  return id ?? 0;
}

/** The newest version of each template that was changed after that one. */
export const newestVersionsAfter = (db: Db | Trx, id: number): Promise<VersionRow[]> =>
  db
    .selectFrom('letter_template_versions')
    .selectAll()
    .distinctOn(['template', 'language'])
    .where('id', '>', id)
    .orderBy('template')
    .orderBy('language')
    .orderBy('version', 'desc')
    .execute();

const versionsOf = (db: Db | Trx, { key, language }: Named) =>
  db
    .selectFrom('letter_template_versions')
    .selectAll()
    .where('template', '=', key)
    .where('language', '=', language);

export const findVersion = (db: Db | Trx, named: Named, version: number): Promise<VersionRow | undefined> =>
  versionsOf(db, named).where('version', '=', version).executeTakeFirst();

export async function getVersion(db: Db | Trx, named: Named, version: number): Promise<VersionRow> {
  const row = await findVersion(db, named, version);
  if (!row) throw notFound(`version ${version} of this template`);
  return row;
}

/** Versions, the newest first, below a version. */
export async function listVersions(
  db: Db | Trx,
  named: Named,
  { limit, below }: { limit: number; below?: number | undefined },
): Promise<{ items: VersionRow[]; next: number | null }> {
  const rows = await versionsOf(db, named)
    .$if(below !== undefined, (query) => query.where('version', '<', below ?? 0))
    .orderBy('version', 'desc')
    .limit(limit + 1)
    .execute();
  return cutPage(rows, limit, ({ version }) => version);
}

/**
 * Adds a version, whose text was checked; without one, it goes back to what is built in. `since` is the version that
 * the person began with, 0 for none. Throws `changed-meanwhile` when it is no longer the newest.
 */
export async function addVersion(
  trx: Trx,
  actor: Actor,
  named: Named,
  given: {
    since: number;
    text: (TemplateText & { claims: string[] }) | null;
    builtIn: TemplateText | null;
    note: string;
  },
): Promise<number> {
  // Versions become visible in the order of their ids, so that whoever saw one has missed none before it.
  await sql`lock table letter_template_versions in share row exclusive mode`.execute(trx);
  const newest = await versionsOf(trx, named).orderBy('version', 'desc').limit(1).executeTakeFirst();
  if ((newest?.version ?? 0) !== given.since) {
    throw new Problem(
      'changed-meanwhile',
      `${newest?.by_name ?? 'Somebody'} saved version ${newest?.version} of this template since you opened it. Your text is still below; save again to put it over theirs.`,
      { facts: { version: newest?.version ?? 0 } },
    );
  }
  const version = given.since + 1;
  const { text } = given;
  await trx
    .insertInto('letter_template_versions')
    .values({
      template: named.key,
      language: named.language,
      version,
      title: text?.title ?? null,
      fits_when: text?.when ?? null,
      subject: text?.subject ?? null,
      body: text?.body ?? null,
      claims: text ? json(text.claims) : null,
      built_in: given.builtIn ? json(given.builtIn) : null,
      note: given.note,
      by_name: actor.name,
    })
    .execute();
  await note(trx, actor, 'template-changed', {
    subject: `${named.key} (${named.language})`,
    detail: { what: text ? `saved version ${version} of` : 'took back what was changed in', version },
  });
  return version;
}
