import type { Config } from '../config.ts';
import type { Db } from '../database/open.ts';
import { openDns } from '../dns/open.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { KINDS } from './kinds.ts';
import { keyedZones, zoneSettings } from './list-settings.ts';
import type { CheckWorld } from './run-check.ts';

/** The resolvers and kinds of evidence that checks are made with. */
export function openWorld(desk: { db: Db; catalogue: Catalogue; config: Config }): CheckWorld {
  const { db, catalogue, config } = desk;
  const zones = zoneSettings(catalogue, config);
  return {
    db,
    catalogue,
    ask: openDns({ servers: config.dnsServers, zones }),
    keyed: keyedZones(zones),
    kinds: KINDS,
  };
}
