import { publicIp } from '../bounces/sending-ip.ts';
import { LONGEST_SAMPLE, type Observation } from '../observations/observation.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { Acceptances } from './acceptances.ts';
import type { CurrentLine } from './current-line.ts';
import type { Accepted, Answered, Delivery, Sink } from './delivery.ts';
import { Gathering, type Row, type Sender } from './gathering.ts';
import { type Answer, answerOf, type Found, KnownReplies } from './known-replies.ts';
import { answeredBy, type Places, type PostfixSink } from './makes/postfix.ts';
import { ownOctets } from './octets.ts';
import { type Domain, Receivers } from './receivers.ts';

export const LONGEST_VIA = 200;

const NO_DOMAIN: Domain = { name: '', number: 0, provider: 0 };

/** Counts the deliveries that lines tell of, by minute, sender, and what the receiver made of them. */
export class Tally {
  #line: CurrentLine;
  #address: string | null;
  #receivers: Receivers;
  #replies: KnownReplies;
  #acceptances: Acceptances;
  #gathering = new Gathering();
  /** What is told of a refusal by its places. */
  #answer: Answer;

  /** `address` sent what no reply and no log says who sent. */
  constructor(catalogue: Catalogue, address: string | undefined, line: CurrentLine, places: Places) {
    this.#line = line;
    this.#address = address === undefined ? null : publicIp(address);
    this.#receivers = new Receivers(catalogue);
    this.#replies = new KnownReplies(catalogue, this.#receivers);
    this.#acceptances = new Acceptances(this.#receivers.keys);
    this.#answer = { places, putOff: false, source: null, inWords: () => answeredBy(places) };
  }

  /** How many rows wait to be taken. */
  get waiting(): number {
    return this.#gathering.size;
  }

  /** What was gathered since the last time, as much as one batch holds. */
  take(): Observation[] {
    return this.#gathering.take();
  }

  readonly sink: Sink & PostfixSink = {
    accepted: (delivery) => this.#accepted(delivery),
    answered: (delivery) => this.#answered(delivery),
    sent: (places, codes) => {
      const to = this.#domainAt(places);
      if (to !== NO_DOMAIN) this.#sent(this.#hostAt(places), to, codes, this.#usualSender());
    },
    refused: (places) => this.#refused(places),
  };

  #through({ transport }: Delivery): string {
    const { source, host } = this.#line;
    return transport === null ? source.via : `${host} ${transport}`.trimStart().slice(0, LONGEST_VIA);
  }

  /** Of deliveries that are through the line's own source, by our own address. */
  #usualSender(): Sender {
    const { source } = this.#line;
    const { sender, via } = source;
    if (sender !== null && this.#gathering.isCurrent(sender)) return sender;
    source.sender = this.#gathering.sender(via, this.#address);
    return source.sender;
  }

  #domainAt({ view, domain, domainEnd }: Places): Domain {
    return domainEnd > domain ? this.#receivers.domains.get(view, domain, domainEnd) : NO_DOMAIN;
  }

  #hostAt({ view, host, hostEnd }: Places): number {
    return hostEnd > host ? this.#receivers.hosts.get(view, host, hostEnd) : 0;
  }

  #accepted(delivery: Accepted): void {
    const { host, source, domains, codes } = delivery;
    const byHost = host === null ? 0 : this.#receivers.hosts.of(host);
    const address = (source === null ? null : this.#replies.addresses.of(source)) ?? this.#address;
    const sender = this.#gathering.sender(this.#through(delivery), address);
    for (const name of domains) this.#sent(byHost, this.#receivers.domains.of(name), codes, sender);
  }

  #sent(byHost: number, domain: Domain, codes: number, sender: Sender): void {
    const finding = this.#acceptances.of(byHost === 0 ? domain.provider : byHost, codes);
    this.#gathering.count(this.#line.when(), sender, finding, domain);
  }

  #answered(delivery: Answered): void {
    const { host } = delivery;
    const domains = delivery.domains.map((name) => this.#receivers.domains.of(name));
    const byHost = host === null ? 0 : this.#receivers.hosts.of(host);
    const found = this.#replies.find(answerOf(delivery), byHost, domains[0]?.provider ?? 0);
    if (found === null) return;
    const via = this.#through(delivery);
    for (const domain of domains.length === 0 ? [NO_DOMAIN] : domains) {
      const row = this.#countFound(found, via, domain);
      if (row.wantsSample) this.#addSample(row, delivery.lines.slice(0, LONGEST_SAMPLE));
    }
  }

  #addSample(row: Row, lines: string): void {
    this.#gathering.addSample(row, ownOctets(lines), 0, lines.length);
  }

  #refused(places: Places): void {
    const domain = this.#domainAt(places);
    this.#answer.putOff = places.putOff;
    const found = this.#replies.find(this.#answer, this.#hostAt(places), domain.provider);
    if (found === null) return;
    const row = this.#countFound(found, this.#line.source.via, domain);
    const { octets, from, to } = places;
    if (row.wantsSample) this.#gathering.addSample(row, octets, from, Math.min(to, from + LONGEST_SAMPLE));
  }

  #countFound({ finding, address }: Found, via: string, domain: Domain): Row {
    const sender = this.#gathering.sender(via, address ?? this.#address);
    return this.#gathering.count(this.#line.when(), sender, finding, domain);
  }
}
