import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import t from 'tap';
import { keysInFile, newKey, writeKeys } from '../../src/secrets/key-file.ts';

/** What is put in its place and what is written through to the disk, in order, by the end of its path. */
function watchDisk(folder: string): { steps: string[]; end: () => void } {
  const { fsyncSync, openSync, linkSync, renameSync } = fs;
  const steps: string[] = [];
  const opened = new Map<number, string>();
  const note = (what: string, path: unknown) =>
    steps.push(`${what} ${String(path).replace(folder, '').replace(/\d+/, 'N')}`);
  Object.assign(fs, {
    openSync: (...given: Parameters<typeof openSync>) => {
      const descriptor = openSync(...given);
      opened.set(descriptor, String(given[0]));
      return descriptor;
    },
    fsyncSync: (descriptor: number) => {
      fsyncSync(descriptor);
      note('sync', opened.get(descriptor));
    },
    linkSync: (from: string, to: string) => {
      linkSync(from, to);
      note('put', to);
    },
    renameSync: (from: string, to: string) => {
      renameSync(from, to);
      note('put', to);
    },
  });
  syncBuiltinESMExports();
  const end = () => {
    Object.assign(fs, { fsyncSync, openSync, linkSync, renameSync });
    syncBuiltinESMExports();
  };
  return { steps, end };
}

t.test('a key is on the disk under its name before anybody seals with it', (t) => {
  const folder = t.testdir();
  const file = join(folder, 'secret.key');
  const disk = watchDisk(folder);
  t.teardown(disk.end);
  const [made] = keysInFile(file);
  t.strictSame(disk.steps, ['sync /secret.key.N.new', 'put /secret.key', 'sync ']);
  disk.steps.length = 0;
  const keys = [newKey(), made as Buffer];
  writeKeys(file, keys);
  t.strictSame(disk.steps, ['sync /secret.key.N.new', 'put /secret.key', 'sync ']);
  t.strictSame(keysInFile(file), keys);
  t.strictSame(fs.readdirSync(folder), ['secret.key']);
  t.end();
});
