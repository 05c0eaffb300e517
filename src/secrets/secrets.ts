import { join } from 'node:path';
import type { Config } from '../config.ts';
import { keysInFile, readKeys } from './key-file.ts';
import { isSealedWith, open, seal } from './seal.ts';

/** What a sealed value is for, as table and column: it opens there only. */
export type Purpose = `${string}.${string}`;

/** Seals and opens the passwords and tokens in the database. Its keys are read when they are needed. */
export type Secrets = {
  seal: (purpose: Purpose, text: string) => Buffer;
  open: (purpose: Purpose, sealed: Buffer) => string;
};

export const keyFileOf = (config: Pick<Config, 'dataDir' | 'secretKeyFile'>): string =>
  config.secretKeyFile ?? join(config.dataDir, 'secret.key');

/** The keys at hand, the newest first. Makes the key file where there is none. Throws {@link BadKey}. */
export const readAllKeys = (config: Pick<Config, 'dataDir' | 'secretKey' | 'secretKeyFile'>): Buffer[] =>
  config.secretKey ? readKeys(config.secretKey, 'SECRET_KEY') : keysInFile(keyFileOf(config));

export function openSecrets(config: Pick<Config, 'dataDir' | 'secretKey' | 'secretKeyFile'>): Secrets {
  let keys: Buffer[] | undefined;
  const readAgain = () => {
    keys = readAllKeys(config);
    return keys;
  };
  return {
    // Read each time: `key rotate` may have put a new one there.
    seal: (purpose, text) => seal(readAgain()[0] as Buffer, purpose, text),
    open(purpose, sealed) {
      const known = keys ?? readAgain();
      const all = known.some((key) => isSealedWith(key, sealed)) ? known : readAgain();
      return open(all, purpose, sealed);
    },
  };
}
