import { asText } from '../audit/changes.ts';
import { note } from '../audit/note.ts';
import { json } from '../database/json.ts';
import type { Db, Trx } from '../database/open.ts';
import { cutPage } from '../database/page.ts';
import type { PlaybookChangeKind, PlaybookChangeRow, PlaybookNoteRow } from '../database/tables.ts';
import { notFound, Problem } from '../problem.ts';
import type { Actor } from '../web/access.ts';
import type { Overlay } from './effective.ts';

/** Counts every change: who has read this number knows all that people changed. */
export async function readVersion(db: Db | Trx): Promise<number> {
  const row = await db.selectFrom('playbook_version').select('version').executeTakeFirstOrThrow();
  return Number(row.version);
}

/** Facts of built-in playbooks that people changed, and providers that they added. */
export async function readOverlay(db: Db | Trx): Promise<Overlay> {
  const facts = await db
    .selectFrom('playbook_facts')
    .selectAll()
    .orderBy('provider')
    .orderBy('path')
    .execute();
  const own = await db.selectFrom('own_providers').select('data').orderBy('key').execute();
  return {
    facts: facts.map((row) => ({
      provider: row.provider,
      path: row.path,
      value: row.value,
      builtIn: row.built_in,
      version: row.version,
      setAt: row.set_at,
      setBy: row.set_by_name,
    })),
    own: own.map(({ data }) => data),
  };
}

/** Begins a change: all others wait for its end, so that what it was checked against still holds when it is written. */
export const beginChange = (trx: Trx) =>
  trx
    .updateTable('playbook_version')
    .set((eb) => ({ version: eb('version', '+', 1) }))
    .execute();

/** Appends to the history of a playbook. */
/** What it is called in the audit log. */
const WHAT: Record<PlaybookChangeKind, string> = {
  set: 'changed the playbook of',
  kept: 'kept, against the release, the playbook of',
  'built-in': 'took back a change to the playbook of',
  note: 'wrote a note on',
  'note-removed': 'removed a note on',
  added: 'added the provider',
  changed: 'changed the provider',
  removed: 'removed the provider',
};

export async function appendChange(
  trx: Trx,
  actor: Actor,
  change: { provider: string; kind: PlaybookChangeKind; path?: string; before?: unknown; after?: unknown },
): Promise<void> {
  await trx
    .insertInto('playbook_changes')
    .values({
      provider: change.provider,
      kind: change.kind,
      path: change.path ?? '',
      before: json(change.before ?? null),
      after: json(change.after ?? null),
      actor_user_id: actor.userId,
      actor_token_id: actor.tokenId,
      actor_name: actor.name,
    })
    .execute();
  await note(trx, actor, 'playbook-changed', {
    subject: `${change.provider} ${change.path ?? ''}`.trim(),
    detail: {
      what: WHAT[change.kind],
      changes: [{ what: change.path ?? 'provider', from: asText(change.before), to: asText(change.after) }],
    },
  });
}

export const changedMeanwhile = () =>
  new Problem(
    'changed-meanwhile',
    'Somebody changed this meanwhile. Your text is still below; look at theirs, then save again to put yours over it.',
  );

export const listNotes = (db: Db | Trx, provider: string): Promise<PlaybookNoteRow[]> =>
  db
    .selectFrom('playbook_notes')
    .selectAll()
    .where('provider', '=', provider)
    .where('removed_at', 'is', null)
    .orderBy('id')
    .limit(200)
    .execute();

export async function addNote(trx: Trx, actor: Actor, provider: string, text: string): Promise<number> {
  const { id } = await trx
    .insertInto('playbook_notes')
    .values({ provider, text, created_by_name: actor.name })
    .returning('id')
    .executeTakeFirstOrThrow();
  await appendChange(trx, actor, { provider, kind: 'note', after: text });
  return id;
}

/** Takes a note off the page; its words stay in the history. */
export async function removeNote(trx: Trx, actor: Actor, provider: string, id: number): Promise<void> {
  const row = await trx
    .updateTable('playbook_notes')
    .set({ removed_at: new Date(), removed_by_name: actor.name })
    .where('provider', '=', provider)
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .returning('text')
    .executeTakeFirstOrThrow(() => notFound('such note on this playbook'));
  await appendChange(trx, actor, { provider, kind: 'note-removed', before: row.text });
}

/** What happened to a playbook, the newest first. */
export async function listChanges(
  db: Db,
  provider: string,
  page: { limit: number; before?: number | undefined },
): Promise<{ items: PlaybookChangeRow[]; next: number | null }> {
  let rows = db
    .selectFrom('playbook_changes')
    .selectAll()
    .where('provider', '=', provider)
    .orderBy('id', 'desc')
    .limit(page.limit + 1);
  if (page.before !== undefined) rows = rows.where('id', '<', page.before);
  const found = await rows.execute();
  return cutPage(found, page.limit, ({ id }) => id);
}
