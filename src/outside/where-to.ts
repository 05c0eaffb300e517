import { isIP } from 'node:net';
import type { Ask } from '../dns/answer.ts';
import { isOpened, mayReach, type PrivateTarget } from './allowed-targets.ts';

/** Where a request may go: checked addresses, to which it is then tied, or why it may not, in words. */
export type WhereTo = { addresses: string[] } | { refused: string } | { unknown: string };

const HTTPS_PORT = 443;
const FIRST_FREE_PORT = 1024;
/** Services that listen there by custom, none of them one of the web. */
const OTHER_SERVICES = new Set([
  1433, 1521, 2049, 2375, 2376, 2379, 2380, 3306, 3389, 5432, 5672, 5900, 5984, 6379, 6443, 9042, 9092, 9200,
  9300, 10_250, 11_211, 27_017,
]);

const portOf = ({ protocol, port }: URL): number => (port ? Number(port) : protocol === 'https:' ? 443 : 80);
const bare = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
/** RFC 6761 § 6.3: no question goes out for it, and it is this machine. */
const isLocalhost = (host: string) => /(^|\.)localhost$/i.test(host);

async function addressesOf(host: string, ask: Ask): Promise<string[] | { unknown: string }> {
  if (isIP(host) !== 0) return [host];
  if (isLocalhost(host)) return ['127.0.0.1', '::1'];
  const answers = await Promise.all([ask(host, 'A'), ask(host, 'AAAA')]);
  const found = answers.flatMap((answer) => (answer.status === 'found' ? answer.records : []));
  if (found.length > 0) return found;
  const failed = answers.find((answer) => answer.status === 'failed');
  return {
    unknown: failed
      ? `The address of ${host} could not be looked up: ${failed.why}.`
      : `${host} has no address in the DNS.`,
  };
}

const privateWords = (host: string, address: string) =>
  `${host === address ? address : `${host} leads to ${address}, which`} is no public address${
    address.startsWith('169.254.') ? ': programs find keys of the machine there' : ''
  }. Requests go to public addresses only, or to those that WEBHOOK_PRIVATE_TARGETS opens.`;

/**
 * Looks the host up once and checks every address that it has. Whoever sends the request ties it to these addresses,
 * so that the name cannot lead elsewhere between the check and the connection.
 */
export async function whereTo(url: URL, ask: Ask, opened: PrivateTarget[]): Promise<WhereTo> {
  const host = bare(url);
  const port = portOf(url);
  const addresses = await addressesOf(host, ask);
  if ('unknown' in addresses) return addresses;
  const wrong = addresses.find((address) => !mayReach(address, port, opened));
  if (wrong !== undefined) return { refused: privateWords(host, wrong) };
  if (addresses.every((address) => isOpened(address, port, opened))) return { addresses };
  if (url.protocol !== 'https:')
    return {
      refused: 'It must begin with https:// – http:// is for private addresses that were opened only.',
    };
  if (port !== HTTPS_PORT && (port < FIRST_FREE_PORT || OTHER_SERVICES.has(port)))
    return { refused: `Port ${port} belongs to another service. Use 443, or a free one from 1024 up.` };
  return { addresses };
}
