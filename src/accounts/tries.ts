import { sql } from 'kysely';
import { note } from '../audit/note.ts';
import type { Db } from '../database/open.ts';
import { Problem } from '../problem.ts';
import { FAILURES_PER_ACCOUNT, FAILURES_PER_CLIENT, SIGN_IN_WINDOW_MS } from './accounts.ts';

/** Who tries: failures are counted for both, whether there is such an account or not. */
type Trier = { email: string; address: string };

/** Refused with an own count of what failed lately; the one that is about to be made is in it. */
async function isTooMany(db: Db, { email, address }: Trier): Promise<boolean> {
  const since = new Date(Date.now() - SIGN_IN_WINDOW_MS);
  const row = await db
    .selectNoFrom((eb) => [
      eb
        .selectFrom('sign_in_failures')
        .select(eb.fn.countAll<number>().as('n'))
        .where('email', '=', email)
        .where('at', '>', since)
        .as('account'),
      eb
        .selectFrom('sign_in_failures')
        .select(eb.fn.countAll<number>().as('n'))
        .where('client_address', '=', address)
        .where('at', '>', since)
        .as('client'),
    ])
    .executeTakeFirstOrThrow();
  return (row.account ?? 0) > FAILURES_PER_ACCOUNT || (row.client ?? 0) > FAILURES_PER_CLIENT;
}

/**
 * Makes one try at a password or a code, unless too many failed. It is counted as a failure before it is made, and
 * taken back when it was right: however many come at the same moment, no more are made than may fail.
 * Throws `too-many-tries`.
 */
export async function limitTries<T>(
  db: Db,
  trier: Trier,
  attempt: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const { id } = await db
    .insertInto('sign_in_failures')
    .values({ email: trier.email, client_address: trier.address })
    .returning('id')
    .executeTakeFirstOrThrow();
  const takeBack = () => db.deleteFrom('sign_in_failures').where('id', '=', id).execute();
  if (await isTooMany(db, trier)) {
    await takeBack();
    throw new Problem('too-many-tries', 'Too many failed tries. Wait 15 minutes, then try again.');
  }
  const result = await attempt();
  if (result !== undefined) await takeBack();
  else await noteFailure(db, trier);
  return result;
}

/** An address that nobody has is not written into the audit log: it may be a password in the wrong field. */
async function noteFailure(db: Db, { email, address }: Trier): Promise<void> {
  const user = await db
    .selectFrom('users')
    .select(['id', 'email', 'disabled_at'])
    .where(sql`lower(email)`, '=', email.trim().toLowerCase())
    .executeTakeFirst();
  await note(db, { userId: null, tokenId: null, name: 'Somebody', from: address }, 'sign-in-failed', {
    subject: user?.email ?? 'an address that nobody has',
    subjectUserId: user?.id ?? null,
    detail: { why: user?.disabled_at ? 'shut out' : user ? 'wrong password or code' : 'unknown' },
  });
}

/** Somebody is in: what failed before counts no more. Not earlier, or a known password would buy tries at codes. */
export async function forgetFailures(db: Db, email: string): Promise<void> {
  await db.deleteFrom('sign_in_failures').where('email', '=', email.toLowerCase()).execute();
}
