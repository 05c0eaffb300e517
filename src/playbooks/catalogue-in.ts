import type { Trx } from '../database/open.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { catalogueUnder } from './effective.ts';
import { readOverlay } from './store.ts';

/** The catalogue as it stands inside the transaction, whatever this process knew before. */
export const catalogueIn = async (trx: Trx, builtIn: Catalogue): Promise<Catalogue> =>
  catalogueUnder(await readOverlay(trx), builtIn);
