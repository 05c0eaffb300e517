/**
 * Why a test is skipped on a database server: it takes long, knows no database, and the run on the embedded one has it.
 * False on the embedded database.
 */
export const KNOWN_ALREADY =
  process.env['TEST_DATABASE_URL'] !== undefined &&
  'it knows no database, and the run on the embedded one has it';
