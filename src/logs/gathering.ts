import { randomInt } from 'node:crypto';
import { MOST_DOMAINS, MOST_ROWS, MOST_SAMPLES, type Observation } from '../observations/observation.ts';

/** What deliveries have in common that are told as one, besides minute and sender. */
type Said = Pick<
  Observation,
  'provider' | 'outcome' | 'reason' | 'rule' | 'replyCode' | 'enhancedCode' | 'blockCode'
>;

/** Made once for each, with a number of its own. */
export type Finding = Said & { number: number };

let findings = 0;

export function findingOf(said: Said): Finding {
  findings += 1;
  return { ...said, number: findings };
}

type DomainCount = Observation['domains'][number];

/** Whose rows they are; of one batch. */
export type Sender = { via: string; address: string | null; number: number; batch: number };

export type Row = {
  minute: string;
  finding: Finding;
  sender: Sender;
  count: number;
  /** Most rows are of one domain: the first is counted apart from the others. */
  first: DomainCount | null;
  domains: Map<string, DomainCount> | null;
  samples: string[];
  /** An older one that has the same place. */
  next: Row | null;
};

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

/** Puts one behind those that are as frequent; of too many, the rarest goes. */
function rank(domains: DomainCount[], one: DomainCount): void {
  let at = domains.length;
  for (; at > 0; at -= 1) {
    const before = domains[at - 1] as DomainCount;
    if (before.count >= one.count) break;
    domains[at] = before;
  }
  domains[at] = one;
  if (domains.length > MOST_DOMAINS) domains.pop();
}

function domainsOf({ first, domains }: Row): DomainCount[] {
  if (first === null) return [];
  const ranked = [first];
  if (domains !== null) for (const domain of domains.values()) rank(ranked, domain);
  return ranked;
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

const PLACE_BITS = 12;
const PLACES = 1 << PLACE_BITS;

/** Who does not know this number cannot foresee which rows fall together. */
const KEY = randomInt(2 ** 31) * 2 + 1;

function numberOf(text: string): number {
  let number = 0;
  for (let at = 0; at < text.length; at += 1) number = (Math.imul(number, 31) + text.charCodeAt(at)) | 0;
  return number;
}

/** Counts deliveries by minute, sender and finding; what was taken out is never counted again. */
export class Gathering {
  #rows: Row[] = [];
  /** The newest row of each place. */
  #places: (Row | null)[] = Array<null>(PLACES).fill(null);
  #senders = new Map<string, Map<string | null, Sender>>();
  #sendersMade = 0;
  #batch = 0;
  #minute = '';
  #minuteNumber = 0;

  get size(): number {
    return this.#rows.length;
  }

  /** Until the next batch is taken. */
  isCurrent({ batch }: Sender): boolean {
    return batch === this.#batch;
  }

  /** A current sender. */
  sender(via: string, address: string | null): Sender {
    let byAddress = this.#senders.get(via);
    if (byAddress === undefined) {
      byAddress = new Map();
      this.#senders.set(via, byAddress);
    }
    let sender = byAddress.get(address);
    if (sender === undefined) {
      this.#sendersMade += 1;
      sender = { via, address, number: this.#sendersMade, batch: this.#batch };
      byAddress.set(address, sender);
    }
    return sender;
  }

  /** The row of a delivery, counted once more. */
  count(minute: string, sender: Sender, finding: Finding, domain: string): Row {
    const row = this.#row(minute, sender, finding);
    row.count += 1;
    if (domain !== '') countDomain(row, domain);
    return row;
  }

  /** At most {@link MOST_ROWS}, the oldest first. */
  take(): Observation[] {
    if (this.#rows.length > 0) this.#startAfresh();
    return this.#rows.splice(0, MOST_ROWS).map(toObservation);
  }

  #startAfresh(): void {
    this.#places.fill(null);
    this.#senders = new Map();
    this.#sendersMade = 0;
    this.#batch += 1;
  }

  #row(minute: string, sender: Sender, finding: Finding): Row {
    const place = this.#placeOf(minute, sender.number, finding.number);
    const newest = this.#places[place] as Row | null;
    for (let row = newest; row !== null; row = row.next)
      if (row.sender === sender && row.finding === finding && row.minute === minute) return row;
    const row: Row = { minute, finding, sender, count: 0, first: null, domains: null, samples: [], next: newest };
    this.#places[place] = row;
    this.#rows.push(row);
    return row;
  }

  #placeOf(minute: string, sender: number, finding: number): number {
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#minuteNumber = numberOf(minute);
    }
    const number = this.#minuteNumber + Math.imul(sender, 0x9e3779b1) + Math.imul(finding, 0x85ebca77);
    return Math.imul(number ^ (number >>> 15), KEY) >>> (32 - PLACE_BITS);
  }
}

/** Whether a row still wants a line that shows what was said. */
export const wantsSample = (row: Row): boolean => row.samples.length < MOST_SAMPLES;
