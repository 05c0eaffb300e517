import { sql } from 'kysely';
import type { Trx } from '../database/open.ts';
import { invalid } from '../problem.ts';

/** Whom reports are mailed to: people, and addresses that an administrator confirmed, by their numbers. */
export type Recipients = { userIds: number[]; addressIds: number[] };

const MOST = 50;

/** By which names whoever chose them gave them: for what is said of them. */
export type RecipientFields = { people: string; addresses: string };

async function missingPeople(trx: Trx, ids: number[]): Promise<boolean> {
  const known = await trx
    .selectFrom('users')
    .select('id')
    .where('id', '=', sql<number>`any(${sql.val(ids)}::integer[])`)
    .where('disabled_at', 'is', null)
    .execute();
  return known.length < ids.length;
}

async function missingAddresses(trx: Trx, ids: number[]): Promise<boolean> {
  const known = await trx
    .selectFrom('report_addresses')
    .select('id')
    .where('id', '=', sql<number>`any(${sql.val(ids)}::integer[])`)
    .execute();
  return known.length < ids.length;
}

/** Recipients as columns, each once. Throws `invalid` for nobody, for too many, and for somebody who is not there. */
export async function recipientColumns(trx: Trx, given: Recipients, fields: RecipientFields) {
  const userIds = [...new Set(given.userIds)];
  const addressIds = [...new Set(given.addressIds)];
  const wanted = userIds.length + addressIds.length;
  if (wanted === 0) throw invalid(fields.people, 'Choose at least one person or address.');
  if (wanted > MOST)
    throw invalid(fields.people, `A report is mailed to at most ${MOST} people and addresses.`);
  const gone = 'One of them is no longer there.';
  if (await missingPeople(trx, userIds)) throw invalid(fields.people, gone);
  if (await missingAddresses(trx, addressIds)) throw invalid(fields.addresses, gone);
  return { user_ids: userIds, address_ids: addressIds };
}

/** Confirmed addresses by their numbers. Throws `invalid` on `addresses` for one that nobody confirmed. */
export async function addressIdsOf(trx: Trx, addresses: string[]): Promise<number[]> {
  const named = addresses.map((text) => text.trim().toLowerCase());
  const rows = await trx
    .selectFrom('report_addresses')
    .select(['id', sql<string>`lower(address)`.as('name')])
    .where(sql`lower(address)`, 'in', [...named, ''])
    .execute();
  const known = new Map(rows.map(({ id, name }) => [name, id]));
  return addresses.map((text) => {
    const found = known.get(text.trim().toLowerCase());
    if (found === undefined)
      throw invalid(
        'addresses',
        `${text}: an administrator has to confirm it first, by POST /report-addresses or on the page of schedules.`,
      );
    return found;
  });
}
