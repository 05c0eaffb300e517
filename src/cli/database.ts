import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { PASSWORD_MAX, PASSWORD_MIN } from '../accounts/accounts.ts';
import { addPerson, setPasswordOf } from '../accounts/store.ts';
import { makeToken } from '../accounts/token-store.ts';
import { COMMAND_LINE } from '../audit/note.ts';
import { readConfig } from '../config.ts';
import { migrate } from '../database/migrate.ts';
import { type Db, openDatabase } from '../database/open.ts';
import type { Role, Scope } from '../database/tables.ts';
import { Problem } from '../problem.ts';
import { ALL_SCOPES, checkScopes } from '../web/scopes.ts';

export type Io = {
  stdin: AsyncIterable<Uint8Array>;
  stdout: { write: (text: string) => unknown };
  stderr: { write: (text: string) => unknown };
};

const ROLES = ['admin', 'operator', 'viewer'];
const SCOPES = ['read', 'write', 'admin'];

/** Runs work on the database that the environment names, migrated, and closes it. */
export async function withDatabase<T>(work: (db: Db) => Promise<T>): Promise<T> {
  const database = await openDatabase(readConfig(process.env));
  try {
    await migrate(database.db as never);
    return await work(database.db);
  } finally {
    await database.close();
  }
}

function refuse(io: Io, words: string): number {
  io.stderr.write(`${words}\n`);
  return 2;
}

export async function migrateCommand(args: string[], io: Io): Promise<number> {
  if (args.length > 0) return refuse(io, 'migrate takes no arguments.');
  const database = await openDatabase(readConfig(process.env));
  try {
    const steps = await migrate(database.db as never);
    io.stdout.write(steps.length > 0 ? `Done: ${steps.join(', ')}\n` : 'Nothing to do.\n');
    return 0;
  } finally {
    await database.close();
  }
}

type Options = Record<string, string | undefined>;

function optionsOf(args: string[], names: string[]): Options | undefined {
  try {
    const { values } = parseArgs({
      args,
      options: Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
      strict: true,
    });
    return values as Options;
  } catch {
    return undefined;
  }
}

/** Passwords come from standard input, since an argument would stand in the process list. */
export function userCommand([verb, ...args]: string[], io: Io): Promise<number> {
  if (verb === 'password') return setPassword(args, io);
  return addOne(verb === 'add' ? args : undefined, io);
}

async function addOne(args: string[] | undefined, io: Io): Promise<number> {
  const { email, name, role } = (args && optionsOf(args, ['email', 'name', 'role'])) ?? {};
  if (!email?.includes('@') || !name || !role || !ROLES.includes(role))
    return refuse(
      io,
      'Use: user add --email E --name N --role admin|operator|viewer, or user password --email E, with the password on standard input.',
    );
  return withPassword(io, async (db, password) => {
    await db
      .transaction()
      .execute((trx) => addPerson(trx, COMMAND_LINE, { email, name, role: role as Role, password }));
    return `${name} can sign in as ${role}.`;
  });
}

async function setPassword(args: string[], io: Io): Promise<number> {
  const { email } = optionsOf(args, ['email']) ?? {};
  if (!email?.includes('@'))
    return refuse(io, 'Use: user password --email E, with the new password on standard input.');
  return withPassword(io, async (db, password) => {
    const name = await db.transaction().execute((trx) => setPasswordOf(trx, COMMAND_LINE, email, password));
    return `${name} has a new password. All their sessions have ended.`;
  });
}

async function withPassword(io: Io, work: (db: Db, password: string) => Promise<string>): Promise<number> {
  const password = (await text(io.stdin as never)).replace(/\r?\n$/, '');
  if (password.length < PASSWORD_MIN || password.length > PASSWORD_MAX)
    return refuse(io, `The password needs ${PASSWORD_MIN} to ${PASSWORD_MAX} characters.`);
  try {
    io.stdout.write(`${await withDatabase((db) => work(db, password))}\n`);
    return 0;
  } catch (error) {
    if (error instanceof Problem) return refuse(io, error.message);
    throw error;
  }
}

export async function tokenCommand([verb, ...args]: string[], io: Io): Promise<number> {
  const options = verb === 'create' ? optionsOf(args, ['name', 'scope', 'only', 'days']) : undefined;
  const { name, scope, only, days } = options ?? {};
  const lasts = days === undefined ? null : Number(days);
  const badDays = lasts !== null && !(Number.isInteger(lasts) && lasts > 0 && lasts <= 3650);
  if (!name || !scope || !SCOPES.includes(scope) || badDays)
    return refuse(
      io,
      'Use: token create --name N --scope read|write|admin [--only observations:write,…] [--days 1 to 3650]',
    );
  const expiresAt = lasts === null ? null : new Date(Date.now() + lasts * 86_400_000);
  try {
    const scopes = only === undefined ? null : checkScopes(only.split(','), ALL_SCOPES);
    const wanted = { name, scope: scope as Scope, scopes, expiresAt };
    const token = await withDatabase((db) =>
      db.transaction().execute((trx) => makeToken(trx, COMMAND_LINE, wanted)),
    );
    io.stdout.write(`${token.secret}\n`);
    return 0;
  } catch (error) {
    if (error instanceof Problem) return refuse(io, error.message);
    throw error;
  }
}
