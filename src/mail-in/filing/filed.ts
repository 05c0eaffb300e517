import { excerptOf } from '../../correspondence/excerpt.ts';
import { readAnswer } from '../../correspondence/take-message.ts';
import { applyVerdict, withdrawVerdict } from '../../correspondence/verdict-store.ts';
import type { Trx } from '../../database/open.ts';
import type { IncidentRow, MessageRow } from '../../database/tables.ts';
import { lockIncident, lockIncidents } from '../../incidents/store.ts';
import { notFound, Problem } from '../../problem.ts';
import type { Catalogue } from '../../providers/catalogue.ts';
import { ensureTicket, findTicket } from '../../tickets/store.ts';
import { append } from '../../timeline/store.ts';
import type { Actor } from '../../web/access.ts';
import { isProven } from '../reading/proof.ts';

/** Where messages that came in belong: filed, moved, put back, each with its trace and with what follows from its verdict. */

const COLUMNS = [
  'id',
  'incident_number',
  'direction',
  'channel',
  'kind',
  'at',
  'sha256',
  'from_address',
  'subject',
  'text',
  'verdict',
  'machine_verdict',
  'confidence',
  'quote',
  'authenticity',
  'applied',
] as const;
type Filed = Pick<MessageRow, (typeof COLUMNS)[number]>;
type Incoming = Filed & { verdict: NonNullable<MessageRow['verdict']> };

/** A message and the incidents that it leaves and comes to, locked: incidents by number, then the message. */
async function lockMessage(
  trx: Trx,
  id: number,
  to: number | null,
): Promise<{ message: Incoming; rows: Map<number, IncidentRow> }> {
  const seen = await trx
    .selectFrom('messages')
    .select('incident_number')
    .where('id', '=', id)
    .executeTakeFirst();
  const numbers = [seen?.incident_number ?? null, to].filter((number) => number !== null);
  const rows = await lockIncidents(trx, numbers);
  const message = await trx
    .selectFrom('messages')
    .select(COLUMNS)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow(() => notFound('such message'));
  if (message.incident_number !== (seen?.incident_number ?? null))
    throw new Problem('changed-meanwhile', 'Somebody filed this message meanwhile. Look at it again.');
  if (message.direction !== 'in' || message.verdict === null)
    throw new Problem('invalid', 'What we sent belongs to the incident that it was sent for.');
  return { message: { ...message, verdict: message.verdict }, rows };
}

/** A person said of it before that it counts. */
async function wasAccepted(trx: Trx, id: number): Promise<boolean> {
  const entry = await trx
    .selectFrom('timeline_entries')
    .select('id')
    .where('message_id', '=', id)
    .where('kind', '=', 'verdict-accepted')
    .limit(1)
    .executeTakeFirst();
  return entry !== undefined;
}

/**
 * Whether its verdict counts: what a person recorded does, and what is proven to be from the incident's provider. What
 * a machine wrote counts as a receipt only.
 */
async function counts(trx: Trx, message: Incoming, row: IncidentRow, catalogue: Catalogue): Promise<boolean> {
  const { authenticity, from_address: from, kind, verdict } = message;
  if (authenticity === null || (await wasAccepted(trx, message.id))) return true;
  return (
    isProven(authenticity, from, catalogue, row.provider) === true &&
    (kind === 'reply' || verdict === 'acknowledged')
  );
}

/** Read again as an answer of the incident's provider, unless a person has said what it amounts to. */
function read(message: Incoming, row: IncidentRow, catalogue: Catalogue) {
  const { subject, from_address: from, text } = message;
  const answer = readAnswer({ subject, from, text }, { catalogue, provider: row.provider });
  const isDecided = message.confidence === null || message.kind === 'delivery-report';
  return {
    reference: answer.reference,
    reading: isDecided
      ? { verdict: message.verdict, confidence: message.confidence, quote: message.quote }
      : answer.reading,
  };
}

async function refuseTwice(trx: Trx, message: Incoming, number: number): Promise<void> {
  const same = await trx
    .selectFrom('messages')
    .select('id')
    .where('incident_number', '=', number)
    .where('direction', '=', 'in')
    .where('sha256', '=', message.sha256)
    .where('id', '!=', message.id)
    .executeTakeFirst();
  if (same) throw new Problem('already-exists', `Incident #${number} has this message already.`);
}

/** Whether the incident's timeline has told of the message before, as of one that was there and came back. */
async function isTold(trx: Trx, message: Incoming, number: number): Promise<boolean> {
  const entry = await trx
    .selectFrom('timeline_entries')
    .select('id')
    .where('incident_number', '=', number)
    .where('message_id', '=', message.id)
    .where('kind', '=', 'message-received')
    .executeTakeFirst();
  return entry !== undefined;
}

/** Puts a message that belongs nowhere into a locked incident. */
async function put(
  trx: Trx,
  actor: Actor,
  catalogue: Catalogue,
  given: Incoming,
  row: IncidentRow,
  by: string,
): Promise<void> {
  const { reference, reading } = read(given, row, catalogue);
  const message = { ...given, ...reading };
  await refuseTwice(trx, message, row.number);
  const applied = await counts(trx, message, row, catalogue);
  // Nobody makes up a ticket of ours by a forged mail.
  const ticket =
    reference === null
      ? undefined
      : applied
        ? await ensureTicket(trx, actor, row.number, {
            reference: reference.slice(0, 120),
            channel: message.channel,
            at: message.at,
          })
        : await findTicket(trx, row.number, reference);
  await trx
    .updateTable('messages')
    .set({
      incident_number: row.number,
      ticket_id: ticket?.id ?? null,
      verdict: message.verdict,
      ...(message.confidence === null ? {} : { machine_verdict: message.verdict }),
      confidence: message.confidence,
      quote: message.quote,
      applied,
      filed_by: by,
      put_away_at: null,
      put_away_by_name: null,
    })
    .where('id', '=', message.id)
    .execute();
  if (!(await isTold(trx, message, row.number)))
    await append(trx, {
      incident: row.number,
      kind: 'message-received',
      actor,
      occurredAt: message.at,
      messageId: message.id,
      ...(ticket ? { ticketId: ticket.id } : {}),
      detail: {
        from: message.from_address,
        subject: message.subject,
        channel: message.channel,
        verdict: message.verdict,
        confidence: message.confidence ?? 1,
        quote: message.quote,
        reference: ticket ? reference : null,
        excerpt: excerptOf(message.text),
        ...(applied ? {} : { applied }),
      },
    });
  if (applied) await applyVerdict(trx, actor, row, message, catalogue.byKey.get(row.provider));
}

/** Files a mail that has just come in, by what it says itself. */
export async function fileArrived(
  trx: Trx,
  actor: Actor,
  catalogue: Catalogue,
  id: number,
  to: { incident: number; by: string },
): Promise<void> {
  const { message, rows } = await lockMessage(trx, id, to.incident);
  await put(trx, actor, catalogue, message, rows.get(to.incident) as IncidentRow, to.by);
}

/**
 * A person files a message, from Unfiled or from another incident; null: it goes back to Unfiled. Throws
 * `changed-meanwhile` when it is no longer where they saw it.
 */
export async function moveMessage(
  trx: Trx,
  actor: Actor,
  catalogue: Catalogue,
  id: number,
  to: number | null,
  seenIn?: number | null,
): Promise<void> {
  const { message, rows } = await lockMessage(trx, id, to);
  const from = message.incident_number;
  if (from === to) return;
  if (seenIn !== undefined && seenIn !== from)
    throw new Problem(
      'changed-meanwhile',
      from === null
        ? 'Somebody took this message back to Unfiled meanwhile.'
        : `Somebody filed this message with incident #${from} meanwhile.`,
    );
  const { from_address: sender, subject } = message;
  if (from !== null) {
    const row = rows.get(from) as IncidentRow;
    await trx
      .updateTable('messages')
      .set({
        incident_number: null,
        ticket_id: null,
        filed_by: null,
        ...(to === null ? { applied: false } : {}),
      })
      .where('id', '=', id)
      .execute();
    await append(trx, {
      incident: from,
      kind: 'message-moved-away',
      actor,
      messageId: id,
      detail: { from: sender, subject, to },
    });
    if (message.applied) await withdrawVerdict(trx, actor, row, message, catalogue.byKey.get(row.provider));
  }
  if (to === null) return;
  // Locked since before, but what became of it meanwhile is ours.
  await put(trx, actor, catalogue, message, await lockIncident(trx, to), `by ${actor.name}`);
  await append(trx, {
    incident: to,
    kind: 'message-filed',
    actor,
    messageId: id,
    detail: { from: sender, subject, by: 'by hand', cameFrom: from },
  });
}

/** A person says that an answer is really from the provider: it counts from now on. */
export async function acceptVerdict(
  trx: Trx,
  actor: Actor,
  catalogue: Catalogue,
  number: number,
  id: number,
): Promise<void> {
  const { message, rows } = await lockMessage(trx, id, number);
  if (message.incident_number !== number) throw notFound('such answer');
  if (message.applied) return;
  const row = rows.get(number) as IncidentRow;
  const { reference } = read(message, row, catalogue);
  const ticket =
    reference === null
      ? undefined
      : await ensureTicket(trx, actor, number, {
          reference: reference.slice(0, 120),
          channel: message.channel,
          at: message.at,
        });
  await trx
    .updateTable('messages')
    .set({ applied: true, ...(ticket ? { ticket_id: ticket.id } : {}) })
    .where('id', '=', id)
    .execute();
  await append(trx, {
    incident: number,
    kind: 'verdict-accepted',
    actor,
    messageId: id,
    detail: { verdict: message.verdict, from: message.from_address, subject: message.subject },
  });
  await applyVerdict(trx, actor, row, message, catalogue.byKey.get(row.provider));
}
