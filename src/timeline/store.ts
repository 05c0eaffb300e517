import { sql } from 'kysely';
import { json } from '../database/json.ts';
import type { Db, Trx } from '../database/open.ts';
import { cutPage } from '../database/page.ts';
import type { EntryRow } from '../database/tables.ts';
import { wakeFanOut } from '../notifications/wake.ts';
import { recountOutcomes } from '../outcomes/store.ts';
import { Problem } from '../problem.ts';
import { beginToWatch } from '../watchers/automatic.ts';
import type { Actor } from '../web/access.ts';
import type { Entry, EntryDetails, EntryKind } from './entries.ts';

export type NewEntry<Kind extends EntryKind> = {
  incident: number;
  kind: Kind;
  actor: Actor;
  detail: EntryDetails[Kind];
  /** When it happened; left out: now. */
  occurredAt?: Date;
  reportId?: number;
  ticketId?: number;
  messageId?: number;
  letterId?: number;
  corrects?: number;
};

/** Entries that tell of a letter or an answer: what became of letters follows them. */
const TELLS_OF_LETTERS: ReadonlySet<EntryKind> = new Set([
  'letter-sent',
  'message-received',
  'verdict-corrected',
  'verdict-accepted',
  'dispatch-settled',
  'message-filed',
  'message-moved-away',
]);

/** Entries by which a person writes in an incident: who does may begin to watch it. */
const WRITES: ReadonlySet<EntryKind> = new Set([
  'note-added',
  'note-corrected',
  'letter-sent',
  'message-sent',
  'message-received',
  'evidence-recorded',
  'cause-recorded',
]);

/** What is told of an incident while it is a part of another; anything else that happens, happens to that one. */
const OF_PARTS: ReadonlySet<EntryKind> = new Set(['incident-merged', 'merge-undone', 'data-erased']);

/** An entry of whichever kind. */
export type AnyNewEntry = { [Kind in EntryKind]: NewEntry<Kind> }[EntryKind];

const rowOf = (entry: AnyNewEntry) => ({
  incident_number: entry.incident,
  kind: entry.kind,
  actor_user_id: entry.actor.userId,
  actor_token_id: entry.actor.tokenId,
  actor_name: entry.actor.name,
  ...(entry.occurredAt ? { occurred_at: entry.occurredAt } : {}),
  report_id: entry.reportId ?? null,
  ticket_id: entry.ticketId ?? null,
  message_id: entry.messageId ?? null,
  letter_id: entry.letterId ?? null,
  detail: json(entry.detail),
  corrects: entry.corrects ?? null,
});

/**
 * Appends entries in their order, in the transaction of what they tell; what they tell of is written before. Whoever
 * wants to know hears of them.
 */
export async function appendAll(trx: Trx, entries: AnyNewEntry[]): Promise<number[]> {
  if (entries.length === 0) return [];
  const rows = await trx
    .with('entry', (all) =>
      all
        .insertInto('timeline_entries')
        .values(entries.map(rowOf))
        .returning(['id', 'kind', 'incident_number']),
    )
    .with('told', (all) =>
      all
        .insertInto('event_outbox')
        .columns(['entry_id', 'incident_number'])
        .expression(all.selectFrom('entry').select(['id', 'incident_number'])),
    )
    .selectFrom('entry')
    .innerJoin('incidents as i', 'i.number', 'entry.incident_number')
    .select(['entry.id', 'entry.kind', 'entry.incident_number', 'i.merged_into'])
    .orderBy('entry.id')
    .execute();
  const gone = rows.find((row) => row.merged_into !== null && !OF_PARTS.has(row.kind as EntryKind));
  if (gone)
    throw new Problem('incident-merged', `#${gone.incident_number} was merged into #${gone.merged_into}.`, {
      facts: { mergedInto: gone.merged_into },
    });
  wakeFanOut();
  const telling = entries.filter(({ kind }) => TELLS_OF_LETTERS.has(kind)).map(({ incident }) => incident);
  for (const incident of new Set(telling)) await recountOutcomes(trx, incident);
  for (const { incident, kind, actor } of entries)
    if (WRITES.has(kind) && actor.userId !== null) await beginToWatch(trx, incident, [actor.userId], 'wrote');
  return rows.map((row) => row.id);
}

/** Appends an entry, in the transaction of what it tells; what it tells of is written before. */
export async function append<Kind extends EntryKind>(trx: Trx, entry: NewEntry<Kind>): Promise<number> {
  const [id] = await appendAll(trx, [entry as unknown as AnyNewEntry]);
  return id as number;
}

/** A row as it is shown and served. */
export const entryOf = (row: EntryRow & { corrected_by: number | null }): Entry =>
  ({
    id: row.id,
    incidentNumber: row.incident_number,
    kind: row.kind,
    actor: row.actor_name,
    occurredAt: row.occurred_at,
    recordedAt: row.recorded_at,
    detail: row.detail,
    corrects: row.corrects,
    correctedBy: row.corrected_by,
    messageId: row.message_id,
    letterId: row.letter_id,
    reportId: row.report_id,
  }) as Entry;

/** An entry that was just appended: nothing corrects it yet. */
export async function getEntry(trx: Trx, id: number): Promise<Entry> {
  const row = await trx
    .selectFrom('timeline_entries')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return entryOf({ ...row, corrected_by: null });
}

export type Order = 'newest' | 'oldest';
/** Where in its order an entry stands. */
export type EntryPlace = { at: Date; id: number };
export type TimelineQuery = {
  order: Order;
  kinds?: readonly EntryKind[];
  limit: number;
  after?: EntryPlace | undefined;
};

/** Of an entry `e`: the newest entry that corrects it. */
export const CORRECTED_BY = sql<
  number | null
>`(select c.id from timeline_entries c where c.corrects = e.id order by c.id desc limit 1)`.as(
  'corrected_by',
);

/** The first rows of one incident's timeline, by its index. */
function rowsOf(db: Db, incident: number, query: TimelineQuery) {
  const direction = query.order === 'newest' ? 'desc' : 'asc';
  let rows = db
    .selectFrom('timeline_entries as e')
    .selectAll('e')
    .select(CORRECTED_BY)
    .where('e.incident_number', '=', incident)
    .orderBy('e.occurred_at', direction)
    .orderBy('e.id', direction)
    .limit(query.limit + 1);
  if (query.kinds) rows = rows.where('e.kind', 'in', [...query.kinds]);
  const { after } = query;
  if (after) {
    rows = rows.where((eb) =>
      eb(
        eb.refTuple('e.occurred_at', 'e.id'),
        query.order === 'newest' ? '<' : '>',
        eb.tuple(after.at, after.id),
      ),
    );
  }
  return rows;
}

/**
 * One page of a timeline, and where the next one starts. Of several incidents, which became one: of each as many as
 * fit, so that a page costs as little as that of one.
 */
export async function listEntries(
  db: Db,
  incidents: number | readonly number[],
  query: TimelineQuery,
): Promise<{ entries: Entry[]; next: EntryPlace | null }> {
  const each = await Promise.all([incidents].flat().map((number) => rowsOf(db, number, query).execute()));
  const sign = query.order === 'newest' ? -1 : 1;
  const found =
    each.length === 1
      ? (each[0] ?? [])
      : each
          .flat()
          .sort((a, b) => sign * (a.occurred_at.getTime() - b.occurred_at.getTime() || a.id - b.id))
          .slice(0, query.limit + 1);
  const { items, next } = cutPage(found, query.limit, ({ occurred_at: at, id }) => ({ at, id }));
  return { entries: items.map(entryOf), next };
}

/** How many entries of each kind, for the tabs. */
export async function countKinds(
  db: Db,
  incidents: number | readonly number[],
): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('timeline_entries')
    .select(['kind', (eb) => eb.fn.countAll<number>().as('n')])
    .where('incident_number', 'in', [incidents].flat())
    .groupBy('kind')
    .execute();
  return new Map(rows.map((row) => [row.kind, row.n]));
}
