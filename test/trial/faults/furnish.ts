import { migrate } from '../../../src/database/migrate.ts';
import { openDatabase } from '../../../src/database/open.ts';
import { addAccount } from '../../../src/mail-out/accounts.ts';
import { openSecrets } from '../../../src/secrets/secrets.ts';
import { ACCOUNT } from '../../mail-out/mail-out.fixture.ts';

export const TOKEN = 'a-token-of-the-fault-trial';
export const SECRET_KEY = Buffer.alloc(32, 5).toString('base64');

/** A migrated database with an account that sends by the server on that port. */
export async function furnish(databaseUrl: string, port: number): Promise<void> {
  const { db, close } = await openDatabase({ databaseUrl, dataDir: '' });
  try {
    await migrate(db as never);
    const secrets = openSecrets({ dataDir: '', secretKey: SECRET_KEY, secretKeyFile: undefined });
    await db.transaction().execute((trx) => addAccount(trx, secrets, { ...ACCOUNT, port }));
  } finally {
    await close();
  }
}
