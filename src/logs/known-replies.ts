import type { Rejection } from '../bounces/rejection.ts';
import type { Said } from '../bounces/said.ts';
import { publicIp } from '../bounces/sending-ip.ts';
import { toRejection } from '../bounces/to-rejection.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import type { Answered } from './delivery.ts';
import { type Finding, findingOf } from './gathering.ts';
import { Names } from './names.ts';
import { isText, nextOf } from './octets.ts';
import { Outliner, outlineText, standIn, standInAddress } from './outline.ts';
import { type Placed, placed } from './placed.ts';
import type { Receivers } from './receivers.ts';

const COLON = 58;

/** Outlines that are remembered; then it starts afresh. */
const MOST_OUTLINES = 8_000;
const MOST_FINDINGS = 20_000;

/** Where the refused address stands: at this place among the addresses of the reply, or in the log's own field. */
type Place = number | 'field';

/** What an outline means; a null finding is nothing to count. */
type Meaning = { finding: Finding | null; place: Place };

/** A finding and the address that it is about, as far as the line says. */
export type Found = { finding: Finding; address: string | null };

/** An answer where it stands, and how to tell it in words. */
export type Answer = { places: Placed; putOff: boolean; source: string | null; inWords: () => Answered };

/** An answer that is told in words already. */
export function answerOf(delivery: Answered): Answer {
  const { reply, host, hostIp, domains, putOff, source } = delivery;
  const places = placed(reply, { host, hostIp, domain: domains[0] ?? null });
  return { places, putOff, source, inWords: () => delivery };
}

/**
 * What replies mean, each outline worked out once by the same reading that a pasted line gets. An outline is
 * trusted only when its stand-in, read in full, means the same: then what was cut out said nothing.
 */
export class KnownReplies {
  #catalogue: Catalogue;
  #receivers: Receivers;
  /** By the outline's key. Null: not to be trusted. */
  #meanings = new Map<number, Meaning | null>();
  #findings = new Map<string, Finding>();
  #outliner = new Outliner();
  /** The canonical form of addresses; null for those that are not public. */
  readonly addresses = new Names(publicIp);

  constructor(catalogue: Catalogue, receivers: Receivers) {
    this.#catalogue = catalogue;
    this.#receivers = receivers;
  }

  /** By host's and domain's provider. Null: no refusal, or an ordinary bounce. */
  find(answer: Answer, byHost: number, byDomain: number): Found | null {
    const receiver = byHost * 65_536 + byDomain * 2 + (answer.putOff ? 1 : 0);
    if (!this.#outliner.read(answer.places, receiver)) return this.#inFull(answer.inWords());
    const known = this.#meanings.get(this.#outliner.key);
    if (known !== undefined) return this.#foundBy(known, answer);
    const delivery = answer.inWords();
    const found = this.#inFull(delivery);
    if (this.#meanings.size >= MOST_OUTLINES) this.#meanings.clear();
    this.#meanings.set(this.#outliner.key, this.#meaningOf(answer.places, delivery, byHost, byDomain, found));
    return found;
  }

  #foundBy(meaning: Meaning | null, answer: Answer): Found | null {
    if (meaning === null) return this.#inFull(answer.inWords());
    const { finding, place } = meaning;
    if (finding === null) return null;
    if (place === 'field') return { finding, address: this.#field(answer.source) };
    const address = this.#addressAt(answer.places, place);
    const isOurs = address !== null && !this.#isMx(answer.places, address);
    return isOurs ? { finding, address } : this.#inFull(answer.inWords());
  }

  /** As a pasted line is read. */
  #inFull(delivery: Answered): Found | null {
    const said = delivery.read(delivery.reply);
    const rejection = said && toRejection(said, this.#catalogue);
    return rejection && this.#foundIn(rejection, delivery);
  }

  #foundIn(rejection: Rejection, delivery: Answered): Found | null {
    const finding = this.#finding(rejection, delivery.putOff);
    return finding && { finding, address: rejection.ip };
  }

  #finding(rejection: Rejection, putOff: boolean): Finding | null {
    const { provider, reason, rule, replyCode, enhancedCode, blockCode, temporary } = rejection;
    if (reason === 'not-a-block') return null;
    const outcome = (temporary ?? putOff) ? 'deferred' : 'refused';
    const code = blockCode?.slice(0, 60) ?? null;
    const key = `${provider} ${reason} ${rule} ${replyCode} ${enhancedCode} ${outcome} ${code}`;
    const known = this.#findings.get(key);
    if (known) return known;
    const finding = findingOf({ provider, outcome, reason, rule, replyCode, enhancedCode, blockCode: code });
    if (this.#findings.size >= MOST_FINDINGS) this.#findings.clear();
    this.#findings.set(key, finding);
    return finding;
  }

  #meaningOf(
    places: Placed,
    delivery: Answered,
    byHost: number,
    byDomain: number,
    found: Found | null,
  ): Meaning | null {
    const said = delivery.read(standIn(outlineText(places)));
    if (!said || !this.#isAbout(said, byHost, byDomain)) return null;
    const rejection = toRejection(said, this.#catalogue);
    const again = rejection && this.#foundIn(rejection, delivery);
    if ((again?.finding ?? null) !== (found?.finding ?? null)) return null;
    if (!found || !rejection) return { finding: null, place: 'field' };
    const place = this.#placeOf(places, rejection.ip);
    const address = place === 'field' ? this.#field(delivery.source) : this.#addressAt(places, place);
    if (address !== found.address || (place === 'field' && rejection.ip !== address)) return null;
    return { finding: found.finding, place };
  }

  /** Where the address stood for which a stand-in was read. */
  #placeOf({ octets }: Placed, standsIn: string | null): Place {
    for (let place = 0; place < this.#outliner.addresses; place += 1) {
      const colon = octets
        .subarray(0, this.#outliner.addressTo(place))
        .indexOf(':', this.#outliner.addressFrom(place));
      if (standsIn === standInAddress(place, colon < 0)) return place;
    }
    return 'field';
  }

  /** Whether the full reading sees the same receiver. */
  #isAbout(said: Said, byHost: number, byDomain: number): boolean {
    const host = said.mx === null ? 0 : this.#receivers.hosts.of(said.mx);
    const domain =
      said.recipientDomain === null ? 0 : this.#receivers.domains.of(said.recipientDomain).provider;
    return host === byHost && domain === byDomain;
  }

  #field(source: string | null): string | null {
    return source === null ? null : this.addresses.of(source);
  }

  /** One of those that were cut out of the reply. */
  #addressAt({ view }: Placed, place: number): string | null {
    return this.addresses.get(view, this.#outliner.addressFrom(place), this.#outliner.addressTo(place));
  }

  /** Whether an address, in its canonical form, is the receiving host's. */
  #isMx({ octets, view, hostIp, hostIpEnd }: Placed, address: string): boolean {
    if (hostIpEnd === hostIp) return false;
    // IPv4 is written in one way, and hosts have more addresses than are worth remembering.
    return nextOf(view, COLON, COLON, hostIp, hostIpEnd) === hostIpEnd
      ? isText(octets, hostIp, hostIpEnd, address)
      : this.addresses.get(view, hostIp, hostIpEnd) === address;
  }
}
