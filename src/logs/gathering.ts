import { MOST_DOMAINS, MOST_ROWS, MOST_SAMPLES, type Observation } from '../observations/observation.ts';

/** What deliveries have in common that are told as one, besides minute and sender; made once for each. */
export type Finding = Pick<
  Observation,
  'provider' | 'outcome' | 'reason' | 'rule' | 'replyCode' | 'enhancedCode' | 'blockCode'
>;

type Row = {
  minute: string;
  via: string;
  address: string | null;
  finding: Finding;
  count: number;
  domains: Map<string, number>;
  samples: string[];
};

/** Domains that one row counts; beyond, the rarer half is let go of. */
const MOST_COUNTED = 400;

type Sender = {
  via: string;
  address: string | null;
  minute: string;
  rows: Map<Finding, Row>;
  minutes: Map<string, Map<Finding, Row>>;
};

const byCount = (a: [string, number], b: [string, number]): number => b[1] - a[1];

function countDomain({ domains }: Row, domain: string): void {
  const count = domains.get(domain);
  domains.set(domain, count === undefined ? 1 : count + 1);
  if (count !== undefined || domains.size <= MOST_COUNTED) return;
  for (const [rare] of [...domains].sort(byCount).slice(MOST_COUNTED / 2)) domains.delete(rare);
}

function toObservation({ minute, via, address, finding, count, domains, samples }: Row): Observation {
  const frequent = [...domains].sort(byCount).slice(0, MOST_DOMAINS);
  return {
    minute,
    address,
    via,
    ...finding,
    count,
    domains: frequent.map(([domain, of]) => ({ domain, count: of })),
    samples,
  };
}

/** Counts deliveries by minute, sender and finding; what was taken out is never counted again. */
export class Gathering {
  #rows: Row[] = [];
  #senders = new Map<string, Map<string | null, Sender>>();

  get size(): number {
    return this.#rows.length;
  }

  /** The row of a delivery, counted once more. */
  count(minute: string, via: string, address: string | null, finding: Finding): Row {
    const sender = this.#sender(via, address);
    if (sender.minute !== minute) {
      const known = sender.minutes.get(minute) ?? new Map<Finding, Row>();
      sender.minutes.set(minute, known);
      sender.minute = minute;
      sender.rows = known;
    }
    const row = sender.rows.get(finding);
    if (row === undefined) return this.#newRow(sender, finding);
    row.count += 1;
    return row;
  }

  domain(row: Row, domain: string): void {
    countDomain(row, domain);
  }

  wantsSample = (row: Row): boolean => row.samples.length < MOST_SAMPLES;

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
      sender = { via, address, minute: '', rows: new Map(), minutes: new Map() };
      byAddress.set(address, sender);
    }
    return sender;
  }

  #newRow({ via, address, minute, rows }: Sender, finding: Finding): Row {
    const row = { minute, via, address, finding, count: 1, domains: new Map(), samples: [] };
    rows.set(finding, row);
    this.#rows.push(row);
    return row;
  }
}
