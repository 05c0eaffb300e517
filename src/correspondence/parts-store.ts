import { sql } from 'kysely';
import type { Db } from '../database/open.ts';
import { notFound } from '../problem.ts';
import { MAX_PICTURES, MAX_PICTURES_BYTES, ownPictures } from './own-pictures.ts';

/** Where a message is looked for: in one incident, or among all that came in. */
export type Where = number | 'incoming';
const isThere = (where: Where) =>
  where === 'incoming' ? sql<boolean>`m.direction = 'in'` : sql<boolean>`m.incident_number = ${where}`;

/** The source of a message as it came. */
export async function readSource(db: Db, where: Where, id: number) {
  const row = await db
    .selectFrom('messages as m')
    .select(['m.raw', 'm.raw_type'])
    .where('m.id', '=', id)
    .where(isThere(where))
    .executeTakeFirstOrThrow(() => notFound('such message'));
  return { raw: row.raw, rawType: row.raw_type };
}

/** The source's first octets, and how many there are. */
export async function readSourceStart(db: Db, number: number, id: number, most: number) {
  const row = await db
    .selectFrom('messages')
    .select([
      'raw_type',
      sql<Buffer>`substring(raw from 1 for ${most}::integer)`.as('start'),
      sql<number>`octet_length(raw)`.as('size'),
    ])
    .where('id', '=', id)
    .where('incident_number', '=', number)
    .executeTakeFirstOrThrow(() => notFound('such message'));
  return { octets: row.start, size: row.size, rawType: row.raw_type };
}

export type AttachmentShown = {
  message_id: number;
  position: number;
  file_name: string;
  content_type: string;
  byte_length: number;
  is_inline: boolean;
};

/** The attachments of some messages, without what is in them. */
export async function listAttachments(db: Db, messages: number[]): Promise<AttachmentShown[]> {
  if (messages.length === 0) return [];
  return db
    .selectFrom('attachments')
    .select(['message_id', 'position', 'file_name', 'content_type', 'byte_length', 'is_inline'])
    .where('message_id', 'in', messages)
    .orderBy('message_id')
    .orderBy('position')
    .execute();
}

/** One attachment, with what is in it. */
export async function readAttachment(db: Db, where: Where, id: number, position: number) {
  const row = await db
    .selectFrom('attachments as a')
    .innerJoin('messages as m', 'm.id', 'a.message_id')
    .select(['a.content', 'a.file_name'])
    .where('m.id', '=', id)
    .where(isThere(where))
    .where('a.position', '=', position)
    .executeTakeFirstOrThrow(() => notFound('such attachment'));
  return { fileName: row.file_name, content: row.content };
}

/** The pictures that a message's HTML can show as its own, in order, up to what is shown of one mail. */
export async function readOwnPictures(db: Db, id: number): Promise<Map<string, string>> {
  const named = await db
    .selectFrom('attachments')
    .select(['id', 'byte_length'])
    .where('message_id', '=', id)
    .where('content_id', '!=', '')
    .orderBy('position')
    .limit(MAX_PICTURES)
    .execute();
  let room = MAX_PICTURES_BYTES;
  const chosen = named.filter(({ byte_length: size }) => {
    if (size > room) return false;
    room -= size;
    return true;
  });
  if (chosen.length === 0) return new Map();
  const rows = await db
    .selectFrom('attachments')
    .select(['content_id', 'content'])
    .where(
      'id',
      'in',
      chosen.map((one) => one.id),
    )
    .orderBy('position')
    .execute();
  return ownPictures(rows.map((row) => ({ contentId: row.content_id, content: row.content })));
}
