import { sql } from 'kysely';
import type { Trx } from '../database/open.ts';
import { invalid } from '../problem.ts';

/** Whom reports are mailed to: people, and addresses that an administrator confirmed, by their numbers. */
export type Recipients = { userIds: number[]; addressIds: number[] };

const MOST = 50;

async function countKnown(trx: Trx, { userIds, addressIds }: Recipients): Promise<number> {
  const users = await trx
    .selectFrom('users')
    .select('id')
    .where('id', '=', sql<number>`any(${sql.val(userIds)}::integer[])`)
    .where('disabled_at', 'is', null)
    .execute();
  const others = await trx
    .selectFrom('report_addresses')
    .select('id')
    .where('id', '=', sql<number>`any(${sql.val(addressIds)}::integer[])`)
    .execute();
  return users.length + others.length;
}

/** Recipients as columns, each once. Throws `invalid` for nobody, for too many, and for somebody who is not there. */
export async function recipientColumns(trx: Trx, given: Recipients) {
  const userIds = [...new Set(given.userIds)];
  const addressIds = [...new Set(given.addressIds)];
  const wanted = userIds.length + addressIds.length;
  if (wanted === 0) throw invalid('people', 'Choose at least one person or address.');
  if (wanted > MOST) throw invalid('people', `A report is mailed to at most ${MOST} people and addresses.`);
  if ((await countKnown(trx, { userIds, addressIds })) !== wanted)
    throw invalid('people', 'One of them is no longer there.');
  return { user_ids: userIds, address_ids: addressIds };
}

/** Confirmed addresses by their numbers. Throws `invalid` on `addresses` for one that nobody confirmed. */
export async function addressIdsOf(trx: Trx, addresses: string[]): Promise<number[]> {
  const known = await trx.selectFrom('report_addresses').select(['id', 'address']).limit(500).execute();
  return addresses.map((text) => {
    const found = known.find(({ address }) => address.toLowerCase() === text.trim().toLowerCase());
    if (!found)
      throw invalid(
        'addresses',
        `${text}: an administrator has to confirm it first, on the page of schedules.`,
      );
    return found.id;
  });
}
