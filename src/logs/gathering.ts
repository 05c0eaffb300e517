import { randomInt } from 'node:crypto';
import { MOST_ROWS, MOST_SAMPLES, type Observation } from '../observations/observation.ts';
import { type CountsDomains, DomainCounts, domainsOf } from './domain-counts.ts';
import { numberOfText } from './octets.ts';
import type { Domain } from './receivers.ts';
import { Samples } from './samples.ts';

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

/** Whose rows they are; of one batch. */
export type Sender = { via: string; address: string | null; number: number; batch: number };

/** Used again for the next batch: what is made anew for each, V8 makes ever more room for. */
class Row implements CountsDomains {
  minute: string;
  sender: Sender;
  finding: Finding;
  count = 0;
  /** Within its batch. */
  number: number;
  domains = 0;
  first: CountsDomains['first'] = null;
  last: CountsDomains['last'] = null;
  /** The numbers of its samples. */
  samples = Array<number>(MOST_SAMPLES).fill(0);
  sampled = 0;
  /** An older one that has the same place. */
  next: Row | null = null;

  constructor(number: number, minute: string, sender: Sender, finding: Finding) {
    this.number = number;
    this.minute = minute;
    this.sender = sender;
    this.finding = finding;
  }

  become(minute: string, sender: Sender, finding: Finding): void {
    this.minute = minute;
    this.sender = sender;
    this.finding = finding;
    this.count = 0;
    this.domains = 0;
    this.first = null;
    this.last = null;
    this.sampled = 0;
  }

  get wantsSample(): boolean {
    return this.sampled < MOST_SAMPLES;
  }

  isOf(minute: string, sender: Sender, finding: Finding): boolean {
    return this.sender === sender && this.finding === finding && this.minute === minute;
  }

  told(samples: Samples): Observation {
    const { finding, sender } = this;
    return {
      minute: this.minute,
      address: sender.address,
      via: sender.via,
      provider: finding.provider,
      outcome: finding.outcome,
      reason: finding.reason,
      rule: finding.rule,
      replyCode: finding.replyCode,
      enhancedCode: finding.enhancedCode,
      blockCode: finding.blockCode,
      count: this.count,
      domains: domainsOf(this),
      samples: this.#texts(samples),
    };
  }

  #texts(samples: Samples): string[] {
    const texts: string[] = [];
    for (let at = 0; at < this.sampled; at += 1) texts[at] = samples.textOf(this.samples[at] as number);
    return texts;
  }
}

export type { Row };

const PLACE_BITS = 12;
const PLACES = 1 << PLACE_BITS;
/** Rows beyond are not kept for the next batch. */
const MOST_KEPT = 2 * MOST_ROWS;

/** Who does not know this number cannot foresee which rows fall together. */
const KEY = randomInt(2 ** 31) * 2 + 1;

/** Counts deliveries by minute, sender and finding; what was taken out is never counted again. */
export class Gathering {
  /** Those that count now come first; behind them stand those that wait to be used again. */
  #rows: Row[] = [];
  #used = 0;
  /** The newest row of each place. */
  #places: (Row | null)[] = Array<null>(PLACES).fill(null);
  #domains = new DomainCounts();
  #samples = new Samples();
  #senders = new Map<string, Map<string | null, Sender>>();
  #sendersMade = 0;
  #batch = 0;
  #minute = '';
  #minuteNumber = 0;
  /** No longer counted, and not yet taken. */
  #told: Observation[] = [];

  get size(): number {
    return this.#used + this.#told.length;
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
  count(minute: string, sender: Sender, finding: Finding, domain: Domain): Row {
    const row = this.#row(minute, sender, finding);
    row.count += 1;
    if (domain.name !== '') this.#domains.add(row, domain);
    return row;
  }

  /** A line that shows what was said, for a row that wants one. */
  addSample(row: Row, octets: Buffer, from: number, to: number): void {
    row.samples[row.sampled] = this.#samples.add(octets, from, to);
    row.sampled += 1;
  }

  /** At most {@link MOST_ROWS}, the oldest first. */
  take(): Observation[] {
    if (this.#used > 0) this.#startAfresh();
    return this.#told.splice(0, MOST_ROWS);
  }

  #startAfresh(): void {
    for (let at = 0; at < this.#used; at += 1) this.#told.push((this.#rows[at] as Row).told(this.#samples));
    this.#rows.length = Math.min(this.#rows.length, MOST_KEPT);
    this.#used = 0;
    this.#places.fill(null);
    this.#domains.clear();
    this.#samples.clear();
    this.#senders = new Map();
    this.#sendersMade = 0;
    this.#batch += 1;
  }

  #row(minute: string, sender: Sender, finding: Finding): Row {
    const place = this.#placeOf(minute, sender.number, finding.number);
    const newest = this.#places[place] as Row | null;
    for (let row = newest; row !== null; row = row.next) if (row.isOf(minute, sender, finding)) return row;
    const row = this.#unused(minute, sender, finding);
    row.next = newest;
    this.#places[place] = row;
    return row;
  }

  #unused(minute: string, sender: Sender, finding: Finding): Row {
    const row = this.#rows[this.#used] ?? new Row(this.#used, minute, sender, finding);
    row.become(minute, sender, finding);
    this.#rows[this.#used] = row;
    this.#used += 1;
    return row;
  }

  #placeOf(minute: string, sender: number, finding: number): number {
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#minuteNumber = numberOfText(minute);
    }
    const number = this.#minuteNumber ^ Math.imul(sender, 0x9e3779b1) ^ Math.imul(finding, 0x85ebca77);
    return Math.imul(number ^ (number >>> 15), KEY) >>> (32 - PLACE_BITS);
  }
}
