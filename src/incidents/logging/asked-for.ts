import { parseNetworks } from '../../addresses/address.ts';
import type { Db } from '../../database/open.ts';
import type { Catalogue } from '../../providers/catalogue.ts';
import { addressesOf } from '../store.ts';
import type { Block } from './blocks.ts';
import type { OpenIncident } from './open-incident.ts';

/** The incident that somebody brings a further report to, with what it knows that the report may not say. */
export type AskedFor = OpenIncident & { taker: Pick<Block, 'provider' | 'networks'> };

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

/** As it stands in a field of a form, where that is a number. */
export const numberAskedFor = (given: string | undefined): number | undefined =>
  given && /^\d{1,9}$/.test(given) ? Number(given) : undefined;

/** Whether a block is one that the incident takes. */
export const takes = (asked: AskedFor | undefined, block: Pick<Block, 'provider'>): asked is AskedFor =>
  asked !== undefined &&
  asked.state !== 'closed' &&
  block.provider !== null &&
  block.provider.key === asked.taker.provider?.key;

/** A report's blocks: where it does not say who refused, or which address, they are those of the incident. */
export function blocksFor(blocks: Block[], asked: AskedFor | undefined): Block[] {
  if (!asked || asked.state === 'closed') return blocks;
  const { taker } = asked;
  if (blocks.length === 0) return [{ ...taker, rejections: [], reason: null }];
  return blocks.map((block) => {
    const provider = block.provider ?? (blocks.length === 1 ? taker.provider : null);
    const isIts = provider !== null && provider.key === taker.provider?.key;
    return {
      ...block,
      provider,
      networks: isIts && block.networks.length === 0 ? taker.networks : block.networks,
    };
  });
}
