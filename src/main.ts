import { BadSetting } from './config.ts';
import { serve } from './serve.ts';

const demo = process.argv.includes('--demo');
try {
  await serve(process.env, { demo });
} catch (error) {
  const expected = [
    'BadSetting',
    'DatabaseInUse',
    'WrongDatabaseVersion',
    'MigrationFailed',
    'BadCatalogueFile',
  ];
  const known = error instanceof BadSetting || (error instanceof Error && expected.includes(error.name));
  process.stderr.write(
    known ? `Delist Desk cannot start.\n${(error as Error).message}\n` : `${(error as Error).stack}\n`,
  );
  process.exitCode = 1;
}
