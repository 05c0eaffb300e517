import { type ExpressionBuilder, sql } from 'kysely';
import { covers, networkText, parseNetwork } from '../../addresses/address.ts';
import { networksFrom } from '../../addresses/store.ts';
import type { Db, Trx } from '../../database/open.ts';
import { cutPage } from '../../database/page.ts';
import type { Database, PlaceReadingRow } from '../../database/tables.ts';
import { addressesOf, lockIncident } from '../../incidents/store.ts';
import { invalid } from '../../problem.ts';
import { getProfile } from '../../profile/store.ts';
import { append } from '../../timeline/store.ts';
import type { Actor } from '../../web/access.ts';
import type { Picture } from '../pictures/picture.ts';
import { keepPictures } from '../pictures/store.ts';
import { keepSnapshot, type Subject } from '../snapshots.ts';
import { kindOfPlace, type Place } from './places.ts';
import { allowedWords, readingFound, readValue } from './reading.ts';

export type NewReading = {
  place: Place;
  subject: Subject;
  value: string;
  note: string;
  readAt: Date;
  pictures: Picture[];
  /** Tell it in the timeline of this incident. */
  incident: number | null;
};

export const nameOf = (subject: Subject) => subject.address ?? subject.domain ?? '';

/** Nobody else's addresses are kept here. Throws `invalid` for a subject that is none of ours, or none of the place's kind. */
async function checkSubject(trx: Trx, place: Place, subject: Subject): Promise<Subject> {
  if ((place.of === 'address') !== (subject.address !== undefined))
    throw invalid('subject', `${place.name} is about ${place.of === 'address' ? 'addresses' : 'domains'}.`);
  if (subject.address === undefined) {
    const { sendingDomains } = await getProfile(trx);
    if (!sendingDomains.includes(subject.domain))
      throw invalid('subject', `${subject.domain} is none of the sending domains in the profile.`);
    return subject;
  }
  const { text } = networksFrom('subject', () => parseNetwork(subject.address));
  await trx
    .selectFrom('addresses')
    .select('id')
    .where(sql<boolean>`network >>= ${text}::inet`)
    .limit(1)
    .executeTakeFirstOrThrow(() => invalid('subject', `${text} is none of our addresses; add it first.`));
  return { address: text };
}

/** An incident is told of its own addresses, and of our domains. */
async function checkIncident(trx: Trx, incident: number, { address }: Subject): Promise<void> {
  if (address === undefined) return;
  const networks = (await addressesOf(trx, [incident])).get(incident) ?? [];
  if (!networks.some((network) => covers(networkText(network), address)))
    throw invalid('incident', `${address} is none of the addresses of incident #${incident}.`);
}

/**
 * Keeps what somebody read at a place, with its screenshots. It stands as evidence like what a check finds, unless
 * something newer does.
 */
export async function recordReading(trx: Trx, actor: Actor, given: NewReading): Promise<number> {
  const { place, note, readAt, incident } = given;
  const read = readValue(place, given.value);
  if (!read) throw invalid('value', `${place.name} shows ${allowedWords(place)}.`);
  if (incident !== null) await lockIncident(trx, incident);
  const subject = await checkSubject(trx, place, given.subject);
  if (incident !== null) await checkIncident(trx, incident, subject);
  const { id } = await trx
    .insertInto('place_readings')
    .values({
      place: place.key,
      address: subject.address ?? null,
      domain: subject.domain ?? null,
      value: read.words,
      note,
      incident_number: incident,
      read_at: readAt,
      recorded_by_name: actor.name,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const pictures = await keepPictures(trx, { reading: id }, given.pictures);
  const found = readingFound(place, read, nameOf(subject), note);
  await keepSnapshot(trx, kindOfPlace(place), subject, found, readAt);
  if (incident !== null)
    await append(trx, {
      incident,
      kind: 'place-read',
      actor,
      occurredAt: readAt,
      detail: {
        place: place.name,
        subject: nameOf(subject),
        value: read.words,
        outcome: read.means.outcome,
        note,
        pictures,
      },
    });
  return id;
}

const about = (subject: Subject) => (eb: ExpressionBuilder<Database, 'place_readings'>) =>
  subject.address !== undefined
    ? sql<boolean>`address = ${subject.address}::inet`
    : eb('domain', '=', subject.domain);

export type Reading = Pick<
  PlaceReadingRow,
  'id' | 'place' | 'value' | 'note' | 'read_at' | 'recorded_by_name' | 'incident_number'
>;
const SHOWN = ['id', 'place', 'value', 'note', 'read_at', 'recorded_by_name', 'incident_number'] as const;

/** The newest reading of each place. */
export const newestReadings = (db: Db, subject: Subject): Promise<Reading[]> =>
  db
    .selectFrom('place_readings')
    .distinctOn('place')
    .select(SHOWN)
    .where(about(subject))
    .orderBy('place')
    .orderBy('read_at', 'desc')
    .orderBy('id', 'desc')
    .execute();

/** What was read at one place, newest first. */
export async function readingHistory(
  db: Db,
  subject: Subject,
  place: string,
  page: { limit: number; after?: { at: Date; id: number } | undefined },
): Promise<{ items: Reading[]; next: { at: Date; id: number } | null }> {
  let rows = db
    .selectFrom('place_readings')
    .select(SHOWN)
    .where(about(subject))
    .where('place', '=', place)
    .orderBy('read_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit + 1);
  const { after } = page;
  if (after) rows = rows.where((eb) => eb(eb.refTuple('read_at', 'id'), '<', eb.tuple(after.at, after.id)));
  const found = await rows.execute();
  return cutPage(found, page.limit, (last) => ({ at: last.read_at, id: last.id }));
}
