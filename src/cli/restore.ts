import { existsSync, readFileSync } from 'node:fs';
import { checkBackup } from '../backup/check.ts';
import { BadBackup, type Manifest } from '../backup/format.ts';
import { refuseWhileUsed } from '../backup/in-use.ts';
import { linesInFile } from '../backup/lines.ts';
import { loadBackup, NotEmpty } from '../backup/load.ts';
import { openKeys } from '../backup/sealed-key.ts';
import { settleRestored } from '../backup/settle-restored.ts';
import { type Config, readConfig } from '../config.ts';
import { migrationNames } from '../database/migrate.ts';
import { openDatabase } from '../database/open.ts';
import { readKeys, writeKeys } from '../secrets/key-file.ts';
import { keyId } from '../secrets/seal.ts';
import { keyFileOf } from '../secrets/secrets.ts';
import { refuse } from './bad-use.ts';
import type { Io } from './io.ts';
import { oneFile } from './one-file.ts';
import { readPassphrase } from './passphrase.ts';

export const USE = `Use: restore [--with-key] FILE     brings a backup into an empty place
     restore --check FILE          reads all of it and writes nothing

An empty place is a DATA_DIR without a database, or an empty PostgreSQL database in DATABASE_URL. Stop the server first.
With --with-key the passphrase of the key in it is read from standard input, and the key is put where it belongs.
`;

type Options = { file: string; check: boolean; withKey: boolean };

function optionsOf(args: string[]): Options | undefined {
  const given = oneFile(args, { check: { type: 'boolean' }, 'with-key': { type: 'boolean' } });
  if (!given) return undefined;
  const { check = false, 'with-key': withKey = false } = given.values;
  return check && withKey ? undefined : { file: given.file, check, withKey };
}

/** The keys at hand, without making one. */
function keysHere(config: Config): Buffer[] {
  if (config.secretKey) return readKeys(config.secretKey, 'SECRET_KEY');
  const file = keyFileOf(config);
  return existsSync(file) ? readKeys(readFileSync(file, 'utf8'), file) : [];
}

/** What it means that passwords in the backup are sealed with a key that is not here; empty: none is. */
function wordsOnKeys({ keys, sealedKey }: Manifest, config: Config): string {
  const here = keysHere(config).map(keyId);
  const missing = keys.filter((id) => !here.includes(id));
  if (missing.length === 0) return '';
  const where = config.secretKey ? 'SECRET_KEY' : keyFileOf(config);
  return [
    `The passwords and tokens in this backup are sealed with the key ${missing.join(', ')}, which is not in ${where}.`,
    'Everything else is there without it. Until that key is put there, mail accounts, mailboxes, SNDS links and webhooks do',
    'not work, and their passwords would have to be entered again.',
    sealedKey
      ? 'The key is in the backup, sealed with a passphrase: restore with --with-key.'
      : 'Bring the key file of the desk that was backed up.',
    '',
  ].join('\n');
}

function describe(io: Io, file: string, manifest: Manifest): void {
  const known = migrationNames();
  const ahead = manifest.schema.filter((step) => !known.includes(step));
  const behind = known.filter((step) => !manifest.schema.includes(step)).length;
  io.stdout.write(
    `${file}: a whole backup of ${manifest.madeAt} by Delist Desk ${manifest.product}, ${manifest.rows} rows of ${manifest.tables.length} tables, schema ${manifest.schema.at(-1)}.\n`,
  );
  if (ahead.length > 0) io.stdout.write('It was made by a newer release, which alone can restore it.\n');
  else if (behind > 0)
    io.stdout.write(
      `Its schema is ${behind} ${behind === 1 ? 'step' : 'steps'} older than this release's: it is brought up to date.\n`,
    );
}

/** Puts the keys of a backup behind those that are here. Words for whoever has to do it by hand; empty: it is done. */
function keepKeys(keys: string, config: Config): string {
  if (config.secretKey)
    return `SECRET_KEY is set, so the key was written nowhere. Put it behind yours, after a comma:\n${keys.replaceAll('\n', ',')}\n`;
  const file = keyFileOf(config);
  const here = keysHere(config);
  const more = readKeys(keys, 'the backup').filter((key) => !here.some((one) => one.equals(key)));
  if (more.length > 0) writeKeys(file, [...here, ...more]);
  return '';
}

async function restore(options: Options, io: Io): Promise<number> {
  const { file, check, withKey } = options;
  const config = readConfig(process.env);
  const manifest = await checkBackup(linesInFile(file));
  if (check) {
    describe(io, file, manifest);
    io.stdout.write(wordsOnKeys(manifest, config));
    return 0;
  }
  if (withKey && !manifest.sealedKey)
    throw new BadBackup('There is no key in this backup: it was made without --with-key.');
  const keys =
    withKey && manifest.sealedKey ? await openKeys(manifest.sealedKey, await readPassphrase(io)) : '';
  const database = await openDatabase(config);
  let words = '';
  let uncertain = 0;
  try {
    await refuseWhileUsed(database);
    await loadBackup(database.db, linesInFile(file), async (trx) => {
      uncertain = (await settleRestored(trx)).uncertain;
      // Before the end of the transaction: a key too many does no harm, one too few does.
      if (keys) words = keepKeys(keys, config);
    });
  } finally {
    await database.close();
  }
  io.stdout.write(
    `Restored ${manifest.rows} rows of ${manifest.tables.length} tables; counts and hashes of all tables are those of the backup.\n`,
  );
  if (uncertain > 0)
    io.stdout.write(
      `${uncertain} ${uncertain === 1 ? 'mail' : 'mails'} waited to be sent when the backup was made and may have left since: look at them on the desk, nothing is sent twice by itself.\n`,
    );
  io.stdout.write(words || wordsOnKeys(manifest, config));
  return 0;
}

export async function restoreCommand(args: string[], io: Io): Promise<number> {
  const options = optionsOf(args);
  if (!options) return refuse(io, USE);
  try {
    return await restore(options, io);
  } catch (error) {
    if (!(error instanceof BadBackup || error instanceof NotEmpty)) throw error;
    io.stderr.write(`${error.message}\n`);
    return 1;
  }
}
