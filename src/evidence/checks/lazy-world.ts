import type { Config } from '../../config.ts';
import type { Db } from '../../database/open.ts';
import type { Catalogue } from '../../providers/catalogue.ts';
import type { CheckWorld } from './run.ts';

/** What evidence is looked up with, loaded when it is first needed. A demonstration asks nobody outside about its addresses. */
export function lazyWorld(given: {
  db: Db;
  catalogue: Catalogue;
  config: Config;
}): () => Promise<CheckWorld> {
  let world: Promise<CheckWorld> | undefined;
  const open = async () =>
    given.config.demo
      ? (await import('../../demo/evidence.ts')).demoWorld(given)
      : (await import('./world.ts')).openWorld(given);
  return () => {
    world ??= open();
    return world;
  };
}
