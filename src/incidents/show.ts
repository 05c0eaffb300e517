import { sql } from 'kysely';
import { networkText } from '../addresses/address.ts';
import { fieldValuesOf } from '../custom-fields/store.ts';
import type { Db } from '../database/open.ts';
import { notFound } from '../problem.ts';
import { tagsOf } from '../tags/store.ts';
import { watchersOf } from '../watchers/store.ts';
import { stateChanges } from './changes-store.ts';
import { linksOf } from './links/store.ts';
import { refuseMerged } from './store.ts';

/** The incident with what is one value beside it: names, counts, the rejection that came first. */
async function readHead(db: Db, number: number) {
  const head = await db
    .selectFrom('incidents as i')
    .leftJoin('users as u', 'u.id', 'i.assignee_id')
    .leftJoinLateral(
      (eb) =>
        eb
          .selectFrom('rejections as r')
          .select(['r.reply_code', 'r.enhanced_code', 'r.block_code', 'r.rule', 'r.temporary', 'r.list_name'])
          .whereRef('r.incident_number', '=', 'i.number')
          .orderBy('r.id')
          .limit(1)
          .as('first'),
      (join) => join.onTrue(),
    )
    .selectAll('i')
    .select((eb) => [
      'u.name as assignee',
      'first.reply_code',
      'first.enhanced_code',
      'first.block_code',
      'first.rule',
      'first.temporary',
      'first.list_name',
      eb
        .selectFrom('messages as m')
        .select(eb.fn.countAll<number>().as('n'))
        .whereRef('m.incident_number', '=', 'i.number')
        .as('messages'),
      eb.selectFrom('profile as p').select('p.sending_domains').as('sending_domains'),
    ])
    .where('i.number', '=', number)
    .executeTakeFirstOrThrow(() => notFound(`incident #${number}`));
  refuseMerged(head);
  return head;
}

/** Everything beside the timeline that the incident's page shows, in a fixed number of queries. */
export async function readIncident(db: Db, number: number) {
  const [head, links, changes, tickets, letters, evidence, addresses, tags, watchers, fields] =
    await Promise.all([
      readHead(db, number),
      linksOf(db, [number]),
      stateChanges(db, number),
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
      db
        .selectFrom('incident_addresses as ia')
        .innerJoin('addresses as a', 'a.id', 'ia.address_id')
        .select(['a.network', 'a.hostname', 'a.label'])
        .where('ia.incident_number', '=', number)
        .orderBy('a.network')
        .execute(),
      tagsOf(db, [number]),
      watchersOf(db, [number]),
      fieldValuesOf(db, [number]),
    ]);
  const { assignee, reply_code, enhanced_code, block_code, rule, temporary, list_name, messages, ...rest } =
    head;
  const { sending_domains: sendingDomains, ...row } = rest;
  return {
    row,
    links: links.get(number) ?? [],
    changes,
    tickets,
    letters,
    evidence: evidence.map((one) => ({ ...one, address: one.network ? networkText(one.network) : '' })),
    assignee,
    firstRejection: { reply_code, enhanced_code, block_code, rule, temporary, list_name },
    messageCount: messages ?? 0,
    sendingDomains: sendingDomains ?? [],
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
