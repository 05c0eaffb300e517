import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { COMMAND_LINE } from '../audit/note.ts';
import { askServer } from '../backup/asking.ts';
import { checkBackup } from '../backup/check.ts';
import { isFolder, keepNewest, writeWhole } from '../backup/file.ts';
import { BadBackup, backupName, type Manifest, type SealedKey } from '../backup/format.ts';
import { linesInFile } from '../backup/lines.ts';
import { clearCopies, makeBackup } from '../backup/make.ts';
import { PASSPHRASE_MIN, sealKeys } from '../backup/sealed-key.ts';
import { recordBackup } from '../backup/store.ts';
import { type Config, readConfig } from '../config.ts';
import { FolderInUse } from '../database/lock.ts';
import { openDatabase } from '../database/open.ts';
import { keyFileOf, readAllKeys } from '../secrets/secrets.ts';
import { refuse } from './bad-use.ts';
import type { Io } from './io.ts';
import { megabytes } from './megabytes.ts';
import { oneFile } from './one-file.ts';
import { readPassphrase } from './passphrase.ts';

export const USE = `Use: backup [--with-key] FILE
     backup [--with-key] --keep N FOLDER

Writes everything to one compressed file, while the server runs or not. A folder gets a file with the time in its name;
with --keep, only its newest N of these stay. Passwords and tokens are in it as they are in the database: sealed with a
key that is not in it. With --with-key the key is in it too, sealed with a passphrase that is read from standard input.
`;

type Options = { into: string; keep: number | undefined; withKey: boolean };

function optionsOf(args: string[]): Options | undefined {
  const given = oneFile(args, { keep: { type: 'string' }, 'with-key': { type: 'boolean' } });
  if (!given) return undefined;
  const { file: into, values } = given;
  const keep = values.keep === undefined ? undefined : Number(values.keep);
  if (keep !== undefined && !(Number.isInteger(keep) && keep >= 1 && keep <= 10_000)) return undefined;
  return { into, keep, withKey: values['with-key'] ?? false };
}

/** Undefined, with what is wrong told: there is no passphrase, or no key. */
async function sealedKey(io: Io, config: Config): Promise<SealedKey | undefined> {
  if (!config.secretKey && !existsSync(keyFileOf(config))) {
    io.stderr.write(
      `There is no key to take along: ${keyFileOf(config)} is not there, and SECRET_KEY is not set.\n`,
    );
    return undefined;
  }
  const passphrase = await readPassphrase(io);
  if (passphrase.length < PASSPHRASE_MIN) {
    io.stderr.write(`The passphrase needs at least ${PASSPHRASE_MIN} characters.\n`);
    return undefined;
  }
  return sealKeys(readAllKeys(config), passphrase);
}

/** Only what can be read again takes the place of an earlier backup, and counts. */
const readAgain = (file: string) => (part: string) => checkBackup(linesInFile(part, file));

/** What a server sends, without the way back to it: `kept` is told there. A server that is gone ends it with an error. */
function octetsOf(socket: Socket): Readable {
  const octets = new PassThrough();
  socket.on('error', (error) => octets.destroy(error));
  socket.once('close', () => {
    if (!socket.readableEnded) octets.destroy(new BadBackup('The server ended before its backup did.'));
  });
  return socket.pipe(octets);
}

/** The running server makes it, as the embedded database is its own. Throws as it was, where none answers. */
async function fromServer(config: Config, file: string, key: SealedKey | undefined, inUse: FolderInUse) {
  const answer = await askServer(config.dataDir, { ask: 'backup', sealedKey: key });
  if (!answer) throw inUse;
  try {
    const { seen } = await writeWhole(file, octetsOf(answer.octets), readAgain(file));
    await answer.kept();
    return seen;
  } catch (error) {
    answer.octets.destroy();
    throw error;
  }
}

async function fromDatabase(config: Config, file: string, key: SealedKey | undefined): Promise<Manifest> {
  const database = await openDatabase(config);
  try {
    if (database.kind === 'embedded') await clearCopies(config.dataDir);
    // Nobody else waits for the database: it is read itself.
    const source = { db: database.db, dataDir: config.dataDir };
    const backup = await makeBackup(source, { sealedKey: key });
    const { byteLength, seen: manifest } = await writeWhole(file, backup.stream, readAgain(file));
    const end = backup.end();
    if (end && manifest.schema.some((step) => step.startsWith('0036-')))
      await recordBackup(database.db, { way: 'command', by: COMMAND_LINE, byteLength, end });
    return manifest;
  } finally {
    await database.close();
  }
}

async function make(config: Config, file: string, key: SealedKey | undefined): Promise<Manifest> {
  try {
    return await fromDatabase(config, file, key);
  } catch (error) {
    if (error instanceof FolderInUse) return fromServer(config, file, key, error);
    throw error;
  }
}

export async function backupCommand(args: string[], io: Io): Promise<number> {
  const options = optionsOf(args);
  if (!options) return refuse(io, USE);
  const { into, keep, withKey } = options;
  const inFolder = await isFolder(into);
  if (keep !== undefined && !inFolder) {
    return refuse(io, `${into} is no folder: --keep needs one, in which the newest backups are kept.\n`);
  }
  const config = readConfig(process.env);
  if (!config.databaseUrl && !existsSync(join(config.dataDir, 'db'))) {
    io.stderr.write(`There is nothing to back up: ${config.dataDir} has no database.\n`);
    return 1;
  }
  const key = withKey ? await sealedKey(io, config) : undefined;
  if (withKey && !key) return 2;
  const file = inFolder ? join(into, backupName(new Date())) : into;
  const manifest = await make(config, file, key);
  const { size } = await stat(file);
  io.stdout.write(
    `${file}: ${manifest.rows} rows of ${manifest.tables.length} tables, ${megabytes(size)}, read again and whole.\n`,
  );
  if (manifest.keys.length > 0 && !withKey)
    io.stdout.write(
      'It has sealed passwords; their key is not in it. Keep the key file elsewhere, or use --with-key.\n',
    );
  if (keep !== undefined)
    for (const name of await keepNewest(into, keep)) io.stdout.write(`Deleted ${name}.\n`);
  return 0;
}
