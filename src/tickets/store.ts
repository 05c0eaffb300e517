import type { Db, Trx } from '../database/open.ts';
import type { Channel, TicketRow } from '../database/tables.ts';
import { lockIncident } from '../incidents/store.ts';
import { invalid, notFound } from '../problem.ts';
import { append } from '../timeline/store.ts';
import type { Actor } from '../web/access.ts';

export type NewTicket = {
  reference: string;
  channel: Channel;
  address?: string | undefined;
  at?: Date | undefined;
};

/** The incident's ticket with that reference; undefined where it has none. */
export const findTicket = (trx: Trx, incident: number, reference: string) =>
  trx
    .selectFrom('tickets')
    .selectAll()
    .where('incident_number', '=', incident)
    .where((eb) => eb(eb.fn<string>('lower', ['reference']), '=', reference.toLowerCase()))
    .executeTakeFirst();

/** How the provider calls an incident's tickets, the newest first. */
export async function ticketReferences(db: Db, incident: number): Promise<string[]> {
  const rows = await db
    .selectFrom('tickets')
    .select('reference')
    .where('incident_number', '=', incident)
    .orderBy('id', 'desc')
    .limit(20)
    .execute();
  return rows.map(({ reference }) => reference);
}

/** The incident's ticket with that reference, opened if it is not known yet. */
export async function ensureTicket(
  trx: Trx,
  actor: Actor,
  incident: number,
  ticket: NewTicket,
): Promise<TicketRow> {
  const reference = ticket.reference.trim();
  if (!reference) throw invalid('reference', 'Enter the reference as the provider writes it.');
  if (reference.length > 120) throw invalid('reference', 'A reference has at most 120 characters.');
  // Of two who name it at a time, one opens it.
  await lockIncident(trx, incident);
  const known = await findTicket(trx, incident, reference);
  if (known) return known;
  const at = ticket.at ?? new Date();
  const row = await trx
    .insertInto('tickets')
    .values({
      incident_number: incident,
      reference,
      channel: ticket.channel,
      address: ticket.address ?? '',
      opened_at: at,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await append(trx, {
    incident,
    kind: 'ticket-opened',
    actor,
    occurredAt: at,
    ticketId: row.id,
    detail: { reference, channel: row.channel, address: row.address },
  });
  return row;
}

/** Closes a ticket; closing it twice is one closing. */
export async function closeTicket(trx: Trx, actor: Actor, incident: number, id: number): Promise<void> {
  const row = await trx
    .selectFrom('tickets')
    .selectAll()
    .where('id', '=', id)
    .where('incident_number', '=', incident)
    .forUpdate()
    .executeTakeFirstOrThrow(() => notFound('such ticket'));
  if (row.state === 'closed') return;
  await trx
    .updateTable('tickets')
    .set({ state: 'closed', closed_at: new Date() })
    .where('id', '=', id)
    .execute();
  await append(trx, {
    incident,
    kind: 'ticket-closed',
    actor,
    ticketId: id,
    detail: { reference: row.reference },
  });
}
