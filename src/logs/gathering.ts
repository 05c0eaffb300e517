import { MOST_DOMAINS, MOST_ROWS, MOST_SAMPLES, type Observation } from '../observations/observation.ts';

/** What deliveries have in common that are told as one, besides minute and sender; made once for each. */
export type Finding = Pick<
  Observation,
  'provider' | 'outcome' | 'reason' | 'rule' | 'replyCode' | 'enhancedCode' | 'blockCode'
>;

type DomainCount = Observation['domains'][number];

export type Row = {
  minute: string;
  finding: Finding;
  sender: Sender;
  count: number;
  /** Most rows are of one domain: the first is counted apart from the others. */
  first: DomainCount | null;
  domains: Map<string, DomainCount> | null;
  samples: string[];
};

/** Whose rows they are, and whether they stand in the order of their minutes. */
type Sender = { via: string; address: string | null; rows: Row[]; isOrdered: boolean };

/** Domains that one row counts; beyond, the rarer half is let go of. */
const MOST_COUNTED = 400;

const byCount = (a: DomainCount, b: DomainCount): number => b.count - a.count;

function countDomain(row: Row, domain: string): void {
  if (row.first === null) row.first = { domain, count: 1 };
  else if (row.first.domain === domain) row.first.count += 1;
  else countOther(row, domain);
}

function countOther(row: Row, domain: string): void {
  row.domains ??= new Map();
  const known = row.domains.get(domain);
  if (known !== undefined) known.count += 1;
  else row.domains.set(domain, { domain, count: 1 });
  if (known !== undefined || row.domains.size <= MOST_COUNTED) return;
  for (const rare of [...row.domains.values()].sort(byCount).slice(MOST_COUNTED / 2))
    row.domains.delete(rare.domain);
}

function domainsOf({ first, domains }: Row): DomainCount[] {
  if (first === null) return [];
  if (domains === null) return [first];
  const all = [first, ...domains.values()].sort(byCount);
  return all.length > MOST_DOMAINS ? all.slice(0, MOST_DOMAINS) : all;
}

function toObservation(row: Row): Observation {
  const { finding, sender } = row;
  return {
    minute: row.minute,
    address: sender.address,
    via: sender.via,
    provider: finding.provider,
    outcome: finding.outcome,
    reason: finding.reason,
    rule: finding.rule,
    replyCode: finding.replyCode,
    enhancedCode: finding.enhancedCode,
    blockCode: finding.blockCode,
    count: row.count,
    domains: domainsOf(row),
    samples: row.samples,
  };
}

/** From the newest on: behind an older minute there is none, where they are in order. */
function rowOf({ rows, isOrdered }: Sender, minute: string, finding: Finding): Row | undefined {
  for (let at = rows.length - 1; at >= 0; at -= 1) {
    const row = rows[at];
    if (row === undefined) return undefined;
    if (row.minute === minute) {
      if (row.finding === finding) return row;
    } else if (isOrdered && row.minute < minute) return undefined;
  }
  return undefined;
}

/** Counts deliveries by minute, sender and finding; what was taken out is never counted again. */
export class Gathering {
  #rows: Row[] = [];
  #senders = new Map<string, Map<string | null, Sender>>();

  get size(): number {
    return this.#rows.length;
  }

  /** The row of a delivery, counted once more. */
  count(minute: string, via: string, address: string | null, finding: Finding, domain: string): Row {
    const sender = this.#sender(via, address);
    const row = rowOf(sender, minute, finding) ?? this.#newRow(sender, minute, finding);
    row.count += 1;
    if (domain !== '') countDomain(row, domain);
    return row;
  }

  /** At most {@link MOST_ROWS}, the oldest first. */
  take(): Observation[] {
    if (this.#rows.length > 0) this.#senders = new Map();
    return this.#rows.splice(0, MOST_ROWS).map(toObservation);
  }

  #sender(via: string, address: string | null): Sender {
    let byAddress = this.#senders.get(via);
    if (byAddress === undefined) {
      byAddress = new Map();
      this.#senders.set(via, byAddress);
    }
    let sender = byAddress.get(address);
    if (sender === undefined) {
      sender = { via, address, rows: [], isOrdered: true };
      byAddress.set(address, sender);
    }
    return sender;
  }

  #newRow(sender: Sender, minute: string, finding: Finding): Row {
    const row: Row = { minute, finding, sender, count: 0, first: null, domains: null, samples: [] };
    const newest = sender.rows.at(-1);
    if (newest !== undefined && minute < newest.minute) sender.isOrdered = false;
    sender.rows.push(row);
    this.#rows.push(row);
    return row;
  }
}

/** Whether a row still wants a line that shows what was said. */
export const wantsSample = (row: Row): boolean => row.samples.length < MOST_SAMPLES;
