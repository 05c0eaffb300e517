import { covers, networkText } from '../../addresses/address.ts';
import type { EvidenceRecord } from './claims-from-facts.ts';

export const newest = (records: EvidenceRecord[]) =>
  records.reduce((a, b) => (b.observedAt > a.observedAt ? b : a));

/**
 * Finds the record that speaks for an address: the newest of its own, of a range around it, or of all. A newer one that
 * contradicts for a part of a range counts too: one bad address spoils the range. Hundreds of addresses are asked about
 * among hundreds of records, so that those of single addresses are looked up.
 */
export function speakers(records: EvidenceRecord[]): (address: string) => EvidenceRecord | undefined {
  const byAddress = Map.groupBy(records, ({ address }) => (address === null ? null : networkText(address)));
  const ofAll = byAddress.get(null) ?? [];
  const texts = [...byAddress.keys()].filter((text) => text !== null);
  const ranges = texts.filter((text) => text.includes('/'));
  const of = (text: string) => byAddress.get(text) ?? [];
  return (asked) => {
    const address = networkText(asked);
    const around = ranges.filter((range) => range !== address && covers(range, address));
    const about = [...ofAll, ...around.flatMap(of), ...of(address)];
    const parts = address.includes('/')
      ? texts.filter((text) => text !== address && covers(address, text)).map((text) => newest(of(text)))
      : [];
    const whole = about.length > 0 ? newest(about) : undefined;
    const against = parts.find(
      (record) => record.result === 'contradicts' && (!whole || record.observedAt > whole.observedAt),
    );
    return against ?? whole;
  };
}
