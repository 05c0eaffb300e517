import { sql } from 'kysely';
import type { Network } from '../../addresses/address.ts';
import type { Db } from '../../database/open.ts';
import { numbersOf } from '../../incidents/of-network.ts';
import { summarise } from '../../timeline/describe.ts';
import type { Entry, EntryKind } from '../../timeline/entries.ts';
import { CORRECTED_BY } from '../../timeline/store.ts';
import { csvLine } from '../../web/csv.ts';

export type TimelineFilter = {
  number?: number | undefined;
  /** When it happened: from this moment on, and before that one. */
  from?: Date | undefined;
  until?: Date | undefined;
  kinds?: readonly EntryKind[] | undefined;
  provider?: string | undefined;
  network?: Network | undefined;
};

const INCIDENTS = 200;
const ENTRIES = 1000;
const HEAD = [
  'incident',
  'provider',
  'occurredAt',
  'recordedAt',
  'kind',
  'actor',
  'summary',
  'text',
  'correctedBy',
];

/** The next incidents that the filter leaves, in the order of their numbers. */
function nextIncidents(db: Db, { number, provider, network }: TimelineFilter, after: number) {
  let rows = db
    .selectFrom('incidents')
    .select(['number', 'provider'])
    .where('number', '>', after)
    .orderBy('number')
    .limit(INCIDENTS);
  if (number !== undefined) rows = rows.where('number', '=', number);
  if (provider) rows = rows.where('provider', '=', provider);
  if (network) rows = rows.where('number', 'in', numbersOf(network));
  return rows.execute();
}

type Place = { incident: number; at: Date; id: number };

function nextEntries(db: Db, numbers: number[], filter: TimelineFilter, newest: number, after?: Place) {
  let rows = db
    .selectFrom('timeline_entries as e')
    .select([
      'e.id',
      'e.incident_number',
      'e.kind',
      'e.actor_name',
      'e.occurred_at',
      'e.recorded_at',
      'e.detail',
    ])
    .select(CORRECTED_BY)
    .where('e.incident_number', 'in', numbers)
    .where('e.id', '<=', newest)
    .orderBy('e.incident_number')
    .orderBy('e.occurred_at')
    .orderBy('e.id')
    .limit(ENTRIES);
  if (filter.from) rows = rows.where('e.occurred_at', '>=', filter.from);
  if (filter.until) rows = rows.where('e.occurred_at', '<', filter.until);
  if (filter.kinds) rows = rows.where('e.kind', 'in', [...filter.kinds]);
  if (after)
    rows = rows.where((eb) =>
      eb(
        eb.refTuple('e.incident_number', 'e.occurred_at', 'e.id'),
        '>',
        eb.tuple(after.incident, after.at, after.id),
      ),
    );
  return rows.execute();
}

/** What an entry says beyond its summary, in the words of the day. */
function moreOf(detail: Record<string, unknown>): string {
  const said = ['text', 'reason', 'words', 'quote', 'excerpt', 'found', 'note'].map((key) => detail[key]);
  return said.find((words): words is string => typeof words === 'string' && words !== '') ?? '';
}

type Found = Awaited<ReturnType<typeof nextEntries>>[number];

function cellsOf(row: Found, provider: string) {
  const entry = { kind: row.kind, detail: row.detail } as unknown as Entry;
  return [
    row.incident_number,
    provider,
    row.occurred_at.toISOString(),
    row.recorded_at.toISOString(),
    row.kind,
    row.actor_name,
    summarise(entry),
    moreOf(row.detail),
    row.corrected_by,
  ];
}

/**
 * Timelines as CSV, one incident after the other, a few rows at a time. Entries are never changed, so those that were
 * there when it began are all of it, without a snapshot.
 */
export async function* timelineCsv(db: Db, filter: TimelineFilter): AsyncGenerator<string> {
  yield `${csvLine(HEAD)}\r\n`;
  const { newest } = await db
    .selectFrom('timeline_entries')
    .select((eb) => eb.fn.coalesce(eb.fn.max('id'), sql<number>`0`).as('newest'))
    .executeTakeFirstOrThrow();
  for (let after = 0; ; ) {
    const incidents = await nextIncidents(db, filter, after);
    const providers = new Map(incidents.map((row) => [row.number, row.provider]));
    const last = incidents.at(-1)?.number;
    if (last === undefined) return;
    let place: Place | undefined;
    for (;;) {
      const rows = await nextEntries(db, [...providers.keys()], filter, newest, place);
      if (rows.length > 0)
        yield rows
          .map((row) => `${csvLine(cellsOf(row, providers.get(row.incident_number) ?? ''))}\r\n`)
          .join('');
      const end = rows.at(-1);
      if (!end || rows.length < ENTRIES) break;
      place = { incident: end.incident_number, at: end.occurred_at, id: end.id };
    }
    if (incidents.length < INCIDENTS) return;
    after = last;
  }
}
