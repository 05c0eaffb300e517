import type { Db, Trx } from '../database/open.ts';
import { checkAddress } from './mail-address.ts';

const MOST_REFERENCES = 10;
const MESSAGE_ID = /^<[!-;=?-~]{1,240}>$/;

/**
 * The Message-IDs that a letter refers to, oldest first: those of its ticket, else, for a letter that answers, of
 * all that was written with the provider. What was withdrawn never left.
 */
export async function threadOf(
  db: Db | Trx,
  incident: number,
  { ticketId, answers }: { ticketId: number | null; answers: boolean },
): Promise<string[]> {
  const newest = db
    .selectFrom('messages as m')
    .leftJoin('dispatches as d', 'd.message_id', 'm.id')
    .select(['m.message_id', 'm.ticket_id'])
    .where('m.incident_number', '=', incident)
    .where('m.message_id', 'is not', null)
    .where('m.kind', 'in', ['reply', 'automatic'])
    .where((eb) => eb.or([eb('d.state', 'is', null), eb('d.state', '!=', 'withdrawn')]))
    .orderBy('m.at', 'desc')
    .orderBy('m.id', 'desc')
    .limit(MOST_REFERENCES);
  const ofTicket = ticketId === null ? [] : await newest.where('m.ticket_id', '=', ticketId).execute();
  const rows = ofTicket.length > 0 || !answers ? ofTicket : await newest.execute();
  return rows
    .map((row) => row.message_id ?? '')
    .filter((id) => MESSAGE_ID.test(id))
    .reverse();
}

/** Who wrote the provider's newest answer; undefined where nobody did, or it is known not to be from them. */
export async function answererOf(db: Db | Trx, incident: number): Promise<string | undefined> {
  const row = await db
    .selectFrom('messages')
    .select('from_address')
    .where('incident_number', '=', incident)
    .where('direction', '=', 'in')
    .where('channel', '=', 'email')
    .where('kind', '=', 'reply')
    .where((eb) => eb.or([eb('proven', 'is', null), eb('proven', '=', true)]))
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  const bare = /<([^<>\s]+)>\s*$/.exec(row?.from_address ?? '')?.[1] ?? row?.from_address ?? '';
  const checked = checkAddress(bare.trim());
  return 'address' in checked ? checked.address : undefined;
}
