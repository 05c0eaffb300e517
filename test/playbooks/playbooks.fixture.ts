import type { Db } from '../../src/database/open.ts';
import { resetFact, setFact } from '../../src/playbooks/change-fact.ts';
import { openPlaybooks } from '../../src/playbooks/live.ts';
import type { Catalogue } from '../../src/providers/catalogue.ts';
import type { Provider } from '../../src/providers/schema.ts';
import { CATALOGUE } from '../desk.ts';

export const ACTOR = { userId: null, tokenId: null, name: 'Mara Lind' };

export function providerOf(key: string, catalogue: Catalogue = CATALOGUE): Provider {
  const provider = catalogue.byKey.get(key);
  if (!provider) throw new Error(`no provider ${key}`);
  return provider;
}

/** The catalogue of a later release, in which one provider differs. */
export function nextRelease(key: string, change: (provider: Provider) => Provider): Catalogue {
  const providers = CATALOGUE.providers.map((one) => (one.key === key ? change(one) : one));
  return { ...CATALOGUE, providers, byKey: new Map(providers.map((one) => [one.key, one])) };
}

/** Playbooks over a release, with what changes one fact. */
export function playbooksOf(db: Db, release: Catalogue = CATALOGUE) {
  const playbooks = openPlaybooks(db, release);
  const set = async (provider: string, path: string, value: unknown, version?: number) => {
    await db.transaction().execute((trx) => setFact(trx, ACTOR, release, { provider, path, value, version }));
    await playbooks.refresh();
  };
  const reset = async (provider: string, path: string) => {
    await db.transaction().execute((trx) => resetFact(trx, ACTOR, release, { provider, path }));
    await playbooks.refresh();
  };
  return { ...playbooks, set, reset };
}
