import { sql } from 'kysely';
import { networkText } from '../addresses/address.ts';
import type { Db } from '../database/open.ts';
import type { SharePart } from '../database/tables.ts';
import { standingSnapshots } from '../evidence/snapshots.ts';
import { recordedWith } from '../evidence/store.ts';
import { stateChanges } from '../incidents/changes-store.ts';
import { spanOf } from '../observations/deliveries.ts';
import { hoursOfIncident } from '../observations/hours.ts';
import { notFound } from '../problem.ts';
import { getProfile } from '../profile/store.ts';
import { type EntryPlace, listEntries } from '../timeline/store.ts';
import { sharedKinds } from './entries.ts';
import type { KnownPeople } from './known-people.ts';
import type { Scope } from './parts.ts';

/** More of a shared incident than this is not on its page, which says so. */
export const MOST_SHARED = { entries: 200, letters: 50, answers: 50, text: 20_000 } as const;

/** Nothing of what people plan or assign. */
async function rowOf(db: Db, number: number, withAffected: boolean) {
  return db
    .selectFrom('incidents')
    .select([
      'number',
      'title',
      'provider',
      'state',
      'reason',
      'round',
      'block_codes',
      'recipient_domains',
      'rejection_count',
      'relapses',
      'first_rejection_at',
      'opened_at',
      'first_request_at',
      'first_answer_at',
      'mitigated_at',
      'recovered_at',
      'closed_at',
    ])
    .$if(withAffected, (query) => query.select('affected'))
    .where('number', '=', number)
    .executeTakeFirstOrThrow(() => notFound(`incident #${number}`));
}

const lettersOf = (db: Db, number: number) =>
  db
    .selectFrom('letters')
    .select(['id', 'round', 'subject', 'body', 'sent_at', 'channel'])
    .where('incident_number', '=', number)
    .where('state', '=', 'sent')
    .orderBy('sent_at')
    .orderBy('id')
    .limit(MOST_SHARED.letters + 1)
    .execute();

const answersOf = (db: Db, number: number) =>
  db
    .selectFrom('messages')
    .select([
      'id',
      'at',
      'from_address',
      'subject',
      'verdict',
      'applied',
      sql<string>`left(text, ${MOST_SHARED.text + 1}::integer)`.as('text'),
    ])
    .where('incident_number', '=', number)
    .where('direction', '=', 'in')
    .where('kind', 'in', ['reply', 'automatic'])
    .orderBy('at')
    .orderBy('id')
    .limit(MOST_SHARED.answers + 1)
    .execute();

async function addressesIn(db: Db, number: number) {
  const rows = await db
    .selectFrom('incident_addresses as ia')
    .innerJoin('addresses as a', 'a.id', 'ia.address_id')
    .select(['a.network', 'a.hostname'])
    .where('ia.incident_number', '=', number)
    .orderBy('a.network')
    .limit(500)
    .execute();
  return rows.map((row) => ({ ...row, text: networkText(row.network) }));
}

async function evidenceOf(db: Db, number: number) {
  const [addresses, profile] = await Promise.all([addressesIn(db, number), getProfile(db)]);
  const [snapshots, recorded] = await Promise.all([
    standingSnapshots(db, {
      networks: addresses.map(({ network }) => network),
      domains: profile.sendingDomains,
    }),
    recordedWith(db, number),
  ]);
  return { snapshots, recorded };
}

/**
 * Names and numbers of people that texts of this incident may hold. They are read to be left out, and shown nowhere.
 */
async function peopleIn(db: Db, number: number, profile: Awaited<ReturnType<typeof getProfile>>) {
  const [users, actors, writers, correspondents, recipients] = await Promise.all([
    db.selectFrom('users').select('name').orderBy('id').limit(2000).execute(),
    db
      .selectFrom('timeline_entries')
      .select('actor_name')
      .distinct()
      .where('incident_number', '=', number)
      .where('actor_user_id', 'is not', null)
      .limit(500)
      .execute(),
    db
      .selectFrom('letters')
      .select('created_by_name')
      .distinct()
      .where('incident_number', '=', number)
      .limit(500)
      .execute(),
    db
      .selectFrom('messages')
      .select(['from_address', 'to_address'])
      .distinct()
      .where('incident_number', '=', number)
      .limit(500)
      .execute(),
    db
      .selectFrom('rejections')
      .select('recipient')
      .distinct()
      .where('incident_number', '=', number)
      .where('recipient', 'is not', null)
      .limit(2000)
      .execute(),
  ]);
  const isPerson = (name: string) => !/^(?:token “|bootstrap token$|Delist Desk$)/.test(name);
  const known: KnownPeople = {
    names: [
      profile.contactName,
      ...users.map(({ name }) => name),
      ...actors.map((one) => one.actor_name),
      ...writers.map((one) => one.created_by_name).filter(isPerson),
      // `Jane Roe <jane@example.com>`
      ...correspondents
        .flatMap((one) => [one.from_address, one.to_address])
        .flatMap((text) => /^\s*"?([^"<@]{2,200})"?\s*</.exec(text)?.[1] ?? []),
    ],
    phones: [profile.contactPhone ?? ''],
    recipients: recipients.map(({ recipient }) => recipient ?? ''),
  };
  return known;
}

/** A part that was not chosen is not read. `after`: further entries of the timeline, and nothing else. */
export async function readShared(
  db: Db,
  number: number,
  scope: Scope,
  { now, after }: { now: Date; after?: EntryPlace | undefined },
) {
  const has = (part: SharePart) => scope.parts.includes(part) && !after;
  const [row, profile] = await Promise.all([rowOf(db, number, has('notes')), getProfile(db)]);
  const [people, addresses, changes, letters, answers, evidence, hours, timeline] = await Promise.all([
    scope.personal ? null : peopleIn(db, number, profile),
    has('summary') ? addressesIn(db, number) : null,
    has('states') ? stateChanges(db, number) : null,
    has('letters') ? lettersOf(db, number) : null,
    has('answers') ? answersOf(db, number) : null,
    has('evidence') ? evidenceOf(db, number) : null,
    has('deliveries') ? hoursOfIncident(db, row, spanOf(row, now)) : null,
    scope.parts.includes('timeline')
      ? listEntries(db, number, {
          order: 'oldest',
          kinds: sharedKinds(scope),
          limit: MOST_SHARED.entries,
          after,
        })
      : null,
  ]);
  return {
    row,
    organisation: profile.name,
    people,
    summary: addresses && { addresses },
    changes,
    letters,
    answers,
    evidence,
    hours,
    timeline,
    isFurther: after !== undefined,
  };
}
export type SharedRead = Awaited<ReturnType<typeof readShared>>;
