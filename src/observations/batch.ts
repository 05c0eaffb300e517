import { BadAddress, type Network, parseNetwork } from '../addresses/address.ts';
import { invalid } from '../problem.ts';
import type { Observation } from './observation.ts';

/** A clock may be a little ahead of ours; what is further ahead is a wrong clock. */
const AHEAD_MS = 10 * 60_000;

/** An observation with its moment, and the sending address as far as the log says it. */
export type Placed = Omit<Observation, 'minute' | 'address'> & { minute: Date; network: Network | null };

function momentOf(text: string, field: string, now: Date): Date {
  const at = new Date(text.replace('Z', ':00Z'));
  if (Number.isNaN(at.getTime()) || `${at.toISOString().slice(0, 16)}Z` !== text)
    throw invalid(field, `${text} is no minute of the calendar.`);
  if (at.getTime() > now.getTime() + AHEAD_MS)
    throw invalid(
      field,
      `${text} has not come yet; it is ${now.toISOString().slice(0, 16)}Z here. Set the clock of one of the two.`,
    );
  return at;
}

/** Null for what cannot be a sending address of ours to the outside, such as 10.0.0.1: the transport then says which it is. */
function networkOf(text: string | null): Network | null {
  if (text === null) return null;
  try {
    const network = parseNetwork(text);
    return network.text.includes('/') ? null : network;
  } catch (error) {
    if (error instanceof BadAddress) return null;
    throw error;
  }
}

/** Text as it can be stored: what a log holds need not be well-formed. */
export const storable = (text: string): string => text.replaceAll('\0', '\u{fffd}').toWellFormed();
const storableOrNull = (text: string | null) => text && storable(text);

/** Samples stay as they are: they become a report, which is kept byte for byte. */
const cleaned = (row: Observation): Observation => ({
  ...row,
  via: storable(row.via),
  provider: storableOrNull(row.provider),
  rule: storableOrNull(row.rule),
  blockCode: storableOrNull(row.blockCode),
  domains: row.domains.map(({ domain, count }) => ({ domain: storable(domain), count })),
});

/** What counts of a batch. Ordinary bounces do not. Throws `invalid` that names the row and what is wrong with it. */
export function readBatch(observations: Observation[], now: Date): Placed[] {
  return observations.map(cleaned).flatMap(({ minute, address, ...rest }, index) => {
    const at = momentOf(minute, `observations/${index}/minute`, now);
    if (rest.outcome !== 'accepted' && rest.reason === 'not-a-block') return [];
    return [{ ...rest, minute: at, network: networkOf(address) }];
  });
}

/** Deliveries from one address of ours to one provider, as one batch brought them. */
export type Flow = {
  network: Network;
  provider: string;
  rows: Placed[];
  /** Refusals and deferrals. */
  refused: number;
  newest: Date;
};

/** Sorts placed rows into flows. */
export function flowsOf(rows: (Placed & { network: Network })[]): Flow[] {
  const flows = new Map<string, Flow>();
  for (const row of rows) {
    const provider = row.provider ?? '';
    const key = `${row.network.cidr} ${provider}`;
    const flow = flows.get(key) ?? {
      network: row.network,
      provider,
      rows: [],
      refused: 0,
      newest: row.minute,
    };
    flow.rows.push(row);
    if (row.outcome !== 'accepted') flow.refused += row.count;
    if (row.minute > flow.newest) flow.newest = row.minute;
    flows.set(key, flow);
  }
  return [...flows.values()];
}
