import ipaddr from 'ipaddr.js';

/** An address or range that we send from. */
export type Network = {
  /** CIDR, canonical (RFC 5952): `203.0.113.7/32`, `2001:db8::/48`. */
  cidr: string;
  /** As people write it: without the prefix for a single address. */
  text: string;
  family: 4 | 6;
  prefix: number;
  /** From a range that RFC 5737, RFC 3849 or RFC 9637 keeps for documentation: allowed, and marked. */
  documentation: boolean;
};

export class BadAddress extends Error {
  override name = 'BadAddress';
}

const DOCUMENTATION: [ipaddr.IPv4 | ipaddr.IPv6, number][] = [
  ipaddr.parseCIDR('192.0.2.0/24'),
  ipaddr.parseCIDR('198.51.100.0/24'),
  ipaddr.parseCIDR('203.0.113.0/24'),
  ipaddr.parseCIDR('2001:db8::/32'),
  ipaddr.parseCIDR('3fff::/20'),
];
/** All IPv6 addresses that were given out for use on the internet (RFC 4291, section 2.4). */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number];

/** Ranges that never send mail across the internet, and why. */
const REFUSED: Record<string, string> = {
  private: 'is a private address, which no provider ever sees; give the public one',
  uniqueLocal: 'is a private address, which no provider ever sees; give the public one',
  loopback: 'is the loopback address',
  linkLocal: 'is a link-local address',
  carrierGradeNat: 'is a carrier-grade NAT address, which no provider ever sees; give the public one',
  unspecified: 'is the unspecified address',
  broadcast: 'is the broadcast address',
  multicast: 'is a multicast address',
  reserved: 'is reserved and in use by nobody',
  benchmarking: 'is reserved for benchmarks',
  amt: 'is reserved for multicast tunnels',
  as112: 'belongs to the AS112 project',
  as112v6: 'belongs to the AS112 project',
  discard: 'is the discard-only range',
  deprecatedOrchid: 'is reserved',
  orchid2: 'is reserved',
  droneRemoteIdProtocolEntityTags: 'is reserved',
  rfc6145: 'is a translation address; give the IPv4 address in it',
  rfc6052: 'is a translation address; give the IPv4 address in it',
  '6to4': 'is a 6to4 address, which sends no mail of its own',
  teredo: 'is a Teredo address, which sends no mail of its own',
};

const LEAST_PREFIX = { 4: 12, 6: 28 } as const;
/** The longest text of a network has 49 characters; a zone may come to it. */
const MAX_TEXT = 80;

/** IPv4 in four decimal numbers without leading zeros, also at the end of IPv6: what PostgreSQL takes as well. */
function isAddress(text: string): boolean {
  const last = text.slice(text.lastIndexOf(':') + 1);
  if (last.includes('.') && !ipaddr.IPv4.isValidFourPartDecimal(last)) return false;
  return text.includes(':') ? ipaddr.IPv6.isValid(text) : last.includes('.');
}

function whyNoAddress(text: string): string {
  const octets = text.split('.');
  if (octets.length === 4 && octets.every((octet) => /^\d+$/.test(octet))) {
    const large = octets.find((octet) => Number(octet) > 255);
    if (large) return `${text} is not an IP address: ${large} is more than 255`;
    return `${text} is not an IP address: write its numbers without leading zeros`;
  }
  return `${text} is not an IP address or CIDR range`;
}

function parse(text: string): ipaddr.IPv4 | ipaddr.IPv6 {
  if (!isAddress(text)) throw new BadAddress(`${whyNoAddress(text)}.`);
  const parsed = ipaddr.parse(text);
  if (parsed.kind() === 'ipv6' && (parsed as ipaddr.IPv6).zoneId)
    throw new BadAddress(`${text} names a zone, which only its own host understands.`);
  return parsed.kind() === 'ipv6' && (parsed as ipaddr.IPv6).isIPv4MappedAddress()
    ? (parsed as ipaddr.IPv6).toIPv4Address()
    : parsed;
}

function prefixOf(text: string, given: string | undefined, bits: number): number {
  if (given === undefined) return bits;
  if (!/^\d{1,3}$/.test(given))
    throw new BadAddress(`${text}: what follows the slash must be a number from 0 to ${bits}.`);
  const prefix = Number(given);
  if (prefix > bits)
    throw new BadAddress(`${text}: /${prefix} is longer than an address; the longest is /${bits}.`);
  return prefix;
}

const networkOf = (address: ipaddr.IPv4 | ipaddr.IPv6, prefix: number) =>
  address.kind() === 'ipv4'
    ? ipaddr.IPv4.networkAddressFromCIDR(`${address}/${prefix}`)
    : ipaddr.IPv6.networkAddressFromCIDR(`${address}/${prefix}`);

/** Why an address cannot be one that mail comes from. */
function refusalOf(address: ipaddr.IPv4 | ipaddr.IPv6): string | undefined {
  const global = address.kind() === 'ipv4' || (address as ipaddr.IPv6).match(GLOBAL_UNICAST);
  return (
    REFUSED[address.range()] ?? (global ? undefined : 'is not one of the public IPv6 addresses, 2000::/3')
  );
}

/**
 * Reads an IP address or CIDR range as a person writes it, also as an address literal of SMTP
 * (`[IPv6:2001:db8::7]`, RFC 5321, section 4.1.3). IPv4 in IPv6 (`::ffff:203.0.113.7`) becomes IPv4.
 * Throws {@link BadAddress} saying what is wrong with malformed, private and reserved ones.
 */
export function parseNetwork(input: string): Network {
  const text = input.trim().replace(/^\[(?:IPv6:)?(.*)\]$/i, '$1');
  const [host = '', given, more] = text.split('/');
  if (more !== undefined || text.length > MAX_TEXT)
    throw new BadAddress(`${text.slice(0, MAX_TEXT)} is not an IP address or CIDR range.`);
  const written = host.includes(':') ? 128 : 32;
  const address = parse(host);
  const bits = address.kind() === 'ipv4' ? 32 : 128;
  // A mapped address counts its prefix from the IPv6 side.
  const prefix = prefixOf(text, given, written) - (written - bits);
  const family = bits === 32 ? 4 : 6;
  const documentation = DOCUMENTATION.some(
    ([net, length]) =>
      net.kind() === address.kind() && prefix >= length && address.match(net as never, length),
  );
  const refusal = documentation ? undefined : refusalOf(address);
  if (refusal) throw new BadAddress(`${text} ${refusal}.`);
  if (prefix < LEAST_PREFIX[family])
    throw new BadAddress(`${text} is too large a range; the largest is /${LEAST_PREFIX[family]}.`);
  const network = networkOf(address, prefix);
  if (network.toString() !== address.toString()) {
    throw new BadAddress(
      `${text} names one address inside a range; the range is ${network}/${prefix}, the address ${address}.`,
    );
  }
  const cidr = `${address}/${prefix}`;
  return { cidr, text: prefix === bits ? address.toString() : cidr, family, prefix, documentation };
}

/** Several addresses, separated by blanks, commas, semicolons or line ends. Each once, in their order. */
export function parseNetworks(input: string | string[]): Network[] {
  const texts = (Array.isArray(input) ? input : [input])
    .flatMap((text) => text.split(/[\s,;]+/))
    .filter(Boolean);
  const networks = texts.map(parseNetwork);
  return [...new Map(networks.map((network) => [network.cidr, network])).values()];
}

/** How a stored network is written: `203.0.113.7/32` → `203.0.113.7`. */
export const networkText = (cidr: string) =>
  cidr.replace(/^([^:]+)\/32$/, '$1').replace(/^(.*:.*)\/128$/, '$1');

/** Whether this is a network with its prefix, which PostgreSQL takes as a `cidr`. */
export function isCidr(text: string): boolean {
  const [host = '', prefix = '', more] = text.split('/');
  if (more !== undefined || !/^(0|[1-9]\d{0,2})$/.test(prefix) || host.includes('%')) return false;
  if (!isAddress(host)) return false;
  const address = ipaddr.parse(host);
  if (Number(prefix) > (address.kind() === 'ipv4' ? 32 : 128)) return false;
  return networkOf(address, Number(prefix)).toString() === address.toString();
}

export function isDocumentation(cidr: string): boolean {
  try {
    return parseNetwork(cidr).documentation;
  } catch {
    return false;
  }
}

const MOST_REMEMBERED = 20_000;
const remembered = new Map<string, [ipaddr.IPv4 | ipaddr.IPv6, number]>();

/** A page puts the same few hundred networks beside each other a hundred thousand times; reading one takes a microsecond. */
function cidrOf(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  const known = remembered.get(text);
  if (known) return known;
  const read = ipaddr.parseCIDR(text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`);
  if (remembered.size === MOST_REMEMBERED) remembered.clear();
  remembered.set(text, read);
  return read;
}

/** Does `range` hold all of `other`? Both as written, single or CIDR. */
export function covers(range: string, other: string): boolean {
  if (range === other) return true;
  const [whole, length] = cidrOf(range);
  const [part, partLength] = cidrOf(other);
  return whole.kind() === part.kind() && length <= partLength && part.match(whole as never, length);
}
