import { networkText } from '../addresses/address.ts';
import type { Db, Trx } from '../database/open.ts';
import type { IncidentRow } from '../database/tables.ts';
import { listRowsOf } from '../evidence/list-rows.ts';
import { standingOfGroups } from '../evidence/snapshots.ts';
import { tellingRejections } from '../incidents/telling-rejections.ts';
import { getProfile } from '../profile/store.ts';
import { ruleAfterLook } from '../providers/list-looks.ts';
import { ruleIdOf } from '../providers/playbook.ts';
import type { Provider } from '../providers/schema.ts';
import { readAddresses } from './incident-rows.ts';

type Of = Pick<IncidentRow, 'number' | 'provider' | 'last_rejection_at'>;

/** The rule after what looks at the lists of its operator found since. */
async function looked(db: Db | Trx, row: Of, provider: Provider, rule: string): Promise<string | null> {
  const [addresses, profile] = await Promise.all([readAddresses(db, row.number), getProfile(db)]);
  const networks = addresses.map(({ network }) => networkText(network));
  const standing = await standingOfGroups(db, [networks], profile.sendingDomains);
  return ruleAfterLook(provider, rule, row.last_rejection_at, listRowsOf(standing));
}

/**
 * The rule of its provider by which the letters of an incident go, as its next step does; null: none of its rejections
 * fits one.
 */
export async function ruleOf(db: Db | Trx, row: Of, provider: Provider | undefined): Promise<string | null> {
  const telling = (await tellingRejections(db, [row.number])).get(row.number);
  const rule = ruleIdOf(telling?.rule, row.provider);
  return provider && rule !== null && provider.lists.length > 0 ? looked(db, row, provider, rule) : rule;
}
