/** A process of its own for the migrator's tests: connects, says so, waits for a line, migrates, says which steps ran. */
import { once } from 'node:events';
import fs from 'node:fs';
import { sql } from 'kysely';
import { migrate } from '../../src/database/migrate.ts';
import { openDatabase } from '../../src/database/open.ts';

const say = (line: object) => fs.writeSync(1, `${JSON.stringify(line)}\n`);

const { db, close } = await openDatabase({ databaseUrl: process.argv[2], dataDir: '' });
await sql`select 1`.execute(db);
say({ connected: true });
await once(process.stdin, 'data');
try {
  say({ steps: await migrate(db as never) });
} catch (error) {
  say({ failed: `${(error as Error).name}: ${(error as Error).message}` });
}
await close();
process.stdin.destroy();
