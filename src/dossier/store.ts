import { READ_OF_MESSAGE } from '../correspondence/store.ts';
import type { Db } from '../database/open.ts';
import { standingSnapshots } from '../evidence/snapshots.ts';
import { recordedWith } from '../evidence/store.ts';
import { familyOf } from '../incidents/merge/store.ts';
import { readIncident } from '../incidents/show.ts';
import { claimsOf } from '../letters/letter-rows.ts';
import { getProfile } from '../profile/store.ts';
import { totalOf } from '../timeline/entries.ts';
import { countKinds, listEntries } from '../timeline/store.ts';
import { ENTRIES_ON_PAPER } from './whole-timeline.ts';

/** So much of an incident is on paper, which says where it ends; the archive has the sources and entries beyond. */
const MOST = {
  entries: ENTRIES_ON_PAPER,
  messages: 500,
  rejections: 500,
  letters: 200,
  reports: 500,
  screenshots: 500,
} as const;
/** As many rows as are shown, of one more than that, and whether it is there. */
const cut = <Row>(rows: Row[], most: number) => ({ shown: rows.slice(0, most), more: rows.length > most });

/** More of one text, in characters, is in its source. */
export const TEXT_CHARACTERS = 20_000;

const sentLetters = (db: Db, number: number) =>
  db
    .selectFrom('letters')
    .selectAll()
    .where('incident_number', '=', number)
    .where('state', '=', 'sent')
    .orderBy('sent_at')
    .orderBy('id')
    .limit(MOST.letters + 1)
    .execute();

const rejectionsOf = (db: Db, number: number) =>
  db
    .selectFrom('rejections')
    .select([
      'id',
      'occurred_at',
      'recorded_at',
      'reply_code',
      'enhanced_code',
      'block_code',
      'reason',
      'temporary',
      'recipient_domain',
      'mx',
      'list_name',
      'seen',
      'text',
      'report_id',
    ])
    .where('incident_number', '=', number)
    .orderBy('id')
    .limit(MOST.rejections + 1)
    .execute();

async function messagesOf(db: Db, number: number) {
  const rows = await db
    .selectFrom('messages as m')
    .leftJoin('tickets as t', 't.id', 'm.ticket_id')
    .leftJoin('dispatches as d', 'd.message_id', 'm.id')
    .select((eb) => [
      ...READ_OF_MESSAGE,
      eb.fn<string>('left', ['m.text', eb.lit(TEXT_CHARACTERS + 1)]).as('text'),
      'm.raw_type',
      'm.sha256',
      'm.message_id',
      't.reference',
      'd.state as dispatch',
    ])
    .where('m.incident_number', '=', number)
    .orderBy('m.at')
    .orderBy('m.id')
    .limit(MOST.messages)
    .execute();
  const attachments =
    rows.length === 0
      ? []
      : await db
          .selectFrom('attachments')
          .select(['message_id', 'position', 'file_name', 'content_type', 'byte_length', 'sha256'])
          .where(
            'message_id',
            'in',
            rows.map((row) => row.id),
          )
          .orderBy('message_id')
          .orderBy('position')
          .execute();
  const byMessage = Map.groupBy(attachments, (one) => one.message_id);
  return rows.map((row) => ({ ...row, attachments: byMessage.get(row.id) ?? [] }));
}

/** Of every source of the incident, what finds and names it: a letter, a message, a report, a screenshot. */
export async function sourcesOf(db: Db, number: number) {
  const letters = await db
    .selectFrom('letters')
    .select(['id', 'round', 'language', 'sent_at', 'updated_at'])
    .where('incident_number', '=', number)
    .where('state', '=', 'sent')
    .orderBy('sent_at')
    .orderBy('id')
    .execute();
  const messages = await db
    .selectFrom('messages')
    .select(['id', 'at', 'direction', 'raw_type'])
    .where('incident_number', '=', number)
    .orderBy('at')
    .orderBy('id')
    .execute();
  const reports = await db
    .selectFrom('incident_reports as ir')
    .innerJoin('reports as r', 'r.id', 'ir.report_id')
    .select(['r.id', 'r.file_name', 'r.received_at'])
    .where('ir.incident_number', '=', number)
    .orderBy('r.id')
    .execute();
  const screenshots = await screenshotsOf(db, number).execute();
  return { letters, messages, reports, screenshots };
}
export type DossierSources = Awaited<ReturnType<typeof sourcesOf>>;

const reportsOf = (db: Db, number: number) =>
  db
    .selectFrom('incident_reports as ir')
    .innerJoin('reports as r', 'r.id', 'ir.report_id')
    .select(['r.id', 'r.source', 'r.file_name', 'r.byte_length', 'r.sha256', 'r.received_at'])
    .where('ir.incident_number', '=', number)
    .orderBy('r.id')
    .limit(MOST.reports + 1)
    .execute();

/** Screenshots of the facts and of the places that were read for this incident. */
const screenshotsOf = (db: Db, number: number) =>
  db
    .selectFrom('evidence_files as f')
    .select([
      'f.id',
      'f.file_name',
      'f.content_type',
      'f.byte_length',
      'f.sha256',
      'f.evidence_id',
      'f.reading_id',
    ])
    // One after the other: an "or" over both would walk all files.
    .where('f.id', 'in', (eb) =>
      eb
        .selectFrom('evidence_files as own')
        .innerJoin('evidence as e', 'e.id', 'own.evidence_id')
        .select('own.id')
        .where('e.incident_number', '=', number)
        .unionAll(
          eb
            .selectFrom('evidence_files as own')
            .innerJoin('place_readings as p', 'p.id', 'own.reading_id')
            .select('own.id')
            .where('p.incident_number', '=', number),
        ),
    )
    .orderBy('f.id');

/**
 * All that a dossier tells of an incident, in a fixed number of queries; sources, screenshots and raw answers are
 * left where they are until they are written. Throws not-found.
 */
export async function readDossier(db: Db, number: number) {
  const incident = await readIncident(db, number);
  const family = await familyOf(db, number);
  const profile = await getProfile(db);
  const networks = incident.addresses.map((one) => one.network);
  const [letters, rejections, messages, reports, recorded, screenshots, snapshots, timeline, kinds] =
    await Promise.all([
      sentLetters(db, number),
      rejectionsOf(db, number),
      messagesOf(db, number),
      reportsOf(db, number),
      recordedWith(db, number),
      screenshotsOf(db, number)
        .limit(MOST.screenshots + 1)
        .execute(),
      standingSnapshots(db, { networks, domains: profile.sendingDomains }),
      listEntries(db, family, { order: 'oldest', limit: MOST.entries }),
      countKinds(db, family),
    ]);
  const cutLetters = cut(letters, MOST.letters);
  const cutRejections = cut(rejections, MOST.rejections);
  const cutReports = cut(reports, MOST.reports);
  const cutScreenshots = cut(screenshots, MOST.screenshots);
  return {
    ...incident,
    family,
    organisation: profile.name,
    letters: cutLetters.shown.map((letter) => ({ ...letter, claims: claimsOf(letter) })),
    hasMoreLetters: cutLetters.more,
    rejections: cutRejections.shown,
    hasMoreRejections: cutRejections.more,
    messages,
    reports: cutReports.shown,
    hasMoreReports: cutReports.more,
    recorded: recorded.toReversed(),
    screenshots: cutScreenshots.shown,
    hasMoreScreenshots: cutScreenshots.more,
    snapshots,
    entries: timeline.entries,
    entryCount: totalOf(kinds),
  };
}
export type DossierRead = Awaited<ReturnType<typeof readDossier>>;
