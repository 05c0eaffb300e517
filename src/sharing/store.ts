import { sql } from 'kysely';
import { hashSecret, newSecret } from '../accounts/accounts.ts';
import { note } from '../audit/note.ts';
import type { Db, Trx } from '../database/open.ts';
import type { ShareRow } from '../database/tables.ts';
import { familyOf } from '../incidents/merge/store.ts';
import { lockIncident } from '../incidents/store.ts';
import { invalid, notFound } from '../problem.ts';
import { append } from '../timeline/store.ts';
import type { Actor } from '../web/access.ts';
import { checkParts, MOST_SHARES, type Scope } from './parts.ts';

type NewShare = Scope & { madeFor: string; expiresAt: Date };
/** A share as it is listed: never with its secret, nor the secret's hash. */
export type Share = Omit<ShareRow, 'token_hash'>;

const LISTED = [
  'id',
  'incident_number',
  'made_for',
  'parts',
  'personal',
  'created_at',
  'created_by_name',
  'expires_at',
  'revoked_at',
  'revoked_by_name',
  'views',
  'last_used_at',
] as const;

const now = sql<Date>`now()`;

/**
 * Makes a link for one incident. The secret is returned once, and kept only as a hash. Throws `not-found`, or `invalid`
 * where as many links as one incident may have are in force.
 */
export async function createShare(
  trx: Trx,
  actor: Actor,
  number: number,
  share: NewShare,
): Promise<{ share: Share; secret: string }> {
  const parts = checkParts(share.parts);
  const madeFor = share.madeFor.trim();
  if (!madeFor) throw invalid('madeFor', 'Say for whom it is, so that the list of links tells it.');
  await lockIncident(trx, number);
  const { n } = await trx
    .selectFrom('shares')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('incident_number', '=', number)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirstOrThrow();
  if (n >= MOST_SHARES)
    throw invalid('madeFor', `${MOST_SHARES} links of this incident are in force; revoke one first.`);
  const secret = newSecret();
  const row = await trx
    .insertInto('shares')
    .values({
      incident_number: number,
      token_hash: hashSecret(secret),
      made_for: madeFor,
      parts,
      personal: share.personal,
      created_by_name: actor.name,
      expires_at: share.expiresAt,
    })
    .returning(LISTED)
    .executeTakeFirstOrThrow();
  await append(trx, {
    incident: number,
    kind: 'incident-shared',
    actor,
    detail: {
      share: row.id,
      madeFor,
      parts,
      personal: share.personal,
      until: share.expiresAt.toISOString(),
    },
  });
  await note(trx, actor, 'share-made', {
    subject: madeFor,
    detail: { incident: number, id: row.id, parts, personal: share.personal, until: share.expiresAt },
  });
  return { share: row, secret };
}

/** Ends a link, also of an incident that is a part of this one by now. One that was ended before stays as it is. */
export async function revokeShare(trx: Trx, actor: Actor, number: number, id: number): Promise<Share> {
  const share = await trx
    .selectFrom('shares')
    .select(LISTED)
    .where('id', '=', id)
    .where('incident_number', 'in', await familyOf(trx, number))
    .forUpdate()
    .executeTakeFirstOrThrow(() => notFound('such link of this incident'));
  if (share.revoked_at) return share;
  const revoked = await trx
    .updateTable('shares')
    .set({ revoked_at: now, revoked_by_name: actor.name })
    .where('id', '=', id)
    .returning(LISTED)
    .executeTakeFirstOrThrow();
  await append(trx, {
    incident: number,
    kind: 'share-revoked',
    actor,
    detail: { share: id, madeFor: share.made_for },
  });
  await note(trx, actor, 'share-revoked', {
    subject: share.made_for,
    detail: { incident: share.incident_number, id },
  });
  return revoked;
}

/** The links of an incident and of its parts, newest first; `before`: those that were made before this one. */
export const listShares = async (
  db: Db,
  number: number,
  { limit, before }: { limit: number; before?: number },
): Promise<Share[]> =>
  db
    .selectFrom('shares')
    .select(LISTED)
    .where('incident_number', 'in', await familyOf(db, number))
    .where('id', '<', before ?? Number.MAX_SAFE_INTEGER)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();

/**
 * The share that a secret opens. Undefined alike for one that never was, was revoked or has expired. `counts`: it is
 * counted as a view, in the same statement that finds it.
 */
export async function openShare(db: Db, secret: string, counts: boolean): Promise<Share | undefined> {
  const hash = hashSecret(secret);
  if (!counts)
    return db
      .selectFrom('shares')
      .select(LISTED)
      .where('token_hash', '=', hash)
      .where('revoked_at', 'is', null)
      .where('expires_at', '>', now)
      .executeTakeFirst();
  return db
    .updateTable('shares')
    .set({ views: sql<number>`least(views, 2147483646) + 1`, last_used_at: now })
    .where('token_hash', '=', hash)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .returning(LISTED)
    .executeTakeFirst();
}

/** Whether a share is in force. */
export const inForce = (share: Pick<ShareRow, 'revoked_at' | 'expires_at'>, at: Date): boolean =>
  share.revoked_at === null && share.expires_at > at;
