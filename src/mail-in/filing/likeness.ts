import { sql } from 'kysely';
import type { Db, Trx } from '../../database/open.ts';
import { readReplyTag } from '../../mail-out/reply-tag.ts';
import { replyTagSecret } from '../../mail-out/tag-secret.ts';
import type { Candidate, Likeness } from './filing.ts';

/** What of a mail can tell where it belongs. */
export type Traces = {
  /** Message-IDs with brackets. */
  answers: string[];
  /** Addresses that it was sent to. */
  recipients: string[];
  references: string[];
  /** IP addresses and ranges in its text. */
  addresses: string[];
  /** Without `Re:` and the like; empty: too little to tell. */
  subject: string;
  providers: string[];
};

const MOST = 20;
const FACTS = ['i.number as incident', 'i.state', 'i.provider'] as const;

/** The incident itself, or the one that it became a part of: answers to a duplicate come to its survivor. */
const standing = (named: string) =>
  sql<boolean>`i.number = coalesce(${sql.ref(`${named}.merged_into`)}, ${sql.ref(`${named}.number`)})`;

const bare = (id: string) => id.replace(/^<|>$/g, '');

async function answered(db: Db | Trx, ids: string[]): Promise<Candidate[][]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('messages as m')
    .innerJoin('incidents as named', 'named.number', 'm.incident_number')
    .innerJoin('incidents as i', (join) => join.on(standing('named')))
    .select([...FACTS, 'm.message_id'])
    .where('m.message_id', 'in', [...ids, ...ids.map(bare)])
    .limit(200)
    .execute();
  return ids.map((id) =>
    rows.flatMap(({ message_id: known, ...candidate }) =>
      known !== null && bare(known) === bare(id) ? [candidate] : [],
    ),
  );
}

async function taggedIn(db: Db | Trx, recipients: string[]): Promise<Candidate | null> {
  if (!recipients.some((address) => address.includes('+dd'))) return null;
  const secret = await replyTagSecret(db);
  const numbers = recipients.flatMap((address) => readReplyTag(secret, address) ?? []);
  if (new Set(numbers).size !== 1) return null;
  const row = await db
    .selectFrom('incidents as named')
    .innerJoin('incidents as i', (join) => join.on(standing('named')))
    .select(FACTS)
    .where('named.number', '=', numbers[0] as number)
    .executeTakeFirst();
  return row ?? null;
}

const withTicket = (db: Db | Trx, references: string[]) =>
  references.length === 0
    ? []
    : db
        .selectFrom('tickets as t')
        .innerJoin('incidents as named', 'named.number', 't.incident_number')
        .innerJoin('incidents as i', (join) => join.on(standing('named')))
        .select([...FACTS, 't.reference'])
        .where(
          sql<string>`lower(t.reference)`,
          'in',
          references.map((one) => one.toLowerCase()),
        )
        .orderBy('i.number', 'desc')
        .limit(MOST)
        .execute();

/** Incidents with an address that is named, or in a range that is, or with a range around it. */
async function withAddress(db: Db | Trx, named: string[]): Promise<Likeness['addresses']> {
  if (named.length === 0) return [];
  const { rows } = await sql<Candidate & { address: string }>`
    select i.number as incident, i.state, i.provider, abbrev(named.network) as address
    from unnest(${named}::inet[]) as named(network)
      join addresses a on a.network && named.network
      join incident_addresses ia on ia.address_id = a.id
      join incidents i on i.number = ia.incident_number
    order by i.state = 'closed', i.number desc
    limit ${MOST}`.execute(db);
  return rows;
}

/** Only of messages of ours, and of the last year: subjects come again. */
const withSubject = (db: Db | Trx, subject: string) =>
  subject === ''
    ? []
    : db
        .selectFrom('messages as m')
        .innerJoin('incidents as i', 'i.number', 'm.incident_number')
        .select(FACTS)
        .where('m.direction', '=', 'out')
        .where('m.subject', '=', subject)
        .where('m.at', '>', sql<Date>`now() - interval '1 year'`)
        .orderBy('m.at', 'desc')
        .limit(MOST)
        .execute();

const ofProviders = (db: Db | Trx, providers: string[]) =>
  providers.length === 0
    ? []
    : db
        .selectFrom('incidents as i')
        .select(FACTS)
        .where('i.provider', 'in', providers)
        .where('i.state', '!=', 'closed')
        .orderBy(sql`i.last_request_at desc nulls last`)
        .orderBy('i.number', 'desc')
        .limit(5)
        .execute();

/** Looks for incidents that have something in common with a mail: a bounded number of rows for each. */
export async function findLikeness(db: Db | Trx, traces: Traces): Promise<Likeness> {
  return {
    answers: await answered(db, traces.answers),
    tagged: await taggedIn(db, traces.recipients),
    tickets: await withTicket(db, traces.references),
    addresses: await withAddress(db, traces.addresses),
    subjects: await withSubject(db, traces.subject),
    ofProvider: await ofProviders(db, traces.providers),
  };
}
