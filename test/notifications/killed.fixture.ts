import type { Test } from 'tap';
import { migrate } from '../../src/database/migrate.ts';
import { type Db, openDatabase } from '../../src/database/open.ts';
import { addAccount } from '../../src/mail-out/accounts.ts';
import type { Rule } from '../../src/notifications/rules.ts';
import { changeNoticeSettings } from '../../src/notifications/settings-store.ts';
import { openSecrets } from '../../src/secrets/secrets.ts';
import { SYSTEM } from '../../src/web/access.ts';
import { startServer } from '../bench/server.ts';
import { BOOTSTRAP } from '../desk.ts';
import { ACCOUNT } from '../mail-out/mail-out.fixture.ts';
import { FakeSmtp } from '../mail-out/smtp.fixture.ts';
import { ownServer } from '../own-server.ts';
import { apiOf } from '../trial/desk.ts';
import { addPerson } from './people.fixture.ts';

/** A server as a process of its own that can be killed and started again, its database looked into while it is gone. */
export async function killedDesk(t: Test, rules: Rule[]) {
  const { dataDir, databaseUrl, environment } = await ownServer(t);
  const smtp = await FakeSmtp.start(t);
  const inDatabase = async <T>(work: (db: Db) => Promise<T>): Promise<T> => {
    const database = await openDatabase({ dataDir, databaseUrl });
    try {
      return await work(database.db);
    } finally {
      await database.close();
    }
  };
  const secrets = openSecrets({ dataDir, secretKey: undefined, secretKeyFile: undefined });
  const person = await inDatabase(async (db) => {
    await migrate(db as never);
    const id = await addPerson(db, 'Ann');
    await db.transaction().execute(async (trx) => {
      await addAccount(trx, secrets, { ...ACCOUNT, port: smtp.port });
      await changeNoticeSettings(trx, SYSTEM, id, 0, { rules });
    });
    return id;
  });
  let server: Awaited<ReturnType<typeof startServer>> | undefined;
  const stop = async (signal: NodeJS.Signals = 'SIGKILL') => {
    await server?.stop(signal);
    server = undefined;
  };
  t.teardown(() => stop());
  return {
    smtp,
    person,
    inDatabase,
    stop,
    async start() {
      server = await startServer(['src/main.js'], environment);
      return apiOf(server.url, BOOTSTRAP);
    },
  };
}
