import { sql } from 'kysely';
import { type Network, parseNetwork } from '../addresses/address.ts';
import { ensureAddresses, networkFrom } from '../addresses/store.ts';
import type { Db, Trx } from '../database/open.ts';
import { invalid, notFound } from '../problem.ts';
import type { Placed } from './batch.ts';

/** A way out of ours, as the log names it, and the address that it sends from. Null: nobody has said yet. */
export type Transport = {
  via: string;
  network: string | null;
  unplaced: number;
  firstSeenAt: Date;
  lastSeenAt: Date;
};

/** A transport's place in the list of all. */
export type TransportPlace = { isPlaced: boolean; via: string };

/** Those without an address come first, then by name. */
export async function listTransports(
  db: Db,
  { limit, after }: { limit: number; after?: TransportPlace | undefined },
): Promise<Transport[]> {
  let rows = db
    .selectFrom('transports as t')
    .leftJoin('addresses as a', 'a.id', 't.address_id')
    .select([
      't.via',
      'a.network',
      't.unplaced',
      't.first_seen_at as firstSeenAt',
      't.last_seen_at as lastSeenAt',
    ])
    .orderBy(sql`t.address_id is not null`)
    .orderBy('t.via')
    .limit(limit);
  if (after)
    rows = rows.where(sql<boolean>`(t.address_id is not null, t.via) > (${after.isPlaced}, ${after.via})`);
  return rows.execute();
}

/** How many there are, and of how many nobody has said the address. */
export const countTransports = (db: Db): Promise<{ all: number; open: number }> =>
  db
    .selectFrom('transports')
    .select([
      sql<number>`count(*)::integer`.as('all'),
      sql<number>`count(*) filter (where address_id is null)::integer`.as('open'),
    ])
    .executeTakeFirstOrThrow();

/** Says which address a transport sends from; empty: takes it back. Deliveries seen from then on are counted to it. */
export async function placeTransport(trx: Trx, via: string, address: string): Promise<void> {
  const text = address.trim();
  const network = text ? networkFrom(text) : null;
  if (network?.text.includes('/'))
    throw invalid('address', `${network.text} is a range; a transport sends from one address.`);
  // First the transport, then its address, as batches of a log do.
  await trx
    .selectFrom('transports')
    .select('via')
    .where('via', '=', via)
    .forUpdate()
    .executeTakeFirstOrThrow(() => notFound('such transport'));
  const [id = null] = network ? await ensureAddresses(trx, [network]) : [];
  await trx
    .updateTable('transports')
    .set({ address_id: id, ...(id === null ? {} : { unplaced: 0 }) })
    .where('via', '=', via)
    .execute();
}

type Seen = { via: string; first: Date; last: Date };

/** Each transport of the rows once, in order, so that two batches at a time never wait in a circle. */
function seenTransports(rows: Placed[]): Seen[] {
  const seen = new Map<string, Seen>();
  for (const { via, minute } of rows) {
    const one = seen.get(via) ?? { via, first: minute, last: minute };
    if (minute < one.first) one.first = minute;
    if (minute > one.last) one.last = minute;
    seen.set(via, one);
  }
  return [...seen.values()].sort((a, b) => (a.via < b.via ? -1 : 1));
}

/** Notes the transports of rows that name no address. Returns the addresses that are known of them. */
async function noteTransports(trx: Trx, rows: Placed[]): Promise<Map<string, Network>> {
  const known = new Map<string, Network>();
  const seen = seenTransports(rows);
  if (seen.length === 0) return known;
  await trx
    .insertInto('transports')
    .values(
      seen.map(({ via, first, last }) => ({
        via,
        address_id: null,
        first_seen_at: first,
        last_seen_at: last,
      })),
    )
    .onConflict((conflict) =>
      conflict.column('via').doUpdateSet({
        first_seen_at: sql`least(transports.first_seen_at, excluded.first_seen_at)`,
        last_seen_at: sql`greatest(transports.last_seen_at, excluded.last_seen_at)`,
      }),
    )
    .execute();
  const placed = await trx
    .selectFrom('transports as t')
    .innerJoin('addresses as a', 'a.id', 't.address_id')
    .select(['t.via', 'a.network'])
    .where(
      't.via',
      'in',
      seen.map(({ via }) => via),
    )
    .execute();
  for (const { via, network } of placed) known.set(via, parseNetwork(network.replace(/\/(32|128)$/, '')));
  return known;
}

/**
 * The rows whose sending address is known: by the log itself, or by their transport. The others are counted to
 * their transport, so that somebody can be asked which address it is; nothing is guessed.
 */
export async function place(trx: Trx, rows: Placed[]): Promise<(Placed & { network: Network })[]> {
  const known = await noteTransports(
    trx,
    rows.filter((row) => row.network === null && row.via !== ''),
  );
  const unplaced = new Map<string, number>();
  const placed = rows.flatMap((row) => {
    const network = row.network ?? known.get(row.via);
    if (network) return [{ ...row, network }];
    if (row.via) unplaced.set(row.via, (unplaced.get(row.via) ?? 0) + row.count);
    return [];
  });
  for (const [via, count] of unplaced)
    await trx
      .updateTable('transports')
      .set({ unplaced: sql`unplaced + ${count}` })
      .where('via', '=', via)
      .execute();
  return placed;
}
