import { enableCompileCache } from 'node:module';

// Compiled code is kept between starts; whatever is loaded from here on comes from it.
enableCompileCache();

const demo = process.argv.includes('--demo');
try {
  const { serve } = await import('./serve.ts');
  await serve(process.env, { demo });
} catch (error) {
  const expected = [
    'BadSetting',
    'CannotOpenDatabase',
    'FolderInUse',
    'WrongDatabaseVersion',
    'MigrationFailed',
    'BadDataFile',
  ];
  const known = error instanceof Error && expected.includes(error.name);
  const { systemWords } = await import('./system-words.ts');
  const words = known ? error.message : error instanceof Error && systemWords(error);
  process.stderr.write(words ? `Delist Desk cannot start.\n${words}\n` : `${error.stack}\n`);
  process.exitCode = 1;
}
