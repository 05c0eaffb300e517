import type { Trx } from '../database/open.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { effectiveProviders } from './effective.ts';
import { readOverlay } from './store.ts';

/** The catalogue as it stands inside the transaction, whatever this process knew before. */
export async function catalogueIn(trx: Trx, builtIn: Catalogue): Promise<Catalogue> {
  const providers = effectiveProviders(builtIn.providers, await readOverlay(trx));
  return { ...builtIn, providers, byKey: new Map(providers.map((one) => [one.key, one])) };
}
