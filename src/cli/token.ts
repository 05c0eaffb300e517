import { makeToken } from '../accounts/token-store.ts';
import { COMMAND_LINE } from '../audit/note.ts';
import type { Scope } from '../database/tables.ts';
import { Problem } from '../problem.ts';
import { checkScopes } from '../web/scopes.ts';
import { refuse } from './bad-use.ts';
import type { Io } from './io.ts';
import { textOptions } from './text-options.ts';
import { withDatabase } from './with-database.ts';

export const USE = `Use: token create --name N --scope read|write|admin [--only observations:write,…] [--days 1 to 3650]

Makes a token for the API and prints it, once.
`;

const SCOPES = ['read', 'write', 'admin'];

export async function tokenCommand([verb, ...args]: string[], io: Io): Promise<number> {
  const options = verb === 'create' ? textOptions(args, ['name', 'scope', 'only', 'days']) : undefined;
  const { name, scope, only, days } = options ?? {};
  const lasts = days === undefined ? null : Number(days);
  const badDays = lasts !== null && !(Number.isInteger(lasts) && lasts > 0 && lasts <= 3650);
  if (!name || !scope || !SCOPES.includes(scope) || badDays) return refuse(io, USE);
  const expiresAt = lasts === null ? null : new Date(Date.now() + lasts * 86_400_000);
  try {
    const held = scope as Scope;
    const scopes = only === undefined ? null : checkScopes(only.split(','), held);
    const wanted = { name, scope: held, scopes, expiresAt };
    const token = await withDatabase((db) =>
      db.transaction().execute((trx) => makeToken(trx, COMMAND_LINE, wanted)),
    );
    io.stdout.write(`${token.secret}\n`);
    return 0;
  } catch (error) {
    if (error instanceof Problem) return refuse(io, `${error.message}\n`);
    throw error;
  }
}
