import type { Config } from '../../config.ts';
import type { Db } from '../../database/open.ts';
import { openDns } from '../../dns/open.ts';
import { openGet } from '../../outside/get.ts';
import { isPublic } from '../../outside/public-address.ts';
import type { Catalogue } from '../../providers/catalogue.ts';
import { KINDS } from '../kinds.ts';
import { keyedZones, zoneSettings } from '../lists/settings.ts';
import { recordedKinds } from '../recorded-kinds.ts';
import type { CheckWorld } from './run.ts';

/** What checks are made with: resolvers, the kinds that ask the world, and those that read what was recorded here. */
export function openWorld(desk: { db: Db; catalogue: Catalogue; config: Config }): CheckWorld {
  const { db, catalogue, config } = desk;
  const zones = zoneSettings(catalogue, config);
  return {
    db,
    catalogue,
    ask: openDns({ servers: config.dnsServers, zones }).ask,
    keyed: keyedZones(zones),
    get: { get: openGet(), allows: isPublic },
    kinds: [...KINDS, ...recordedKinds(db)],
  };
}
