import { PGlite, type PGliteOptions } from '@electric-sql/pglite';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { PARSERS } from './parsers.ts';

/**
 * Opens a PGlite with our value parsers. The timer that reports on a long recovery is off: PGlite never
 * takes it back, and it would keep the process alive after the database is closed.
 */
export const openPglite = (options: PGliteOptions): Promise<PGlite> =>
  PGlite.create({
    ...options,
    extensions: { pg_trgm },
    parsers: PARSERS,
    startParams: [...PGlite.defaultStartParams, '-c', 'log_startup_progress_interval=0'],
  });
