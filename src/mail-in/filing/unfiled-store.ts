import { sql } from 'kysely';
import { type MessageShown, shownMessages } from '../../correspondence/store.ts';
import { NO_ANSWERS } from '../../correspondence/verdicts.ts';
import type { Db, Trx } from '../../database/open.ts';
import { cutPage } from '../../database/page.ts';
import type { IncidentState } from '../../database/tables.ts';
import { stateWords } from '../../incidents/incidents.ts';
import { notFound, Problem } from '../../problem.ts';
import type { Actor } from '../../web/access.ts';

export type Place = { at: Date; id: number };
export type Which = 'unfiled' | 'put-away';

/** Messages that nobody has filed, or that were put away; newest first, and where the next page starts. */
export async function listUnfiled(
  db: Db,
  query: { limit: number; which: Which; after?: Place | undefined },
): Promise<{ items: MessageShown[]; next: Place | null }> {
  const { limit, which, after } = query;
  const order = which === 'unfiled' ? 'm.at' : 'm.put_away_at';
  let rows = shownMessages(db)
    .where('m.incident_number', 'is', null)
    .where('m.put_away_at', which === 'unfiled' ? 'is' : 'is not', null)
    .orderBy(order, 'desc')
    .orderBy('m.id', 'desc')
    .limit(limit + 1);
  if (after) rows = rows.where((eb) => eb(eb.refTuple(order, 'm.id'), '<', eb.tuple(after.at, after.id)));
  const found = await rows.execute();
  return cutPage(found, limit, ({ id, at, put_away_at: putAway }) => ({
    at: which === 'unfiled' ? at : (putAway as Date),
    id,
  }));
}

/** Filed answers that are not proven and wait for a person's word; the oldest first. */
export const listUnproven = (db: Db, limit: number): Promise<MessageShown[]> =>
  shownMessages(db)
    .where('m.applied', '=', false)
    .where('m.incident_number', 'is not', null)
    .where('m.verdict', 'not in', NO_ANSWERS)
    .orderBy('m.at')
    .orderBy('m.id')
    .limit(limit)
    .execute();

/** The oldest answer of an incident that moved nothing until a person says whether it counts. */
export const waitingAnswer = (db: Db, incident: number) =>
  db
    .selectFrom('messages')
    .select(['id', 'verdict', 'proven'])
    .where('incident_number', '=', incident)
    .where(sql<boolean>`not applied`)
    .where('verdict', 'not in', NO_ANSWERS.map(sql.lit))
    .orderBy('at')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();

/** A message that came in, wherever it is. */
export async function getIncoming(db: Db | Trx, id: number): Promise<MessageShown> {
  return shownMessages(db)
    .where('m.id', '=', id)
    .where('m.direction', '=', 'in')
    .executeTakeFirstOrThrow(() => notFound('such message'));
}

/** Where a message is that an incident's link leads to no more; undefined: it is there, or nowhere. */
export async function movedTo(db: Db, number: number, id: number): Promise<string | undefined> {
  const row = await db
    .selectFrom('messages')
    .select(['incident_number', 'direction'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row || row.incident_number === number || row.direction === 'out') return undefined;
  // Whoever guesses numbers learns nothing: only from where it was does a link lead on.
  const was = await db
    .selectFrom('timeline_entries')
    .select('id')
    .where('incident_number', '=', number)
    .where('message_id', '=', id)
    .limit(1)
    .executeTakeFirst();
  if (!was) return undefined;
  return row.incident_number === null ? `/unfiled/${id}` : `/incidents/${row.incident_number}/messages/${id}`;
}

/** What a person sees of incidents that a mail may belong to. */
export async function titlesOf(
  db: Db,
  numbers: number[],
): Promise<Map<number, { title: string; state: IncidentState }>> {
  if (numbers.length === 0) return new Map();
  const rows = await db
    .selectFrom('incidents')
    .select(['number', 'title', 'state'])
    .where('number', 'in', numbers)
    .execute();
  return new Map(rows.map(({ number, title, state }) => [number, { title, state }]));
}

const MOST_CHOICES = 200;

/** Incidents to choose from by number, title or address: the newest that are not closed. */
export async function incidentChoices(db: Db): Promise<{ number: number; words: string }[]> {
  const rows = await db
    .selectFrom('incidents')
    .select(['number', 'title', 'state'])
    .where('state', '!=', 'closed')
    .orderBy('number', 'desc')
    .limit(MOST_CHOICES)
    .execute();
  return rows.map(({ number, title, state }) => ({ number, words: `${title}, ${stateWords(state)}` }));
}

/** As a cursor holds it. */
const NOW = sql<Date>`date_trunc('milliseconds', now())`;

async function setPutAway(trx: Trx, id: number, by: Actor | null): Promise<void> {
  const changed = await trx
    .updateTable('messages')
    .set({ put_away_at: by ? NOW : null, put_away_by_name: by ? by.name : null })
    .where('id', '=', id)
    .where('direction', '=', 'in')
    .where('incident_number', 'is', null)
    .executeTakeFirst();
  if (changed.numUpdatedRows === 1n) return;
  const { incident_number: number } = await getIncoming(trx, id);
  throw new Problem('changed-meanwhile', `Somebody filed this message with incident #${number} meanwhile.`);
}

/** Nothing follows from it, and it stays to be found. */
export const putAway = (trx: Trx, actor: Actor, id: number) => setPutAway(trx, id, actor);
export const bringBack = (trx: Trx, id: number) => setPutAway(trx, id, null);
