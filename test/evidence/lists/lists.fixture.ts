import type { Test } from 'tap';
import { openDns } from '../../../src/dns/open.ts';
import type { World } from '../../../src/evidence/kind.ts';
import { keyedZones, zoneSettings } from '../../../src/evidence/lists/settings.ts';
import { type Catalogue, readCatalogue } from '../../../src/providers/catalogue.ts';
import type { Provider } from '../../../src/providers/schema.ts';
import type { DeadZones, Zone } from '../../../src/providers/zone-schema.ts';
import { type DnsServer, type Reply, startDnsServer } from '../../dns/server.fixture.ts';

export const catalogue = readCatalogue();

const usual: Zone = {
  zone: 'bl.example.org',
  name: 'Example BL',
  lists: ['ipv4'],
  about: 'An example.',
  codes: [{ code: '127.0.0.2', kind: 'listing', meaning: 'Hit a trap.', verified: true }],
  weight: 'high',
  use: { access: 'open', verified: true },
  removal: 'https://bl.example.org/?ip={address}',
  source: 'test',
  verified: true,
};
export const zoneNamed = (zone: string, more: Partial<Zone> = {}): Zone => ({
  ...usual,
  zone,
  name: zone.split('.')[0] ?? '',
  ...more,
});

/** A catalogue of one operator with these zones. */
export function catalogueOf(zones: Zone[], deadZones: DeadZones = []): Catalogue {
  const provider: Provider = { ...(catalogue.providers[0] as Provider), zones };
  return { ...catalogue, providers: [provider], byKey: new Map([[provider.key, provider]]), deadZones };
}

/** What a proper list answers to the test points of RFC 5782 § 5; undefined for all other names. */
export function testPoint(name: string): Reply | undefined {
  if (/^(2\.0\.0\.127|2\.0\.0\.0\.0\.0\.f\.7\.f\.f\.f\.f(\.0){20}|test)\./.test(name))
    return { records: ['127.0.0.2'] };
  if (/^(1\.0\.0\.127|1\.0\.0\.0\.0\.0\.f\.7\.f\.f\.f\.f(\.0){20}|invalid)\./.test(name))
    return { code: 'NXDOMAIN' };
  return undefined;
}

/** Zone → what it answers; null leaves it to the usual: the test points, and nobody listed. */
export type Answers = Record<string, (name: string, type: string) => Reply | undefined>;

export async function worldOf(
  t: Test,
  zones: Zone[],
  answers: Answers,
  { keys = {}, dead = [] }: { keys?: Record<string, string>; dead?: DeadZones } = {},
): Promise<World & { server: DnsServer }> {
  const server = await startDnsServer(({ name, type }) => {
    const zone = Object.keys(answers).find((each) => name.endsWith(`.${each}`));
    const reply = zone === undefined ? undefined : answers[zone]?.(name, type);
    return reply === undefined ? (testPoint(name) ?? { code: 'NXDOMAIN' }) : reply;
  });
  t.teardown(() => server.close());
  const made = catalogueOf(zones, dead);
  const settings = zoneSettings(made, { dnsblServers: {}, dnsblKeys: keys });
  return {
    server,
    ...openDns({ servers: [server.address], zones: settings, patience: 2000 }),
    catalogue: made,
    now: new Date('2026-11-25T12:00:00Z'),
    keyed: keyedZones(settings),
  };
}
