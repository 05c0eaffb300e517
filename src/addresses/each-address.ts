import ipaddr from 'ipaddr.js';
import type { Network } from './address.ts';

/** How many addresses a network has. */
export const sizeOf = ({ family, prefix }: Network): number => 2 ** ((family === 4 ? 32 : 128) - prefix);

/** The addresses of a network, one after the other. */
export function* eachAddress(network: Network): Generator<string> {
  const octets = ipaddr.parse(network.cidr.split('/')[0] ?? '').toByteArray();
  for (let left = sizeOf(network); left > 0; left -= 1) {
    yield ipaddr.fromByteArray(octets).toString();
    let at = octets.length - 1;
    while (at >= 0 && octets[at] === 255) octets[at--] = 0;
    if (at >= 0) octets[at] = (octets[at] ?? 0) + 1;
  }
}
