import { sql } from 'kysely';
import { note } from '../audit/note.ts';
import type { Db, Trx } from '../database/open.ts';
import type { Scope } from '../database/tables.ts';
import { notFound } from '../problem.ts';
import type { Actor } from '../web/access.ts';
import { hashSecret, newSecret, TOKEN_PREFIX } from './accounts.ts';

/** A token's place in the list of all. */
export type TokenPlace = { isRevoked: boolean; id: number };

/** Tokens, those that were not revoked first, the newest of either first. */
export function listTokens(db: Db, { limit, after }: { limit: number; after?: TokenPlace | undefined }) {
  let rows = db
    .selectFrom('api_tokens')
    .leftJoin('users', 'users.id', 'api_tokens.created_by')
    .select([
      'api_tokens.id',
      'api_tokens.name',
      'api_tokens.hint',
      'api_tokens.scope',
      'api_tokens.scopes',
      'api_tokens.created_at',
      'api_tokens.last_used_at',
      'api_tokens.expires_at',
      'api_tokens.revoked_at',
      'users.name as created_by_name',
    ])
    .orderBy(sql`api_tokens.revoked_at is not null`)
    .orderBy('api_tokens.id', 'desc')
    .limit(limit);
  if (after)
    rows = rows.where(
      sql<boolean>`(api_tokens.revoked_at is not null, -api_tokens.id) > (${after.isRevoked}, ${-after.id})`,
    );
  return rows.execute();
}

/**
 * How a token is kept: its hash, hashed again behind a secret of the database. A password hash would cost every request
 * what a page costs, for nothing: there is no guessing 256 random bits.
 */
const keyedHash = (secret: string) =>
  sql<Buffer>`sha256((select secret from api_token_secret) || ${hashSecret(secret)}::bytea)`;

/** Makes an API token. The secret is returned once and kept only as a hash. */
export async function createToken(
  db: Db | Trx,
  token: {
    name: string;
    scope: Scope;
    /** Left out: all that its scope may. */
    scopes?: string[] | null;
    createdBy: number | null;
    expiresAt?: Date | null;
  },
): Promise<{ id: number; secret: string }> {
  const secret = TOKEN_PREFIX + newSecret();
  const row = await db
    .insertInto('api_tokens')
    .values({
      name: token.name,
      scope: token.scope,
      scopes: token.scopes ?? null,
      created_by: token.createdBy,
      token_hash: keyedHash(secret),
      hint: secret.slice(0, 7),
      expires_at: token.expiresAt ?? null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { id: row.id, secret };
}

/** Makes one as somebody who may do so. */
export async function makeToken(
  trx: Trx,
  by: Actor,
  token: { name: string; scope: Scope; scopes: string[] | null; expiresAt: Date | null },
): Promise<{ id: number; secret: string }> {
  const made = await createToken(trx, { ...token, createdBy: by.userId });
  await note(trx, by, 'token-made', {
    subject: token.name,
    detail: { id: made.id, scope: token.scope, only: token.scopes, expires: token.expiresAt },
  });
  return made;
}

/** Names of tokens in force that somebody made: programs go on with them when that person is gone. */
export async function tokensMadeBy(db: Db | Trx, userId: number): Promise<string[]> {
  const rows = await db
    .selectFrom('api_tokens')
    .select('name')
    .where('created_by', '=', userId)
    .where('revoked_at', 'is', null)
    .where((or) => or.or([or('expires_at', 'is', null), or('expires_at', '>', sql<Date>`now()`)]))
    .orderBy('name')
    .limit(20)
    .execute();
  return rows.map(({ name }) => name);
}

/** One that was revoked before stays as it is. */
export async function revokeToken(trx: Trx, by: Actor, id: number): Promise<void> {
  const token = await trx
    .selectFrom('api_tokens')
    .select(['name', 'revoked_at'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow(() => notFound('such token'));
  if (token.revoked_at) return;
  await trx.updateTable('api_tokens').set({ revoked_at: sql<Date>`now()` }).where('id', '=', id).execute();
  await note(trx, by, 'token-revoked', { subject: token.name, detail: { id } });
}

/** The token in force with that secret. Its time of last use is written at most once a minute. */
export async function findToken(db: Db, secret: string) {
  const row = await db
    .selectFrom('api_tokens')
    .select(['id', 'name', 'scope', 'scopes', 'last_used_at'])
    .where('token_hash', '=', keyedHash(secret))
    .where('revoked_at', 'is', null)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', new Date())]))
    .executeTakeFirst();
  if (row && (!row.last_used_at || Date.now() - row.last_used_at.getTime() > 60_000)) {
    await db.updateTable('api_tokens').set({ last_used_at: new Date() }).where('id', '=', row.id).execute();
  }
  return row;
}
