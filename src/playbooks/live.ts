import type { Db } from '../database/open.ts';
import { notFound } from '../problem.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import type { Provider } from '../providers/schema.ts';
import { catalogueUnder, type Overlay } from './effective.ts';
import { readOverlay, readVersion } from './store.ts';

/** The playbooks as they hold here: what the release brings, and over it what people changed. */
export type Playbooks = {
  /** Stays the same object; its providers are replaced as a whole when somebody changed one. */
  catalogue: Catalogue;
  builtIn: Catalogue;
  overlay: () => Overlay;
  /** Makes sure that what is shown is no older than so many milliseconds. Reads one number, and all only after a change. */
  refresh: (maxAge?: number) => Promise<void>;
  /** The playbook as it holds now, also when another process changed it a moment ago. Throws not-found. */
  getProvider: (key: string) => Promise<Provider>;
};

/**
 * Opens the playbooks over a release's catalogue. Any number of processes may share the database: each compares the
 * version that it knows with the one that stands there.
 */
export function openPlaybooks(db: Db, builtIn: Catalogue): Playbooks {
  let overlay: Overlay = { facts: [], own: [] };
  let now = builtIn;
  let known = 0;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | undefined;

  async function look(): Promise<void> {
    const at = performance.now();
    const version = await readVersion(db);
    if (version !== known) {
      // Read after the version: a change in between is seen now, and once more by its own version.
      overlay = await readOverlay(db);
      now = catalogueUnder(overlay, builtIn);
      known = version;
    }
    lookedAt = at;
  }

  async function refresh(maxAge = 0): Promise<void> {
    if (performance.now() - lookedAt <= maxAge) return;
    // A look that has begun may have missed a change that was written since: who wants the newest asks again.
    if (looking && maxAge > 0) return looking;
    await looking?.catch(() => {});
    looking = look().finally(() => {
      looking = undefined;
    });
    return looking;
  }

  const catalogue: Catalogue = {
    ...builtIn,
    get providers() {
      return now.providers;
    },
    get byKey() {
      return now.byKey;
    },
  };

  async function getProvider(key: string): Promise<Provider> {
    await refresh();
    const provider = now.byKey.get(key);
    if (!provider) throw notFound('such provider in the catalogue');
    return provider;
  }

  return { catalogue, builtIn, overlay: () => overlay, refresh, getProvider };
}
