import { type Network, parseNetwork } from '../addresses/address.ts';
import type { ParsedReport } from '../bounces/parse-report.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import type { Provider, Reason } from '../providers/schema.ts';
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
 * its own, to all.
 */
export function withAddresses(blocks: Block[], entered: Network[]): Block[] {
  if (entered.length === 0) return blocks;
  const lacking = blocks.filter((block) => block.networks.length === 0);
  const taking = new Set(lacking.length > 0 ? lacking : blocks);
  return blocks.map((block) => (taking.has(block) ? { ...block, networks: entered } : block));
}

/**
 * Sorts a report's rejections into blocks, one for each provider, the one refused most first. A reply whose
 * receiver is unknown but that cites a list is a matter for the operator of that list.
 */
export function blocksOf(report: ParsedReport, catalogue: Catalogue): Block[] {
  const groups = new Map<string, SeenRejection[]>();
  for (const one of report.rejections) {
    const key = one.provider ?? one.listOwner ?? '';
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups]
    .sort(([, a], [, b]) => byWeight(a, b))
    .map(([key, rejections]) => ({
      provider: catalogue.byKey.get(key) ?? null,
      networks: networksOf(rejections),
      rejections,
      reason: mainReason(rejections),
    }));
}
