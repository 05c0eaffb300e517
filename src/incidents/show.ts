import { sql } from 'kysely';
import { networkText } from '../addresses/address.ts';
import { fieldValuesOf } from '../custom-fields/store.ts';
import type { Db } from '../database/open.ts';
import type { IncidentState } from '../database/tables.ts';
import { tagsOf } from '../tags/store.ts';
import { watchersOf } from '../watchers/store.ts';
import { getIncident, linksOf } from './store.ts';

/** Everything beside the timeline that the incident's page shows, in a fixed number of queries. */
export async function readIncident(db: Db, number: number) {
  const row = await getIncident(db, number);
  const [
    links,
    changes,
    tickets,
    letters,
    evidence,
    assignee,
    firstText,
    addresses,
    messages,
    tags,
    watchers,
    fields,
  ] = await Promise.all([
    linksOf(db, number),
    db
      .selectFrom('timeline_entries')
      .select(['occurred_at', sql<{ from: IncidentState; to: IncidentState }>`detail`.as('detail')])
      .where('incident_number', '=', number)
      .where('kind', '=', 'state-changed')
      .orderBy('occurred_at')
      .orderBy('id')
      .limit(200)
      .execute(),
    db
      .selectFrom('tickets')
      .selectAll()
      .where('incident_number', '=', number)
      .orderBy('id', 'desc')
      .limit(50)
      .execute(),
    db
      .selectFrom('letters')
      .select(['id', 'template', 'round', 'state', 'subject', 'sent_at', 'updated_at'])
      .where('incident_number', '=', number)
      .where('state', '!=', 'discarded')
      .orderBy('id')
      .limit(100)
      .execute(),
    db
      .selectFrom('evidence as e')
      .leftJoin('addresses as a', 'a.id', 'e.address_id')
      .distinctOn(['e.claim', 'e.address_id'])
      .select([
        'e.claim',
        'e.result',
        'e.words',
        'e.source',
        'e.observed_at',
        'e.recorded_by_name',
        'a.network',
      ])
      .where('e.incident_number', '=', number)
      .orderBy('e.claim')
      .orderBy('e.address_id')
      .orderBy('e.observed_at', 'desc')
      .orderBy('e.id', 'desc')
      .limit(100)
      .execute(),
    row.assignee_id === null
      ? undefined
      : db.selectFrom('users').select('name').where('id', '=', row.assignee_id).executeTakeFirst(),
    db
      .selectFrom('rejections')
      .select(['reply_code', 'enhanced_code', 'block_code', 'rule', 'temporary', 'list_name'])
      .where('incident_number', '=', number)
      .orderBy('id')
      .limit(1)
      .executeTakeFirst(),
    db
      .selectFrom('incident_addresses as ia')
      .innerJoin('addresses as a', 'a.id', 'ia.address_id')
      .select(['a.network', 'a.hostname', 'a.label'])
      .where('ia.incident_number', '=', number)
      .orderBy('a.network')
      .execute(),
    db
      .selectFrom('messages')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where('incident_number', '=', number)
      .executeTakeFirstOrThrow(),
    tagsOf(db, [number]),
    watchersOf(db, [number]),
    fieldValuesOf(db, [number]),
  ]);
  return {
    row,
    links,
    changes: changes.map((change) => ({
      at: change.occurred_at,
      from: change.detail.from,
      to: change.detail.to,
    })),
    tickets,
    letters,
    evidence: evidence.map((one) => ({ ...one, address: one.network ? networkText(one.network) : '' })),
    assignee: assignee?.name ?? null,
    firstRejection: firstText,
    messageCount: messages.n,
    tags: tags.get(number) ?? [],
    watchers: watchers.get(number) ?? [],
    fields: fields.get(number) ?? [],
    addresses: addresses.map((one) => ({
      network: one.network,
      text: networkText(one.network),
      hostname: one.hostname,
      label: one.label,
    })),
  };
}

/** More of one message than this is in its source. */
const BODY_CHARACTERS = 20_000;

/** The texts of an incident's messages, by id. */
export async function readBodies(db: Db, number: number): Promise<Map<number, string>> {
  const rows = await db
    .selectFrom('messages')
    .select(['id', sql<string>`left(text, ${BODY_CHARACTERS}::integer)`.as('text')])
    .where('incident_number', '=', number)
    .execute();
  return new Map(rows.map(({ id, text }) => [id, text]));
}

export type IncidentRead = Awaited<ReturnType<typeof readIncident>>;
