import { givenFor, type ZoneSettings } from '../../dns/zone-settings.ts';
import type { Catalogue } from '../../providers/catalogue.ts';
import { allZones } from '../../providers/list-zones.ts';

export type ListSettings = { dnsblServers: Record<string, string[]>; dnsblKeys: Record<string, string> };

/** The zones of all lists with their limits, and with the servers and keys that the settings give them. */
export function zoneSettings(catalogue: Catalogue, settings: ListSettings): ZoneSettings[] {
  const servers = new Map(Object.entries(settings.dnsblServers));
  const keys = new Map(Object.entries(settings.dnsblKeys));
  return allZones(catalogue).map(({ zone, use }) => ({
    zone,
    servers: givenFor(zone, servers) ?? [],
    key: use.access === 'key' ? givenFor(zone, keys) : keys.get(zone),
    queriesPerDay: use.queriesPerDay,
  }));
}

export const keyedZones = (zones: ZoneSettings[]): Set<string> =>
  new Set(zones.filter(({ key }) => key !== undefined).map(({ zone }) => zone));
