import { readConfig } from '../config.ts';
import { migrate } from '../database/migrate.ts';
import { openDatabase } from '../database/open.ts';
import { refuse } from './bad-use.ts';
import type { Io } from './io.ts';

export const USE = `Use: migrate

Brings the database to this release's schema. The server does so itself when it starts.
`;

export async function migrateCommand(args: string[], io: Io): Promise<number> {
  if (args.length > 0) return refuse(io, USE);
  const database = await openDatabase(readConfig(process.env));
  try {
    const steps = await migrate(database.db as never);
    io.stdout.write(steps.length > 0 ? `Done: ${steps.join(', ')}\n` : 'Nothing to do.\n');
    return 0;
  } finally {
    await database.close();
  }
}
