import { type Network, parseNetwork } from '../../addresses/address.ts';
import type { ParsedReport } from '../../bounces/parse-report.ts';
import type { Catalogue } from '../../providers/catalogue.ts';
import type { Provider, Reason } from '../../providers/schema.ts';
import type { SeenRejection } from './rejections.ts';

/** What belongs into one incident: the rejections of one provider. */
export type Block = {
  provider: Provider | null;
  networks: Network[];
  rejections: SeenRejection[];
  reason: Reason | null;
};

const byWeight = (a: SeenRejection[], b: SeenRejection[]) => total(b) - total(a);
const total = (rejections: SeenRejection[]) => rejections.reduce((sum, one) => sum + one.seen, 0);

/** The reason that most of the rejections have. */
function mainReason(rejections: SeenRejection[]): Reason | null {
  const counts = new Map<Reason, number>();
  for (const one of rejections)
    if (one.reason) counts.set(one.reason, (counts.get(one.reason) ?? 0) + one.seen);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
}

/** The sending addresses, each once; what cannot be one of ours is left out. */
function networksOf(rejections: SeenRejection[]): Network[] {
  const networks = new Map<string, Network>();
  for (const { ip } of rejections) {
    if (!ip) continue;
    try {
      const network = parseNetwork(ip);
      networks.set(network.cidr, network);
    } catch {
      // A reply can name a private or mangled address; nothing is made of it.
    }
  }
  return [...networks.values()];
}

/**
 * Blocks with the addresses that a person entered: they go to those whose report names none, and where each names
 * its own, to all. A block that nobody is known for is not logged beside others and takes none.
 */
function withAddresses(blocks: Block[], entered: Network[]): Block[] {
  if (entered.length === 0) return blocks;
  const known = blocks.filter((block) => block.provider !== null);
  const lacking = known.filter((block) => block.networks.length === 0);
  const taking = new Set(lacking.length > 0 ? lacking : known);
  return blocks.map((block) => (taking.has(block) ? { ...block, networks: entered } : block));
}

const NO_BLOCK: Block = { provider: null, networks: [], rejections: [], reason: null };

/** What somebody means who chooses a provider: its own part of the report, or the part that nobody is known for. */
export const partMeant = (blocks: Block[], provider: Provider): Block | undefined =>
  blocks.find((block) => block.provider?.key === provider.key) ??
  (blocks.length > 1 ? blocks.find((block) => block.provider === null) : undefined);

const asOne = (blocks: Block[]): Block => ({
  ...(blocks[0] ?? NO_BLOCK),
  rejections: blocks.flatMap((block) => block.rejections),
  networks: blocks.flatMap((block) => block.networks),
});

/** The blocks as a person wants them: of a chosen provider one, the whole report where none of its parts is meant. */
export function blocksMeant(blocks: Block[], provider: Provider | undefined, entered: Network[]): Block[] {
  if (!provider && blocks.length > 1) return withAddresses(blocks, entered);
  const one = (provider && partMeant(blocks, provider)) ?? asOne(blocks);
  return [
    {
      ...one,
      provider: provider ?? one.provider,
      networks: entered.length > 0 ? entered : one.networks,
    },
  ];
}

/**
 * Sorts a report's rejections into blocks, one for each provider, the one refused most first. A reply whose
 * receiver is unknown but that cites a list is a matter for the operator of that list.
 */
export function blocksOf(report: ParsedReport, catalogue: Catalogue): Block[] {
  const groups = Map.groupBy(report.rejections, (one) => one.provider ?? one.listOwner ?? '');
  return [...groups]
    .sort(([, a], [, b]) => byWeight(a, b))
    .map(([key, rejections]) => ({
      provider: catalogue.byKey.get(key) ?? null,
      networks: networksOf(rejections),
      rejections,
      reason: mainReason(rejections),
    }));
}
