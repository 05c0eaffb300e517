import { parseNetworks } from '../../addresses/address.ts';
import type { Db } from '../../database/open.ts';
import type { Catalogue } from '../../providers/catalogue.ts';
import { addressesOf } from '../store.ts';
import type { AskedFor } from './asked-for.ts';

/** None where the number is no incident's. One that was merged is asked for as the one that it is a part of. */
export async function incidentAskedFor(
  db: Db,
  number: number,
  catalogue: Catalogue,
): Promise<AskedFor | undefined> {
  const row = await db
    .selectFrom('incidents')
    .select(['title', 'state', 'provider', 'merged_into'])
    .where('number', '=', number)
    .executeTakeFirst();
  if (!row) return undefined;
  if (row.merged_into !== null) return incidentAskedFor(db, row.merged_into, catalogue);
  const addresses = (await addressesOf(db, [number])).get(number) ?? [];
  return {
    number,
    title: row.title,
    state: row.state,
    taker: { provider: catalogue.byKey.get(row.provider) ?? null, networks: parseNetworks(addresses) },
  };
}
