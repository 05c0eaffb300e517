import ipaddr from 'ipaddr.js';
import type { FormField } from '../../providers/schema.ts';

/** A range is written out for a form that takes one address, up to so many. */
const MOST_WRITTEN_OUT = 32;

/** What a field gets of our addresses, and what it does not take. */
export type FittedAddresses = { taken: string[]; leftOut: string[] };

const isV6 = (address: string) => address.includes(':');

function inNetwork(address: string, prefix: number): string {
  if (!isV6(address) || address.includes('/')) return address;
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${address}/${prefix}`).toString()}/${prefix}`;
}

/** The single addresses of a small IPv4 range; a larger one stays what it is. */
export function writtenOut(range: string): string[] {
  const [start = '', length = '32'] = range.split('/');
  const size = 2 ** (32 - Number(length));
  if (isV6(range) || size > MOST_WRITTEN_OUT) return [range];
  const first = ipaddr.IPv4.parse(start)
    .toByteArray()
    .reduce((sum, octet) => sum * 256 + octet, 0);
  return Array.from({ length: size }, (_, index) =>
    [24, 16, 8, 0].map((shift) => Math.floor((first + index) / 2 ** shift) % 256).join('.'),
  );
}

/** Our addresses as a field takes them: written out, as networks, without what it refuses. */
export function fitAddresses(addresses: string[], field: FormField): FittedAddresses {
  const takes = field.takes ?? ['ipv4', 'ipv6', 'range'];
  const takesRanges = takes.includes('range');
  const isTaken = (one: string) =>
    takes.includes(isV6(one) ? 'ipv6' : 'ipv4') && (takesRanges || !one.includes('/'));
  const single = takesRanges
    ? addresses
    : addresses.flatMap((one) => (one.includes('/') ? writtenOut(one) : [one]));
  const { ipv6Prefix } = field;
  const fitted = single
    .filter(isTaken)
    .map((one) => (ipv6Prefix === undefined ? one : inNetwork(one, ipv6Prefix)));
  return { taken: [...new Set(fitted)], leftOut: single.filter((one) => !isTaken(one)) };
}
