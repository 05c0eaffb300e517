import { enableCompileCache } from 'node:module';

// Compiled code is kept between starts; whatever is loaded from here on comes from it.
enableCompileCache();

const DEMO = '--demo';
const given = process.argv.slice(2);
const unknown = given.find((option) => option !== DEMO);
const demo = given.includes(DEMO);
try {
  if (unknown !== undefined) {
    const { BadUse } = await import('./cli/bad-use.ts');
    throw new BadUse(`${unknown}: no such option. There is ${DEMO}; settings are in the environment.`);
  }
  const { serve } = await import('./serve.ts');
  await serve(process.env, { demo });
} catch (error) {
  const expected = [
    'BadUse',
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
