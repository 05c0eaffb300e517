import { join } from 'node:path';
import type { Config } from '../config.ts';
import { keysInFile, readKeys } from './key-file.ts';
import { open, seal } from './seal.ts';

/** What a sealed value is for, as table and column: it opens there only. */
export type Purpose = `${string}.${string}`;

/** Seals and opens the passwords and tokens in the database. Its key is read when it is first needed. */
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
  const all = () => {
    keys ??= readAllKeys(config);
    return keys;
  };
  return {
    seal: (purpose, text) => seal(all()[0] as Buffer, purpose, text),
    open: (purpose, sealed) => open(all(), purpose, sealed),
  };
}
