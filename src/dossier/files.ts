import type { Db } from '../database/open.ts';
import { type ArchiveFile, safeName } from './archive.ts';
import { jsonLine } from './json.ts';
import type { DossierRead, DossierSources } from './store.ts';
import { TIMELINE_FILE, wholeTimeline } from './whole-timeline.ts';
import { entriesForOthers } from './without-notes.ts';

const padded = (position: number) => String(position).padStart(4, '0');
const dayOf = (at: Date) => at.toISOString().slice(0, 10);

/** The octets as they came; one row is read at a time, when its turn comes. */
const source = async (db: Db, table: 'messages' | 'reports', id: number): Promise<Buffer> => {
  const row = await db.selectFrom(table).select('raw').where('id', '=', id).executeTakeFirstOrThrow();
  return row.raw;
};

const messageFiles = (db: Db, { messages }: DossierSources): ArchiveFile[] =>
  messages.map((message, index) => ({
    name: `messages/${padded(index + 1)}-${dayOf(message.at)}-${message.direction}.${message.raw_type === 'message/rfc822' ? 'eml' : 'txt'}`,
    at: message.at,
    read: () => source(db, 'messages', message.id),
  }));

const reportFiles = (db: Db, { reports }: DossierSources): ArchiveFile[] =>
  reports.map((report, index) => ({
    name: `reports/${padded(index + 1)}-${safeName(report.file_name || 'report.txt')}`,
    at: report.received_at,
    read: () => source(db, 'reports', report.id),
  }));

const letterFiles = (db: Db, { letters }: DossierSources): ArchiveFile[] =>
  letters.map((letter, index) => ({
    name: `letters/${padded(index + 1)}-${letter.round}-${letter.language}.txt`,
    at: letter.sent_at ?? letter.updated_at,
    read: async () => {
      const { subject, body } = await db
        .selectFrom('letters')
        .select(['subject', 'body'])
        .where('id', '=', letter.id)
        .executeTakeFirstOrThrow();
      return Buffer.from(`${subject}\n\n${body}`);
    },
  }));

/** Each look with the answers as they came. */
const evidenceFiles = (db: Db, read: DossierRead): ArchiveFile[] =>
  read.snapshots.map((one) => ({
    name: `evidence/${safeName(one.address ?? one.domain ?? '')}/${safeName(one.kind)}.json`,
    at: one.last_seen_at,
    read: async () => {
      const row = await db
        .selectFrom('snapshots')
        .selectAll()
        .where('id', '=', one.id)
        .executeTakeFirstOrThrow();
      return Buffer.from(jsonLine(row));
    },
  }));

const screenshotFiles = (db: Db, { screenshots }: DossierSources, now: Date): ArchiveFile[] =>
  screenshots.map((one, index) => ({
    name: `evidence/screenshots/${padded(index + 1)}-${safeName(one.file_name || `picture.${one.content_type.split('/')[1]}`)}`,
    at: now,
    read: async () => {
      const row = await db
        .selectFrom('evidence_files')
        .select('bytes')
        .where('id', '=', one.id)
        .executeTakeFirstOrThrow();
      return row.bytes;
    },
  }));

/** All that belongs to the incident, beside the paper: sources to the last octet, and the rows as JSON. */
export const dossierFiles = (
  db: Db,
  read: DossierRead,
  sources: DossierSources,
  { now, withNotes }: { now: Date; withNotes: boolean },
): ArchiveFile[] => [
  {
    name: 'incident.json',
    at: now,
    read: async () => Buffer.from(jsonLine(read)),
  },
  {
    name: TIMELINE_FILE,
    at: now,
    read: async () => wholeTimeline(db, read.family, withNotes ? (entries) => entries : entriesForOthers),
  },
  ...letterFiles(db, sources),
  ...messageFiles(db, sources),
  ...reportFiles(db, sources),
  ...evidenceFiles(db, read),
  ...screenshotFiles(db, sources, now),
];
