import { readConfig } from '../config.ts';
import { keysInFile, newKey, writeKeys } from '../secrets/key-file.ts';
import { checkSealed, resealAll } from '../secrets/rotate.ts';
import { keyFileOf, readAllKeys } from '../secrets/secrets.ts';
import { refuse } from './bad-use.ts';
import type { Io } from './io.ts';
import { withDatabase } from './with-database.ts';

export const USE = `Use: key check     whether every password and token in the database can be opened
     key rotate    make a new key and seal them all with it
`;

const secrets = (n: number) => (n === 1 ? '1 secret' : `${n} secrets`);

async function check(io: Io): Promise<number> {
  const config = readConfig(process.env);
  const keys = readAllKeys(config);
  const { all, byNewest, lost } = await withDatabase((db) => checkSealed(db, keys));
  io.stdout.write(
    `${secrets(all)}, ${byNewest} sealed with the newest key. Key: ${config.secretKey ? 'SECRET_KEY' : keyFileOf(config)}\n`,
  );
  for (const one of lost) io.stderr.write(`Cannot be opened: ${one}. Enter it again in the settings.\n`);
  return lost.length === 0 ? 0 : 1;
}

const NO_NEW_KEY = `The key comes from SECRET_KEY, which only you can change:
  1. make a new key: openssl rand -base64 32
  2. put it before the old one: SECRET_KEY=NEW,OLD, for the servers as well, and restart them
  3. run this command again: it seals everything with the first key
  4. take the old key out of SECRET_KEY, and keep it with the backups of before
`;

/** With several keys in SECRET_KEY, the first of them is the new one. */
async function rotateGiven(io: Io, keys: Buffer[]): Promise<number> {
  const [newest] = keys;
  if (!newest || keys.length === 1) {
    io.stderr.write(NO_NEW_KEY);
    return 2;
  }
  const count = await withDatabase((db) => resealAll(db, keys, newest));
  io.stdout.write(
    `${secrets(count)} sealed with the first key of SECRET_KEY. The others can be taken out.\n`,
  );
  return 0;
}

/**
 * The new key is in the file before anything is sealed with it, and the old ones until everything is: wherever it is
 * cut off, every secret can be opened, and the same command goes on.
 */
async function rotate(io: Io): Promise<number> {
  const config = readConfig(process.env);
  if (config.secretKey) return rotateGiven(io, readAllKeys(config));
  const file = keyFileOf(config);
  const fresh = newKey();
  const count = await withDatabase(async (db) => {
    const keys = [fresh, ...keysInFile(file)];
    writeKeys(file, keys);
    const sealed = await resealAll(db, keys, fresh);
    // Servers that run read the new key from now on; what one sealed with the old key meanwhile is taken along.
    await resealAll(db, keys, fresh);
    return sealed;
  });
  writeKeys(file, [fresh]);
  io.stdout.write(
    `${secrets(count)} sealed with a new key, in ${file}. Backups of before need the key of then.\n`,
  );
  return 0;
}

export async function keyCommand([verb, ...more]: string[], io: Io): Promise<number> {
  if (verb === 'check' && more.length === 0) return check(io);
  if (verb === 'rotate' && more.length === 0) return rotate(io);
  return refuse(io, USE);
}
