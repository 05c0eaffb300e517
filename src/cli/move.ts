import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { asLines } from '../backup/check.ts';
import { BadBackup } from '../backup/format.ts';
import { refuseWhileUsed } from '../backup/in-use.ts';
import { loadBackup, NotEmpty } from '../backup/load.ts';
import { backupLines } from '../backup/read.ts';
import { BadSetting, type Config, readConfig } from '../config.ts';
import { migrate } from '../database/migrate.ts';
import { openDatabase } from '../database/open.ts';
import { keysInFile, writeKeys } from '../secrets/key-file.ts';
import { keyFileOf } from '../secrets/secrets.ts';
import { openSnapshot } from '../transfer/export/snapshot.ts';
import { refuse } from './bad-use.ts';
import type { Io } from './io.ts';

export const USE = `Use: move postgres://…     from the database that the environment names to an empty PostgreSQL database
     move FOLDER            from PostgreSQL to an embedded database in an empty folder

Stop the servers first. The old database stays as it is; the new one is compared with it, table by table.
`;

const isUrl = (to: string) => /^postgres(ql)?:\/\//.test(to);

function targetOf(to: string): Config {
  return readConfig(isUrl(to) ? { DATABASE_URL: to } : { DATA_DIR: to });
}

/** The key goes along into a folder of its own. Returns what is left to do. */
function moveKey(from: Config, to: Config): string {
  const [old, fresh] = [keyFileOf(from), keyFileOf(to)];
  if (from.secretKey || from.secretKeyFile || to.databaseUrl || resolve(old) === resolve(fresh)) return '';
  if (!existsSync(old) || existsSync(fresh)) return '';
  writeKeys(fresh, keysInFile(old));
  return ` The key of its passwords is in ${fresh} as well.`;
}

async function move(io: Io, to: string): Promise<number> {
  const from = readConfig(process.env);
  const target = targetOf(to);
  const same = target.databaseUrl
    ? target.databaseUrl === from.databaseUrl
    : !from.databaseUrl && resolve(target.dataDir) === resolve(from.dataDir);
  if (same) throw new BadBackup('That is the database that you move from.');
  if (!from.databaseUrl && !existsSync(join(from.dataDir, 'db')))
    throw new BadBackup(`There is nothing to move: ${from.dataDir} has no database.`);
  const old = await openDatabase(from);
  try {
    await migrate(old.db as never);
    await refuseWhileUsed(old);
    const fresh = await openDatabase(target);
    try {
      const trx = await openSnapshot(old.db);
      try {
        const end = await loadBackup(fresh.db, asLines(backupLines(trx)));
        io.stdout.write(
          `Moved ${end.rows} rows of ${end.tables.length} tables; counts and hashes of all tables are the same in both.\n`,
        );
      } finally {
        await trx.rollback().execute();
      }
    } finally {
      await fresh.close();
    }
  } finally {
    await old.close();
  }
  io.stdout.write(
    `${
      target.databaseUrl
        ? 'Start the server with DATABASE_URL set to the new database.'
        : `Start the server with DATA_DIR=${to} and without DATABASE_URL.`
    }${moveKey(from, target)}\nThe old database is as it was; delete it when you have looked at the new one.\n`,
  );
  return 0;
}

export async function moveCommand(args: string[], io: Io): Promise<number> {
  const [to, more] = args;
  if (!to || more !== undefined || to.startsWith('-')) return refuse(io, USE);
  if (!isUrl(to) && to.includes('://'))
    return refuse(io, `${to} is no address of a PostgreSQL database.\n\n${USE}`);
  try {
    return await move(io, to);
  } catch (error) {
    if (!(error instanceof BadBackup || error instanceof NotEmpty || error instanceof BadSetting))
      throw error;
    io.stderr.write(`${error.message}\n`);
    return 1;
  }
}
