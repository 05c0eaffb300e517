import { sql } from 'kysely';
import { calledSo } from '../accounts/accounts.ts';
import { lockUser } from '../accounts/store.ts';
import { note } from '../audit/note.ts';
import { json } from '../database/json.ts';
import type { Db, Trx } from '../database/open.ts';
import type { ErasureRow } from '../database/tables.ts';
import { invalid, Problem } from '../problem.ts';
import { appendAll } from '../timeline/store.ts';
import type { Actor } from '../web/access.ts';
import type { OwnName } from './own-rows.ts';
import { aloneOf, isTelling, type Pair, pairsOf, pseudonym } from './pairs.ts';
import { type Counts, type Replaced, replaceEverywhere } from './replace.ts';

export type Erased = { id: number; became: string[]; counts: Counts; incidents: number[] };
type What = { kind: ErasureRow['kind']; became: string[]; reason: string };

/** The number that stands for an address, the same each time. */
export async function numberOf(trx: Trx, address: string): Promise<number> {
  // One after the other, so that no number is left out when one is taken back.
  await sql`lock table erased_addresses in exclusive mode`.execute(trx);
  const { rows } = await sql<{ number: number }>`
    insert into erased_addresses (number, address_hash)
    select (select coalesce(max(number), 0) + 1 from erased_addresses),
      sha256(convert_to(source::text || ' ' || ${address.toLowerCase()}, 'UTF8')) from desk_identity
    on conflict on constraint erased_addresses_hash_key do update set address_hash = excluded.address_hash
    returning number`.execute(trx);
  return rows[0]?.number ?? 0;
}

/** Keeps the erasure, does it, and has every incident that it touched say so: all in one transaction. */
export async function eraseAs(
  trx: Trx,
  actor: Actor,
  what: What,
  work: () => Promise<Replaced>,
): Promise<Erased> {
  const { id } = await trx
    .insertInto('erasures')
    .values({
      kind: what.kind,
      became: what.became,
      reason: what.reason,
      counts: json({}),
      by_name: actor.name,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const { counts, incidents } = await work();
  await trx
    .updateTable('erasures')
    .set({ counts: json(counts) })
    .where('id', '=', id)
    .execute();
  for (let from = 0; from < incidents.length; from += 500)
    await appendAll(
      trx,
      incidents.slice(from, from + 500).map((incident) => ({
        incident,
        kind: 'data-erased' as const,
        actor,
        detail: { erasure: id, what: what.kind, became: what.became, reason: what.reason },
      })),
    );
  return { id, became: what.became, counts, incidents };
}

export const erasePairs = (
  trx: Trx,
  actor: Actor,
  what: What,
  pairs: Pair[],
  own?: OwnName,
): Promise<Erased> => eraseAs(trx, actor, what, () => replaceEverywhere(trx, pairs, own));

/** Addresses that the desk itself works with, and where each is set. */
export async function ownAddresses(db: Db | Trx): Promise<Map<string, string>> {
  const { rows } = await sql<{ address: string; place: string }>`
    select lower(address) as address, place from (
      select email as address, 'Settings → People' as place from users
      union all select unnest(array[contact_email, reply_address, abuse_address]), 'Settings → Profile' from profile
      union all select unnest(array[from_address, reply_address]), 'Settings → Sending accounts' from sending_accounts
      union all select address, 'Reports → Reports by mail' from report_addresses) own
    where address <> ''`.execute(db);
  return new Map(rows.map(({ address, place }) => [address, place]));
}

/** A mail that still has to reach somebody. */
async function refuseWhileMailWaits(trx: Trx, address: string): Promise<void> {
  const { rows } = await sql<{ incident: number | null }>`
    select m.incident_number as incident from dispatches d join messages m on m.id = d.message_id
    where d.state in ('queued', 'sending', 'deferred', 'delivered-unknown')
      and exists (select from unnest(d.envelope_recipients) one where lower(one) = ${address}) limit 1`.execute(
    trx,
  );
  const [waiting] = rows;
  if (waiting)
    throw new Problem(
      'invalid',
      `A letter to this address waits in incident #${waiting.incident}. Withdraw it or wait until it has left.`,
    );
}

export type Person = { address: string; names: string[]; reason: string };

/** Replaces a person's address and names by one word, everywhere but in settings. Throws `invalid`. */
export async function erasePerson(
  trx: Trx,
  actor: Actor,
  { address, names, reason }: Person,
): Promise<Erased> {
  const place = (await ownAddresses(trx)).get(address);
  if (place)
    throw invalid('address', `The desk itself works with this address: take it away under ${place} first.`);
  if ([address, ...names].some((text) => reason.toLowerCase().includes(text.toLowerCase())))
    throw invalid('reason', 'The reason is kept: leave the address and the names out of it.');
  await refuseWhileMailWaits(trx, address);
  const word = pseudonym(await numberOf(trx, address));
  const pairs = pairsOf([address, ...names], word);
  const erased = await erasePairs(trx, actor, { kind: 'person', became: [word], reason }, pairs);
  await note(trx, actor, 'person-erased', { subject: word, detail: { reason } });
  return erased;
}

class DryRun extends Error {}

/** What work in a transaction would do: it is done, and taken back. */
export async function tryOut<T>(db: Db, work: (trx: Trx) => Promise<T>): Promise<T> {
  let result: T | undefined;
  try {
    await db.transaction().execute(async (trx) => {
      result = await work(trx);
      throw new DryRun();
    });
  } catch (error) {
    if (!(error instanceof DryRun)) throw error;
  }
  return result as T;
}

/** What would go with an account, as the database itself says: sessions, passkeys, notices, watching and the like. */
async function ofUsersAlone(trx: Trx): Promise<{ table: string; column: string }[]> {
  const { rows } = await sql<{ table: string; column: string }>`
    select c.relname as "table", a.attname as column from pg_constraint k
    join pg_class c on c.oid = k.conrelid
    join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
    where k.contype = 'f' and k.confrelid = 'users'::regclass and k.confdeltype = 'c'
    order by c.relname collate "C"`.execute(trx);
  return rows;
}

/**
 * Makes the account of somebody who left anonymous: what they did stays, under a name that the administrator chooses.
 * Throws `invalid` for one that may still sign in.
 */
export async function eraseAccount(
  trx: Trx,
  actor: Actor,
  { userId, name, reason }: { userId: number; name: string; reason: string },
): Promise<Erased> {
  const user = await lockUser(trx, userId);
  if (!user.disabled_at)
    throw new Problem(
      'invalid',
      `${user.name} may still sign in. Shut them out first, then make the account anonymous.`,
    );
  await trx
    .updateTable('users')
    .set({ name, email: `former-${userId}@anonymous.invalid`, password_hash: `!${'-'.repeat(24)}` })
    .where('id', '=', userId)
    .execute();
  for (const { table, column } of await ofUsersAlone(trx))
    await sql`delete from ${sql.table(table)} where ${sql.ref(column)} = ${userId}`.execute(trx);
  const isFullName = isTelling(user.name);
  const pairs = pairsOf([calledSo(user), user.email, ...(isFullName ? [user.name] : [])], name);
  const own =
    isFullName || user.name.length < 3
      ? undefined
      : { pair: aloneOf(user.name, name), name: user.name, userId };
  const erased = await erasePairs(trx, actor, { kind: 'account', became: [name], reason }, pairs, own);
  await note(trx, actor, 'account-made-anonymous', {
    subject: name,
    subjectUserId: userId,
    detail: { reason },
  });
  return erased;
}

export const recentErasures = (db: Db): Promise<ErasureRow[]> =>
  db.selectFrom('erasures').selectAll().orderBy('id', 'desc').limit(20).execute();
