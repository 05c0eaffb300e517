import { text } from 'node:stream/consumers';
import { PASSWORD_MAX, PASSWORD_MIN } from '../accounts/accounts.ts';
import { addPerson, setPasswordOf } from '../accounts/store.ts';
import { COMMAND_LINE } from '../audit/note.ts';
import type { Db } from '../database/open.ts';
import type { Role } from '../database/tables.ts';
import { Problem } from '../problem.ts';
import { refuse } from './bad-use.ts';
import type { Io } from './io.ts';
import { textOptions } from './text-options.ts';
import { withDatabase } from './with-database.ts';

export const USE = `Use: user add --email E --name N --role admin|operator|viewer     somebody who can sign in
     user password --email E                                      a new password; ends all their sessions

The password is read from standard input.
`;

const ROLES = ['admin', 'operator', 'viewer'];

/** Passwords come from standard input, since an argument would stand in the process list. */
export function userCommand([verb, ...args]: string[], io: Io): Promise<number> {
  if (verb === 'password') return setPassword(args, io);
  return addOne(verb === 'add' ? args : undefined, io);
}

const faultIn = (email: string, role: string): string | undefined => {
  if (!email.includes('@')) return `${email} is no mail address.`;
  if (!ROLES.includes(role)) return `There is no role ${role}. Roles are: ${ROLES.join(', ')}.`;
  return undefined;
};

async function addOne(args: string[] | undefined, io: Io): Promise<number> {
  const { email, name, role } = (args && textOptions(args, ['email', 'name', 'role'])) ?? {};
  if (!email || !name || !role) return refuse(io, USE);
  const wrong = faultIn(email, role);
  if (wrong) return refuse(io, `${wrong}\n`);
  return withPassword(io, async (db, password) => {
    await db
      .transaction()
      .execute((trx) => addPerson(trx, COMMAND_LINE, { email, name, role: role as Role, password }));
    return `${name} can sign in as ${role}.`;
  });
}

async function setPassword(args: string[], io: Io): Promise<number> {
  const { email } = textOptions(args, ['email']) ?? {};
  if (!email?.includes('@')) return refuse(io, USE);
  return withPassword(io, async (db, password) => {
    const name = await db.transaction().execute((trx) => setPasswordOf(trx, COMMAND_LINE, email, password));
    return `${name} has a new password. All their sessions have ended.`;
  });
}

async function withPassword(io: Io, work: (db: Db, password: string) => Promise<string>): Promise<number> {
  const password = (await text(io.stdin as never)).replace(/\r?\n$/, '');
  if (password.length < PASSWORD_MIN || password.length > PASSWORD_MAX)
    return refuse(io, `The password needs ${PASSWORD_MIN} to ${PASSWORD_MAX} characters.\n`);
  try {
    io.stdout.write(`${await withDatabase((db) => work(db, password))}\n`);
    return 0;
  } catch (error) {
    if (error instanceof Problem) return refuse(io, `${error.message}\n`);
    throw error;
  }
}
