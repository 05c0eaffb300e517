import ipaddr from 'ipaddr.js';
import type { Zone } from '../../providers/zone-schema.ts';
import { registeredDomain } from '../domain-name.ts';
import { reversed } from '../names/reverse-name.ts';

/** What can be asked of a list. */
export type Listed = Zone['lists'][number];

export const familyOf = (address: string): 'ipv4' | 'ipv6' => (address.includes(':') ? 'ipv6' : 'ipv4');

/** RFC 5782 § 5: what every list must have, and must not have. */
const TEST_POINTS: Record<Listed, { listed: string; notListed: string }> = {
  ipv4: { listed: '127.0.0.2', notListed: '127.0.0.1' },
  ipv6: { listed: '::ffff:7f00:2', notListed: '::ffff:7f00:1' },
  domains: { listed: 'test', notListed: 'invalid' },
};

const isAddress = (text: string): boolean => ipaddr.isValid(text);
/** A zone names one test point; it is for the kind of thing that it looks like. */
const kindOf = (text: string): Listed => (isAddress(text) ? familyOf(text) : 'domains');

/** How a list is asked: an address backwards (RFC 5782 § 2.1 and § 2.4), a domain as it is. */
export const asked = (what: string, listed: Listed): string => (listed === 'domains' ? what : reversed(what));

/** The name that a list of domains is asked for: the domain that was registered, unless it knows hosts. */
export const domainFor = ({ names }: Zone, domain: string): string =>
  names === 'hosts' ? domain : registeredDomain(domain);

/** The two names that tell whether a zone works, below it. */
export function testPoints(zone: Zone, listed: Listed): { listed: string; notListed: string } {
  const usual = TEST_POINTS[listed];
  const own = (text: string | undefined, otherwise: string) =>
    text !== undefined && kindOf(text) === listed ? text : otherwise;
  const name = (what: string) => `${asked(what, listed)}.${zone.zone}`;
  return {
    listed: name(own(zone.test?.listed, usual.listed)),
    notListed: name(own(zone.test?.notListed, usual.notListed)),
  };
}
