import type { Config } from '../config.ts';
import type { Db } from '../database/open.ts';
import { openDns } from '../dns/open.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { KINDS } from './kinds.ts';
import type { CheckWorld } from './run-check.ts';

/** The resolvers and kinds of evidence that checks are made with. */
export const openWorld = ({
  db,
  catalogue,
  config,
}: Pick<Desk, 'db' | 'catalogue' | 'config'>): CheckWorld => ({
  db,
  catalogue,
  ask: openDns({ servers: config.dnsServers }),
  kinds: KINDS,
});
