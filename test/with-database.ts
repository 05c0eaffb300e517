import { readFileSync } from 'node:fs';
import { posix } from 'node:path';

const DATABASE = 'test/database.ts';
const SERVER = 'TEST_DATABASE_URL';
const SPECIFIER = /(?:from|import)\s*\(?\s*'(\.[^']+)'/g;

const imports = new Map<string, string[]>();
function importsOf(file: string): string[] {
  const known = imports.get(file);
  if (known) return known;
  const named = [...readFileSync(file, 'utf8').matchAll(SPECIFIER)].map(([, to = '']) =>
    posix.join(posix.dirname(file), to),
  );
  const ours = named.filter((to) => to.startsWith('test/') && to.endsWith('.ts'));
  imports.set(file, ours);
  return ours;
}

/** Whether a test file comes to a database, by whatever it imports; named from the project's root. */
export function comesToDatabase(file: string): boolean {
  const way = new Set([file]);
  for (const one of way) for (const next of importsOf(one)) way.add(next);
  return way.has(DATABASE) || readFileSync(file, 'utf8').includes(SERVER);
}
