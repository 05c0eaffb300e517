import { sql } from 'kysely';
import type { Trx } from '../database/open.ts';
import { invalid, notFound } from '../problem.ts';
import { beginToWatch } from '../watchers/automatic.ts';
import { mentionedIn } from '../watchers/people-store.ts';
import type { Actor } from '../web/access.ts';
import type { NoteDetail } from './entries.ts';
import { append, type NewEntry } from './store.ts';

const NOTE_MAX = 20_000;

function checkNote(text: string): string {
  const kept = text.trim();
  if (!kept) throw invalid('text', 'Write something first.');
  if (kept.length > NOTE_MAX)
    throw invalid('text', `A note takes ${NOTE_MAX} characters; this one has ${kept.length}.`);
  return kept;
}

/** What is kept of a note. Whoever it mentions watches the incident from now on. */
async function noteDetail(trx: Trx, incident: number, text: string): Promise<NoteDetail> {
  const mentions = await mentionedIn(trx, text);
  if (mentions.length === 0) return { text };
  const ids = [...new Set(mentions.map((mention) => mention.id))];
  await beginToWatch(trx, incident, ids, 'mentioned');
  return { text, mentions: ids, mentionedAs: mentions.map((mention) => mention.words) };
}

export async function addNote(
  trx: Trx,
  actor: Actor,
  incident: number,
  text: string,
  at?: Date,
): Promise<number> {
  const entry = await noteEntry(trx, actor, incident, text, at);
  await touchIncident(trx, incident);
  return append(trx, entry);
}

/** A note as an entry, for whoever has the incident in hand and appends several. */
export const noteEntry = async (
  trx: Trx,
  actor: Actor,
  incident: number,
  text: string,
  at?: Date,
): Promise<NewEntry<'note-added'>> => ({
  incident,
  kind: 'note-added',
  actor,
  detail: await noteDetail(trx, incident, checkNote(text)),
  ...(at ? { occurredAt: at } : {}),
});

/** Corrects a note by a new entry; both stay to be seen. */
export async function correctNote(
  trx: Trx,
  actor: Actor,
  incident: number,
  entryId: number,
  text: string,
): Promise<number> {
  const kept = checkNote(text);
  await trx
    .selectFrom('timeline_entries')
    .select('id')
    .where('id', '=', entryId)
    .where('incident_number', '=', incident)
    .where('kind', 'in', ['note-added', 'note-corrected'])
    .executeTakeFirstOrThrow(() => notFound('such note'));
  await touchIncident(trx, incident);
  const detail = await noteDetail(trx, incident, kept);
  return append(trx, { incident, kind: 'note-corrected', actor, detail, corrects: entryId });
}

async function touchIncident(trx: Trx, incident: number): Promise<void> {
  const touched = await trx
    .updateTable('incidents')
    .set({ updated_at: sql`now()` as never })
    .where('number', '=', incident)
    .executeTakeFirst();
  if (touched.numUpdatedRows === 0n) throw notFound(`incident #${incident}`);
}
