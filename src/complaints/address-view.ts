import type { Db } from '../database/open.ts';
import { shownFound } from '../evidence/shown.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { findComplaints } from './kind.ts';

/** What feedback loops reported of an address or range; null where none ever reported anything. */
export async function addressComplaints(db: Db, cidr: string, given: { now: Date; catalogue: Catalogue }) {
  const found = await findComplaints(db, cidr, given);
  return found && shownFound(found);
}
