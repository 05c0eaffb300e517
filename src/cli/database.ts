import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { PASSWORD_MIN } from '../accounts/accounts.ts';
import { addUser, createToken } from '../accounts/store.ts';
import { readConfig } from '../config.ts';
import { migrate } from '../database/migrate.ts';
import { type Db, openDatabase } from '../database/open.ts';
import type { Role, Scope } from '../database/tables.ts';
import { Problem } from '../problem.ts';

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

/** `user add`: the password comes from standard input, since an argument would stand in the process list. */
export async function userCommand([verb, ...args]: string[], io: Io): Promise<number> {
  const options = verb === 'add' ? optionsOf(args, ['email', 'name', 'role']) : undefined;
  const { email, name, role } = options ?? {};
  if (!email?.includes('@') || !name || !role || !ROLES.includes(role))
    return refuse(
      io,
      'Use: user add --email E --name N --role admin|operator|viewer, with the password on standard input.',
    );
  const password = (await text(io.stdin as never)).replace(/\r?\n$/, '');
  if (password.length < PASSWORD_MIN)
    return refuse(io, `The password needs at least ${PASSWORD_MIN} characters.`);
  try {
    await withDatabase((db) => addUser(db, { email, name, role: role as Role, password }));
  } catch (error) {
    if (error instanceof Problem) return refuse(io, error.message);
    throw error;
  }
  io.stdout.write(`${name} can sign in as ${role}.\n`);
  return 0;
}

export async function tokenCommand([verb, ...args]: string[], io: Io): Promise<number> {
  const options = verb === 'create' ? optionsOf(args, ['name', 'scope', 'days']) : undefined;
  const { name, scope, days } = options ?? {};
  const lasts = days === undefined ? null : Number(days);
  const badDays = lasts !== null && !(Number.isInteger(lasts) && lasts > 0 && lasts <= 3650);
  if (!name || !scope || !SCOPES.includes(scope) || badDays)
    return refuse(io, 'Use: token create --name N --scope read|write|admin [--days 1 to 3650]');
  const expiresAt = lasts === null ? null : new Date(Date.now() + lasts * 86_400_000);
  const token = await withDatabase((db) =>
    createToken(db, { name, scope: scope as Scope, createdBy: null, expiresAt }),
  );
  io.stdout.write(`${token.secret}\n`);
  return 0;
}
