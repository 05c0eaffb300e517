/**
 * Runs every test file: those of a folder in a process together (`together.ts`), three such processes at a time, since
 * many tests wait for something and a third one keeps two processors busy. Where `TEST_DATABASE_URL` names a server, it
 * runs those files that come to a database: the others do the same on every one, and so do pages in a browser, of which
 * it runs the whole story and the desk, which hears of what happens by the database.
 */
import { globSync } from 'node:fs';
import tap from 'tap';
import { comesToDatabase } from './with-database.ts';

/** Files to a process. More would leave one process at work while the others have ended. */
const TOGETHER = 8;
/** Begun first: they take longest. */
const SLOW = ['browser', 'bad-input', 'agent', 'providers', 'backup', 'database'].map(
  (name) => `test/${name}`,
);

const folderOf = (file: string): string => file.split('/').slice(0, -1).join('/');
const rank = (folder: string): number => (SLOW.includes(folder) ? SLOW.indexOf(folder) : SLOW.length);

function groups(files: string[]): string[][] {
  const byFolder = Map.groupBy(files, folderOf);
  return [...byFolder]
    .sort(([a, ofA], [b, ofB]) => rank(a) - rank(b) || ofB.length - ofA.length)
    .flatMap(([, of]) => {
      const processes = Math.ceil(of.length / TOGETHER);
      const each = Math.ceil(of.length / processes);
      return Array.from({ length: processes }, (_, at) => of.slice(at * each, (at + 1) * each));
    });
}

const BROWSERS = /^test\/browser\/(?!(?:story|desk)\.test\.ts$)/;
const differs = (file: string): boolean => comesToDatabase(file) && !BROWSERS.test(file);

const files = globSync('test/**/*.test.ts').sort();
const chosen = process.env['TEST_DATABASE_URL'] ? files.filter(differs) : files;

// Each process says itself how long it may take.
tap.setTimeout(0);
tap.jobs = 3;
for (const group of groups(chosen)) {
  const name = group.length === 1 ? (group[0] ?? '') : `${folderOf(group[0] ?? '')}, ${group.length} files`;
  tap.spawn(process.execPath, ['test/together.ts', ...group], { timeout: 0, buffered: true }, name);
}
