import ipaddr from 'ipaddr.js';

/** Labels from the end of an address to its beginning: `10.2.0.192`; of IPv6 its 32 hexadecimal digits. */
export const reversed = (address: string): string =>
  (address.includes(':') ? [...nibbles(address)] : address.split('.')).reverse().join('.');

/** The name under which an address has its PTR (RFC 1035 § 3.5, RFC 3596 § 2.5). */
export const reverseName = (address: string): string =>
  `${reversed(address)}.${address.includes(':') ? 'ip6' : 'in-addr'}.arpa`;

/** The 32 hexadecimal digits of an IPv6 address. */
export const nibbles = (address: string): string =>
  ipaddr
    .parse(address)
    .toByteArray()
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');

/** Whether two texts are the same address, however each is written. */
export const sameAddress = (one: string, other: string): boolean =>
  ipaddr.isValid(one) &&
  ipaddr.isValid(other) &&
  ipaddr.process(one).toString() === ipaddr.process(other).toString();
