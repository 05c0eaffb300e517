import type { Block } from './blocks.ts';
import type { OpenIncident } from './open-incident.ts';

/** The incident that somebody brings a further report to, with what it knows that the report may not say. */
export type AskedFor = OpenIncident & { taker: Pick<Block, 'provider' | 'networks'> };

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
