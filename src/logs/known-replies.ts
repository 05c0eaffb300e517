import type { Rejection } from '../bounces/rejection.ts';
import type { Said } from '../bounces/said.ts';
import { publicIp } from '../bounces/sending-ip.ts';
import { toRejection } from '../bounces/to-rejection.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import type { Answered } from './delivery.ts';
import type { Finding } from './gathering.ts';
import { Names } from './names.ts';
import { type Around, type Outline, outline, outlineText, standIn, standInAddress } from './outline.ts';
import type { Receivers } from './receivers.ts';

/** Outlines that are remembered; then it starts afresh. */
const MOST_OUTLINES = 8_000;
const MOST_FINDINGS = 20_000;

/** Where the refused address stands: at this place among the addresses of the reply, or in the log's own field. */
type Place = number | 'field';

/** What an outline means; a null finding is nothing to count. */
type Meaning = { finding: Finding | null; place: Place };

/** A finding and the address that it is about, as far as the line says. */
export type Found = { finding: Finding; address: string | null };

const aroundOf = ({ host, domains }: Answered): Around => ({ host, domain: domains[0] ?? null });

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
  /** The canonical form of addresses; null for those that are not public. */
  readonly addresses = new Names(publicIp);

  constructor(catalogue: Catalogue, receivers: Receivers) {
    this.#catalogue = catalogue;
    this.#receivers = receivers;
  }

  /** By host's and domain's provider. Null: no refusal, or an ordinary bounce. */
  find(delivery: Answered, byHost: number, byDomain: number): Found | null {
    const receiver = byHost * 65_536 + byDomain * 2 + (delivery.putOff ? 1 : 0);
    const outlined = outline(delivery.reply, aroundOf(delivery), receiver);
    if (outlined === null) return this.#inFull(delivery);
    const known = this.#meanings.get(outlined.key);
    if (known !== undefined) return this.#foundBy(known, outlined.addresses, delivery);
    const found = this.#inFull(delivery);
    if (this.#meanings.size >= MOST_OUTLINES) this.#meanings.clear();
    this.#meanings.set(outlined.key, this.#meaningOf(delivery, outlined, byHost, byDomain, found));
    return found;
  }

  #foundBy(meaning: Meaning | null, addresses: string[], delivery: Answered): Found | null {
    if (meaning === null) return this.#inFull(delivery);
    if (meaning.finding === null) return null;
    if (meaning.place === 'field') return { finding: meaning.finding, address: this.#field(delivery) };
    const address = this.addresses.of(addresses[meaning.place] ?? '');
    const isOurs = address !== null && address !== this.#mxIp(delivery);
    return isOurs ? { finding: meaning.finding, address } : this.#inFull(delivery);
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
    const finding: Finding = { provider, outcome, reason, rule, replyCode, enhancedCode, blockCode: code };
    if (this.#findings.size >= MOST_FINDINGS) this.#findings.clear();
    this.#findings.set(key, finding);
    return finding;
  }

  #meaningOf(
    delivery: Answered,
    outlined: Outline,
    byHost: number,
    byDomain: number,
    found: Found | null,
  ): Meaning | null {
    const said = delivery.read(standIn(outlineText(delivery.reply, aroundOf(delivery))));
    if (!said || !this.#isAbout(said, byHost, byDomain)) return null;
    const rejection = toRejection(said, this.#catalogue);
    const again = rejection && this.#foundIn(rejection, delivery);
    if ((again?.finding ?? null) !== (found?.finding ?? null)) return null;
    if (!found || !rejection) return { finding: null, place: 'field' };
    const { addresses } = outlined;
    const place = addresses.findIndex(
      (address, at) => rejection.ip === standInAddress(at, !address.includes(':')),
    );
    const address = place < 0 ? this.#field(delivery) : this.addresses.of(addresses[place] ?? '');
    if (address !== found.address || (place < 0 && rejection.ip !== address)) return null;
    return { finding: found.finding, place: place < 0 ? 'field' : place };
  }

  /** Whether the full reading sees the same receiver. */
  #isAbout(said: Said, byHost: number, byDomain: number): boolean {
    const host = said.mx === null ? 0 : this.#receivers.hosts.of(said.mx);
    const domain =
      said.recipientDomain === null ? 0 : this.#receivers.domains.of(said.recipientDomain).provider;
    return host === byHost && domain === byDomain;
  }

  #field({ source }: Answered): string | null {
    return source === null ? null : this.addresses.of(source);
  }

  #mxIp({ hostIp }: Answered): string | null {
    return hostIp === null ? null : this.addresses.of(hostIp);
  }
}
