import { viewOf } from './octets.ts';

/**
 * A reply where it stands among octets, and where the receiving host, its address and the recipient's domain
 * stand, which many replies repeat: nowhere, where their ends are where they begin.
 */
export type Placed = {
  octets: Buffer;
  /** The same octets, to be read four at a time. */
  view: DataView;
  reply: number;
  to: number;
  host: number;
  hostEnd: number;
  hostIp: number;
  hostIpEnd: number;
  domain: number;
  domainEnd: number;
};

/** The words around a reply. */
export type Around = { host: string | null; hostIp: string | null; domain: string | null };

/** A reply and the words around it, put one behind the other. */
export function placed(words: string, { host, hostIp, domain }: Around): Placed {
  const hostEnd = host?.length ?? 0;
  const hostIpEnd = hostEnd + (hostIp?.length ?? 0);
  const reply = hostIpEnd + (domain?.length ?? 0);
  const octets = Buffer.from(`${host ?? ''}${hostIp ?? ''}${domain ?? ''}${words}`, 'latin1');
  return {
    octets,
    view: viewOf(octets),
    reply,
    to: octets.length,
    host: 0,
    hostEnd,
    hostIp: hostEnd,
    hostIpEnd,
    domain: hostIpEnd,
    domainEnd: reply,
  };
}
