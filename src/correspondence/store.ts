import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { json } from '../database/json.ts';
import type { Db, Trx } from '../database/open.ts';
import { cutPage } from '../database/page.ts';
import type {
  Authenticity,
  Channel,
  Direction,
  FilingSuggestion,
  MessageKind,
  MessageRow,
} from '../database/tables.ts';
import { notFound } from '../problem.ts';
import type { Verdict } from '../providers/schema.ts';
import type { EnteredField } from './entered-fields.ts';
import type { ReadMail } from './mail.ts';
import type { Answer } from './verdicts.ts';

/** Messages as they are kept and read; what follows from one is in `record.ts` and `verdict-store.ts`. */

/** A message to keep: the raw bytes, what was read of them, and for an incoming one what it amounts to. */
export type NewMessage = {
  direction: Direction;
  channel: Channel;
  at: Date;
  raw: Buffer;
  rawType: 'message/rfc822' | 'text/plain';
  mail: Omit<ReadMail, 'sentAt'>;
  reading: { verdict: Verdict; confidence: number; quote: string | null } | null;
  reference: string | null;
  /** Of a letter that was sent. */
  letterId?: number;
  /** What was entered in each field, where it went by a provider's form. */
  formFields?: EnteredField[] | undefined;
  /** Of a mail that came in by itself. */
  arrived?: Arrived;
};

/** What is known of a mail that came in by itself; its octets lie with its arrival. */
export type Arrived = {
  id: number;
  kind: MessageKind;
  authenticity: Authenticity;
  proven: boolean | null;
  suggestions: FilingSuggestion[] | null;
};

async function keepAttachments(
  trx: Trx,
  messageId: number,
  attachments: ReadMail['attachments'],
): Promise<void> {
  if (attachments.length === 0) return;
  await trx
    .insertInto('attachments')
    .values(
      attachments.map((one, position) => ({
        message_id: messageId,
        position,
        file_name: one.fileName,
        content_type: one.contentType,
        byte_length: one.content.length,
        sha256: createHash('sha256').update(one.content).digest(),
        content: one.content,
        content_id: one.contentId,
        is_inline: one.isInline,
      })),
    )
    .execute();
}

const OCTETS_OF = (id: number) => sql<Buffer>`(select raw from arrivals where id = ${id})`;

const arrivedColumns = ({ arrived }: NewMessage) =>
  arrived && {
    raw: OCTETS_OF(arrived.id),
    arrival_id: arrived.id,
    kind: arrived.kind,
    authenticity: json(arrived.authenticity),
    proven: arrived.proven,
    // Until it is filed it counts for nothing, and then only if it is proven.
    applied: false,
    suggestions: arrived.suggestions && json(arrived.suggestions),
  };

/** By which the same message is known again. Two letters are two messages, also where their texts are the same. */
const fingerprintOf = ({ raw, rawType, letterId }: NewMessage): Buffer =>
  createHash('sha256')
    .update(letterId !== undefined && rawType === 'text/plain' ? `letter ${letterId}\0` : '')
    .update(raw)
    .digest();

/** Keeps a message with an incident, or with none yet. Undefined: the incident has it already. */
export async function keepMessage(
  trx: Trx,
  number: number | null,
  message: NewMessage,
  ticketId: number | null,
): Promise<number | undefined> {
  const { mail, reading } = message;
  const row = await trx
    .insertInto('messages')
    .values({
      incident_number: number,
      ticket_id: ticketId,
      letter_id: message.letterId ?? null,
      direction: message.direction,
      channel: message.channel,
      at: message.at,
      from_address: mail.from,
      to_address: mail.to,
      subject: mail.subject,
      text: mail.text,
      html: mail.html,
      raw: message.raw,
      raw_type: message.rawType,
      sha256: fingerprintOf(message),
      message_id: mail.messageId,
      verdict: reading?.verdict ?? null,
      machine_verdict: reading?.verdict ?? null,
      confidence: reading?.confidence ?? null,
      quote: reading?.quote ?? null,
      problem: mail.problem,
      form_fields: message.formFields?.length ? json(message.formFields) : null,
      ...arrivedColumns(message),
    })
    .onConflict((conflict) => conflict.columns(['incident_number', 'direction', 'sha256', 'at']).doNothing())
    .returning('id')
    .executeTakeFirst();
  if (row) await keepAttachments(trx, row.id, mail.attachments);
  return row?.id;
}

/** The one that an incident has already. */
export async function sameMessage(trx: Trx, number: number, message: NewMessage): Promise<number> {
  const { id } = await trx
    .selectFrom('messages')
    .select('id')
    .where('incident_number', '=', number)
    .where('direction', '=', message.direction)
    .where('sha256', '=', fingerprintOf(message))
    .where('at', '=', message.at)
    .executeTakeFirstOrThrow();
  return id;
}

/** The answers of an incident that count, newest first. */
export async function answersOf(trx: Trx, number: number): Promise<Answer[]> {
  const rows = await trx
    .selectFrom('messages')
    .select(['at', 'verdict'])
    .where('incident_number', '=', number)
    .where('direction', '=', 'in')
    .where('applied', '=', true)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .execute();
  return rows.flatMap(({ at, verdict }) => (verdict === null ? [] : [{ at, verdict }]));
}

/** What is read of a message wherever it is shown, beside so much of its text as fits there. */
export const READ_OF_MESSAGE = [
  'm.id',
  'm.letter_id',
  'm.direction',
  'm.channel',
  'm.at',
  'm.recorded_at',
  'm.from_address',
  'm.to_address',
  'm.subject',
  'm.verdict',
  'm.quote',
  'm.proven',
  'm.applied',
  'm.form_fields',
] as const;

export type MessageShown = Omit<MessageRow, 'raw' | 'sha256'> & { reference: string | null };

/** Messages as they are shown. The raw bytes are left where they are. */
export const shownMessages = (db: Db | Trx) =>
  db
    .selectFrom('messages as m')
    .leftJoin('tickets as t', 't.id', 'm.ticket_id')
    .select([
      ...READ_OF_MESSAGE,
      'm.incident_number',
      'm.ticket_id',
      'm.text',
      'm.html',
      'm.raw_type',
      'm.message_id',
      'm.machine_verdict',
      'm.confidence',
      'm.problem',
      'm.kind',
      'm.arrival_id',
      'm.authenticity',
      'm.filed_by',
      'm.suggestions',
      'm.put_away_at',
      'm.put_away_by_name',
      't.reference',
    ]);

/** A page of an incident's messages, oldest first. */
export async function listMessages(
  db: Db,
  number: number,
  query: { limit: number; after?: { at: Date; id: number } | undefined },
): Promise<{ items: MessageShown[]; next: { at: Date; id: number } | null }> {
  let rows = shownMessages(db)
    .where('m.incident_number', '=', number)
    .orderBy('m.at')
    .orderBy('m.id')
    .limit(query.limit + 1);
  const { after } = query;
  if (after) rows = rows.where((eb) => eb(eb.refTuple('m.at', 'm.id'), '>', eb.tuple(after.at, after.id)));
  const found = await rows.execute();
  return cutPage(found, query.limit, (last) => ({ at: last.at, id: last.id }));
}

export async function getMessage(db: Db | Trx, number: number, id: number): Promise<MessageShown> {
  return shownMessages(db)
    .where('m.incident_number', '=', number)
    .where('m.id', '=', id)
    .executeTakeFirstOrThrow(() => notFound('such message'));
}
