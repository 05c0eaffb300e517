import { parseArgs } from 'node:util';
import { takeFactors } from '../accounts/second-factor/take.ts';
import { findUserByEmail } from '../accounts/store.ts';
import { readConfig } from '../config.ts';
import { openSecrets } from '../secrets/secrets.ts';
import { refuse } from './bad-use.ts';
import type { Io } from './io.ts';
import { withDatabase } from './with-database.ts';

export const USE = `Use: second-factor remove --email E
For somebody who lost app, passkeys and recovery codes: all of them are removed and their sessions end, so that the
password alone signs them in, until they set up new ones.
`;

function emailIn(args: string[]): string | undefined {
  try {
    return parseArgs({ args, options: { email: { type: 'string' } }, strict: true }).values.email;
  } catch {
    return undefined;
  }
}

/** `onDatabase`: runs work on the database that the environment names. */
export async function secondFactorCommand(
  [verb, ...args]: string[],
  io: Io,
  onDatabase: typeof withDatabase = withDatabase,
): Promise<number> {
  const email = verb === 'remove' ? emailIn(args) : undefined;
  if (!email) return refuse(io, USE);
  const config = readConfig(process.env);
  const teller = { config, secrets: openSecrets(config) };
  return onDatabase(async (db) => {
    const user = await findUserByEmail(db, email);
    if (!user) {
      io.stderr.write(`Nobody has the address ${email}.\n`);
      return 1;
    }
    const had = await db
      .transaction()
      .execute((trx) => takeFactors(trx, teller, user.id, 'somebody at the server’s command line'));
    io.stdout.write(
      had
        ? `${user.name} signs in with the password alone now. Their sessions have ended.\n`
        : `${user.name} has no second factor.\n`,
    );
    return 0;
  });
}
