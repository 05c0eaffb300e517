import { networkText } from '../addresses/address.ts';
import type { Db } from '../database/open.ts';
import { shownFound } from '../evidence/shown.ts';
import { findSnds } from './kind.ts';

/** What SNDS says of one address; null for ranges, and where no report was ever imported. */
export async function addressSnds(db: Db, cidr: string, now: Date) {
  const address = networkText(cidr);
  const found = address.includes('/') ? null : await findSnds(db, address, now);
  return found && shownFound(found);
}
