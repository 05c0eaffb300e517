import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { json } from '../database/json.ts';
import type { Db, Trx } from '../database/open.ts';
import type {
  Authenticity,
  Channel,
  Direction,
  FilingSuggestion,
  IncidentRow,
  MessageKind,
  MessageRow,
} from '../database/tables.ts';
import { stateWords } from '../incidents/incidents.ts';
import { nextState } from '../incidents/state.ts';
import { moveState, setStateTo } from '../incidents/state-store.ts';
import { lockIncident, writeIncident } from '../incidents/store.ts';
import { notFound } from '../problem.ts';
import { followUpDue } from '../providers/playbook.ts';
import type { Provider, Verdict } from '../providers/schema.ts';
import { ensureTicket } from '../tickets/store.ts';
import { append } from '../timeline/store.ts';
import type { Actor } from '../web/access.ts';
import type { EnteredField } from './entered-fields.ts';
import type { ReadMail } from './mail.ts';

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

const EXCERPT = 280;
export const excerptOf = (text: string) => {
  const folded = text.replace(/\s+/g, ' ').trim();
  return folded.length > EXCERPT ? `${folded.slice(0, EXCERPT)}…` : folded;
};

/** Verdicts that are an answer, and not only a receipt. */
export const isAnswer = (verdict: Verdict) => verdict !== 'acknowledged' && verdict !== 'other';

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
      sha256: createHash('sha256').update(message.raw).digest(),
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

/** What an answer changes in its incident. An older one, recorded late, does not undo what a newer one said. */
export async function applyVerdict(
  trx: Trx,
  actor: Actor,
  row: IncidentRow,
  verdict: Verdict,
  at: Date,
): Promise<void> {
  const isNewest = !row.last_answer_at || at >= row.last_answer_at;
  await writeIncident(trx, row.number, {
    ...(isNewest ? { last_answer_at: at, last_verdict: verdict } : {}),
    ...(isAnswer(verdict) && (!row.first_answer_at || at < row.first_answer_at)
      ? { first_answer_at: at }
      : {}),
  });
  if (isNewest)
    await moveState(
      trx,
      actor,
      row,
      { kind: 'verdict', verdict },
      { reason: `the provider’s answer: ${stateWords(verdict)}`, at },
    );
}

/** A request is out: its times, its round, and when silence calls for a follow-up. */
export async function requestSent(
  trx: Trx,
  actor: Actor,
  row: IncidentRow,
  request: { at: Date; newRound: boolean; reason: string; provider: Provider | undefined },
): Promise<void> {
  const { at } = request;
  const due = request.provider ? followUpDue(request.provider, at) : null;
  await writeIncident(trx, row.number, {
    round: request.newRound || row.round === 0 ? row.round + 1 : row.round,
    first_request_at: row.first_request_at && row.first_request_at <= at ? row.first_request_at : at,
    last_request_at: row.last_request_at && row.last_request_at >= at ? row.last_request_at : at,
    follow_up_due_at: due,
  });
  await moveState(
    trx,
    actor,
    { ...row, follow_up_due_at: due },
    { kind: 'request-sent' },
    { reason: request.reason, at },
  );
}

/**
 * Keeps one message with its incident: ticket, verdict, state and timeline in one transaction. The same
 * message again (same bytes, same time) is kept once. Returns the message's id.
 */
export async function recordMessage(
  trx: Trx,
  actor: Actor,
  number: number,
  message: NewMessage,
  provider: Provider | undefined,
): Promise<number> {
  const row = await lockIncident(trx, number);
  const reference = message.reference?.trim() || null;
  const ticket = reference
    ? await ensureTicket(trx, actor, number, { reference, channel: message.channel, at: message.at })
    : null;
  const id = await keepMessage(trx, number, message, ticket?.id ?? null);
  if (id === undefined) return (await sameMessage(trx, number, message)).id;
  const { mail, reading } = message;
  if (message.direction === 'in' && reading) {
    await append(trx, {
      incident: number,
      kind: 'message-received',
      actor,
      occurredAt: message.at,
      messageId: id,
      ...(ticket ? { ticketId: ticket.id } : {}),
      detail: {
        from: mail.from,
        subject: mail.subject,
        channel: message.channel,
        verdict: reading.verdict,
        confidence: reading.confidence,
        quote: reading.quote,
        reference,
        excerpt: excerptOf(mail.text),
      },
    });
    await applyVerdict(trx, actor, row, reading.verdict, message.at);
  } else {
    await append(trx, {
      incident: number,
      kind: 'message-sent',
      actor,
      occurredAt: message.at,
      messageId: id,
      ...(ticket ? { ticketId: ticket.id } : {}),
      detail: {
        to: mail.to,
        subject: mail.subject,
        channel: message.channel,
        reference,
        excerpt: excerptOf(mail.text),
      },
    });
    const asks = row.state === 'open' || row.state === 'action-needed' || row.state === 'awaiting-provider';
    if (asks)
      await requestSent(trx, actor, row, {
        at: message.at,
        newRound: row.round === 0,
        reason: 'a message to the provider',
        provider,
      });
  }
  return id;
}

/** A mail of ours, octet by octet as it goes out, and what is read from it. */
export type OutgoingMail = {
  raw: Buffer;
  messageId: string;
  from: string;
  to: string;
  subject: string;
  attachments: ReadMail['attachments'];
};

/** A letter that was sent, as an outgoing message. Where no mail was made of it, its text is the raw source. */
export async function recordLetter(
  trx: Trx,
  number: number,
  letter: {
    letterId: number;
    ticketId: number | null;
    channel: Channel;
    at: Date;
    from: string;
    to: string;
    subject: string;
    text: string;
    mail?: OutgoingMail | undefined;
    formFields: EnteredField[];
  },
): Promise<number> {
  const { mail } = letter;
  const raw = mail?.raw ?? Buffer.from(letter.text);
  const row = await trx
    .insertInto('messages')
    .values({
      incident_number: number,
      ticket_id: letter.ticketId,
      letter_id: letter.letterId,
      direction: 'out',
      channel: letter.channel,
      at: letter.at,
      from_address: mail?.from ?? letter.from,
      to_address: mail?.to ?? letter.to,
      subject: mail?.subject ?? letter.subject,
      text: letter.text,
      html: null,
      raw,
      raw_type: mail ? 'message/rfc822' : 'text/plain',
      sha256: createHash('sha256')
        .update(mail ? '' : `letter ${letter.letterId}\0`)
        .update(raw)
        .digest(),
      message_id: mail?.messageId ?? null,
      verdict: null,
      machine_verdict: null,
      confidence: null,
      quote: null,
      problem: null,
      form_fields: letter.formFields.length > 0 ? json(letter.formFields) : null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  if (mail) await keepAttachments(trx, row.id, mail.attachments);
  return row.id;
}

async function sameMessage(trx: Trx, number: number, message: NewMessage) {
  return trx
    .selectFrom('messages')
    .select('id')
    .where('incident_number', '=', number)
    .where('direction', '=', message.direction)
    .where('sha256', '=', createHash('sha256').update(message.raw).digest())
    .where('at', '=', message.at)
    .executeTakeFirstOrThrow();
}

/** A person says what an answer amounts to. If it is the newest answer, the incident follows. */
export async function correctVerdict(
  trx: Trx,
  actor: Actor,
  number: number,
  messageId: number,
  verdict: Verdict,
): Promise<void> {
  const row = await lockIncident(trx, number);
  const message = await trx
    .selectFrom('messages')
    .selectAll()
    .where('id', '=', messageId)
    .where('incident_number', '=', number)
    .forUpdate()
    .executeTakeFirst();
  if (!message?.verdict) throw notFound('such answer');
  if (message.verdict === verdict) return;
  const wrong = message.verdict;
  await trx.updateTable('messages').set({ verdict, confidence: null }).where('id', '=', messageId).execute();
  await append(trx, {
    incident: number,
    kind: 'verdict-corrected',
    actor,
    messageId,
    detail: { from: wrong, to: verdict, subject: message.subject },
  });
  // What does not count has moved nothing.
  if (!message.applied || (row.last_answer_at && message.at < row.last_answer_at)) return;
  await writeIncident(trx, number, {
    last_verdict: verdict,
    ...(isAnswer(verdict) && !row.first_answer_at ? { first_answer_at: message.at } : {}),
  });
  await undoWrongMove(trx, actor, row, { wrong, right: verdict, at: message.at });
}

/** Puts the incident where the right verdict would have put it, if the wrong one is what moved it. */
async function undoWrongMove(
  trx: Trx,
  actor: Actor,
  row: IncidentRow,
  change: { wrong: Verdict; right: Verdict; at: Date },
): Promise<void> {
  const before = row.last_request_at ? 'awaiting-provider' : 'open';
  const wrongly = nextState(before, { kind: 'verdict', verdict: change.wrong });
  const rightly = nextState(before, { kind: 'verdict', verdict: change.right });
  if (row.state !== wrongly || rightly === row.state) return;
  await setStateTo(trx, actor, row, rightly, {
    reason: `verdict corrected to ${stateWords(change.right)}`,
    at: change.at,
  });
}

export type MessageShown = Omit<MessageRow, 'raw' | 'sha256'> & { reference: string | null };

/** Messages as they are shown. The raw bytes are left where they are. */
export const shownMessages = (db: Db | Trx) =>
  db
    .selectFrom('messages as m')
    .leftJoin('tickets as t', 't.id', 'm.ticket_id')
    .select([
      'm.id',
      'm.incident_number',
      'm.ticket_id',
      'm.letter_id',
      'm.direction',
      'm.channel',
      'm.at',
      'm.recorded_at',
      'm.from_address',
      'm.to_address',
      'm.subject',
      'm.text',
      'm.html',
      'm.raw_type',
      'm.message_id',
      'm.verdict',
      'm.machine_verdict',
      'm.confidence',
      'm.quote',
      'm.problem',
      'm.kind',
      'm.arrival_id',
      'm.authenticity',
      'm.proven',
      'm.applied',
      'm.filed_by',
      'm.suggestions',
      'm.put_away_at',
      'm.put_away_by_name',
      'm.form_fields',
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
  const items = found.slice(0, query.limit);
  const last = items.at(-1);
  return { items, next: found.length > query.limit && last ? { at: last.at, id: last.id } : null };
}

export async function getMessage(db: Db | Trx, number: number, id: number): Promise<MessageShown> {
  const message = await shownMessages(db)
    .where('m.incident_number', '=', number)
    .where('m.id', '=', id)
    .executeTakeFirst();
  if (!message) throw notFound('such message');
  return message;
}
