import { sql } from 'kysely';
import type { Db, Trx } from '../database/open.ts';
import type { OtherKind } from '../database/tables.ts';
import { summarise } from '../timeline/describe.ts';
import type { Entry } from '../timeline/entries.ts';
import { entryOf } from '../timeline/store.ts';
import { SYSTEM } from '../web/access.ts';
import type { DeskEvent, EventIncident } from './event.ts';
import { wakeFanOut } from './wake.ts';

export type NewEvent = {
  kind: OtherKind;
  /** One sentence. */
  words: string;
  /** A path of ours. */
  link: string;
  incident?: number;
  /** People it is about, by id; nobody: all. */
  concerns?: number[];
  /** Under one name an event is told of once, for as long as the name is kept (a year). */
  once?: string;
};

const MAX_WORDS = 500;

/** Tells of something that no timeline tells of, in the transaction in which it happens. False: it was told of before. */
export async function publish(trx: Trx, event: NewEvent): Promise<boolean> {
  if (event.once !== undefined) {
    const isFirst = await trx
      .insertInto('told_events')
      .values({ key: event.once.slice(0, 500) })
      .onConflict((conflict) => conflict.doNothing())
      .returning('key')
      .executeTakeFirst();
    if (!isFirst) return false;
  }
  await trx
    .insertInto('event_outbox')
    .values({
      kind: event.kind,
      incident_number: event.incident ?? null,
      words: event.words.replaceAll('\0', '').slice(0, MAX_WORDS).toWellFormed(),
      link: event.link,
      concerns: event.concerns ?? [],
    })
    .execute();
  wakeFanOut();
  return true;
}

async function incidentsOf(trx: Trx, numbers: number[]): Promise<Map<number, EventIncident>> {
  if (numbers.length === 0) return new Map();
  const rows = await trx
    .selectFrom('incidents')
    .select(['number', 'title', 'provider', 'state', 'severity', 'assignee_id'])
    .where('number', 'in', numbers)
    .execute();
  return new Map(rows.map(({ assignee_id, ...row }) => [row.number, { ...row, assigneeId: assignee_id }]));
}

/** People whom an entry is about: whom a note mentions, to whom an incident is assigned. */
function concernsOf({ detail }: Entry): number[] {
  const { mentions, toId } = detail as { mentions?: unknown; toId?: unknown };
  const ids = [...(Array.isArray(mentions) ? mentions : []), toId];
  return ids.filter((id) => Number.isSafeInteger(id));
}

/** What waits in the outbox, oldest first, with all that is said of it: three queries whatever there is. */
export async function readOutbox(trx: Trx, limit: number): Promise<DeskEvent[]> {
  const waiting = await trx
    .selectFrom('event_outbox')
    .selectAll()
    .where('look_at', '<=', sql<Date>`now()`)
    .orderBy('id')
    .limit(limit)
    .execute();
  if (waiting.length === 0) return [];
  const ids = waiting.flatMap(({ entry_id: id }) => (id === null ? [] : [id]));
  const rows =
    ids.length === 0
      ? []
      : await trx.selectFrom('timeline_entries').selectAll().where('id', 'in', ids).execute();
  const entries = new Map(rows.map((row) => [row.id, row]));
  const numbers = waiting.flatMap(({ incident_number: number }) => (number === null ? [] : [number]));
  const incidents = await incidentsOf(trx, [...new Set(numbers)]);
  return waiting.flatMap((row): DeskEvent[] => {
    const common = {
      id: row.id,
      incident: row.incident_number === null ? null : (incidents.get(row.incident_number) ?? null),
    };
    if (row.kind !== null)
      return [
        {
          ...common,
          kind: row.kind,
          entry: null,
          actorUserId: null,
          actor: SYSTEM.name,
          words: row.words,
          link: row.link,
          concerns: row.concerns,
          happenedAt: row.happened_at,
        },
      ];
    const written = entries.get(row.entry_id ?? 0);
    if (!written) return [];
    const entry = entryOf({ ...written, corrected_by: null });
    return [
      {
        ...common,
        kind: entry.kind,
        entry,
        actorUserId: written.actor_user_id,
        actor: written.actor_name,
        words: summarise(entry),
        link: `/incidents/${written.incident_number}#e${entry.id}`,
        concerns: concernsOf(entry),
        happenedAt: entry.occurredAt,
      },
    ];
  });
}

export const dropEvents = (trx: Trx, ids: number[]) =>
  trx.deleteFrom('event_outbox').where('id', 'in', ids).execute();

/** One that nobody could be told of waits, and holds up none of the others: a minute, doubling up to an hour. */
export const putOffEvent = (db: Db, id: number) =>
  db
    .updateTable('event_outbox')
    .set({
      attempts: sql<number>`attempts + 1`,
      look_at: sql<Date>`now() + least(60, power(2, least(attempts, 6))) * interval '1 minute'`,
    })
    .where('id', '=', id)
    .execute();

/** Names are kept for a year: nothing is due for so long. */
export const forgetToldEvents = (db: Db) =>
  db.deleteFrom('told_events').where('told_at', '<', sql<Date>`now() - interval '366 days'`).execute();
