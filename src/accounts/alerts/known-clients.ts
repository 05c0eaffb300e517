import ipaddr from 'ipaddr.js';
import { sql } from 'kysely';
import type { Db, Trx } from '../../database/open.ts';

const KEPT_DAYS = 180;
const MOST_CLIENTS = 200;

/** The network that an address stands for: the same provider gives the same person another address each day. */
export function networkOf(address: string): string {
  const parsed = ipaddr.process(address.split('%')[0] ?? '');
  return parsed.kind() === 'ipv4'
    ? `${ipaddr.IPv4.networkAddressFromCIDR(`${parsed}/24`)}/24`
    : `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed}/48`)}/48`;
}

/**
 * Remembers from where and with what somebody signed in. True: the account was never seen with it. An account’s very
 * first one is no news: whoever uses it has just been given it.
 */
export async function noteClient(
  trx: Trx,
  userId: number,
  { address, browser }: { address: string; browser: string },
): Promise<boolean> {
  const before = await trx
    .selectFrom('known_clients')
    .select('network')
    .where('user_id', '=', userId)
    .limit(1)
    .executeTakeFirst();
  const { is_new: isNew } = await trx
    .insertInto('known_clients')
    .values({ user_id: userId, network: networkOf(address), browser })
    .onConflict((conflict) =>
      conflict.columns(['user_id', 'network', 'browser']).doUpdateSet({ last_seen_at: new Date() }),
    )
    .returning(sql<boolean>`xmax = 0`.as('is_new'))
    .executeTakeFirstOrThrow();
  if (isNew)
    await sql`delete from known_clients where user_id = ${userId} and last_seen_at <
      (select last_seen_at from known_clients where user_id = ${userId}
       order by last_seen_at desc offset ${MOST_CLIENTS} limit 1)`.execute(trx);
  return isNew && before !== undefined;
}

export const forgetOldClients = (db: Db) =>
  db
    .deleteFrom('known_clients')
    .where('last_seen_at', '<', sql<Date>`now() - ${sql.lit(KEPT_DAYS)} * interval '1 day'`)
    .execute();
