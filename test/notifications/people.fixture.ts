import type { Db } from '../../src/database/open.ts';
import type { Role } from '../../src/database/tables.ts';

/** A person who never signs in: hashing a password takes longer than a test. */
export async function addPerson(db: Db, name: string, role: Role = 'operator'): Promise<number> {
  const { id } = await db
    .insertInto('users')
    .values({
      email: `${name.toLowerCase()}@example.com`,
      name,
      role,
      password_hash: 'none'.padEnd(60, '.'),
      time_zone: 'Europe/Berlin',
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}
