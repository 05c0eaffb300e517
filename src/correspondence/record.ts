import type { Trx } from '../database/open.ts';
import { lockIncident } from '../incidents/store.ts';
import type { Provider } from '../providers/schema.ts';
import { ensureTicket } from '../tickets/store.ts';
import { append } from '../timeline/store.ts';
import type { Actor } from '../web/access.ts';
import { excerptOf } from './excerpt.ts';
import { requestSent } from './request.ts';
import { keepMessage, type NewMessage, sameMessage } from './store.ts';
import { applyVerdict } from './verdict-store.ts';

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
  if (id === undefined) return sameMessage(trx, number, message);
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
    const { verdict, confidence } = reading;
    await applyVerdict(trx, actor, row, { verdict, confidence, at: message.at }, provider);
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
