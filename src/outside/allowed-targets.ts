import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { isPublic } from './public-address.ts';

/** A private address or range that an administrator opened to requests of ours, with a port or for all of them. */
export type PrivateTarget = { range: [ipaddr.IPv4 | ipaddr.IPv6, number]; port: number | null };

/** `10.1.2.0/24`, `127.0.0.1:8080`, `[fd00::1]:8443`, `fd00::/8`. Undefined: it is none of these. */
export function readPrivateTarget(text: string): PrivateTarget | undefined {
  const [, inBrackets, plain, portText] =
    /^(?:\[([\da-fA-F:.]{2,45})\]|([\d.]{7,15}|[\da-fA-F:.]{2,45}|[\da-fA-F:.]{2,45}\/\d{1,3}))(?::(\d{1,5}))?$/.exec(
      text,
    ) ?? [];
  const [address = '', bits, more] = (inBrackets ?? plain ?? '').split('/');
  if (isIP(address) === 0 || more !== undefined) return undefined;
  const port = portText === undefined ? null : Number(portText);
  if (port !== null && (port < 1 || port > 65_535)) return undefined;
  const parsed = ipaddr.parse(address);
  const most = parsed.kind() === 'ipv4' ? 32 : 128;
  const length = bits === undefined ? most : Number(bits);
  return length > most ? undefined : { range: [parsed, length], port };
}

const isWithin = (address: ipaddr.IPv4 | ipaddr.IPv6, { range: [network, length] }: PrivateTarget) =>
  address.kind() === network.kind() &&
  (address as ipaddr.IPv4).match([network as ipaddr.IPv4, length] as [ipaddr.IPv4, number]);

/** Whether a request may go to this address: to a public one always, to another only where it was opened. */
export function mayReach(address: string, port: number, opened: PrivateTarget[]): boolean {
  return isPublic(address) || isOpened(address, port, opened);
}

/** Whether an administrator opened this address, which also allows requests without encryption. */
export function isOpened(address: string, port: number, opened: PrivateTarget[]): boolean {
  if (isIP(address) === 0) return false;
  const parsed = ipaddr.parse(address);
  return opened.some((one) => (one.port === null || one.port === port) && isWithin(parsed, one));
}
