import { type SelectQueryBuilder, sql } from 'kysely';
import type { Db } from '../database/open.ts';
import type { Database } from '../database/tables.ts';
import type { AuditKind, Detail } from './kinds.ts';

export type AuditFilter = {
  /** Whoever did it or had it done to them. */
  userId?: number | undefined;
  kinds?: readonly AuditKind[] | undefined;
  from?: Date | undefined;
  /** Up to, without it. */
  until?: Date | undefined;
};
export type Place = { at: Date; id: number };

type AuditEntry = {
  id: number;
  at: Date;
  kind: string;
  actor_user_id: number | null;
  actor_token_id: number | null;
  actor_name: string;
  client_address: string | null;
  subject: string;
  subject_user_id: number | null;
  detail: Detail;
};

type Asked = SelectQueryBuilder<Database, 'audit_entries', AuditEntry>;

function narrowed(query: Asked, { kinds, from, until }: AuditFilter, before: Place | undefined): Asked {
  let asked = query;
  if (kinds) asked = asked.where('kind', 'in', [...kinds]);
  if (from) asked = asked.where('at', '>=', from);
  if (until) asked = asked.where('at', '<', until);
  if (before) asked = asked.where(sql<boolean>`(at, id) < (${before.at}::timestamptz, ${before.id}::bigint)`);
  return asked;
}

/**
 * The newest entries before a place. By person two indexes are asked, each for as many as fit: one for what they did,
 * one for what was done to them.
 */
export async function listAudit(
  db: Db,
  filter: AuditFilter,
  { limit, before }: { limit: number; before?: Place | undefined },
): Promise<AuditEntry[]> {
  const newest = (where?: (query: Asked) => Asked) => {
    const all = db.selectFrom('audit_entries').selectAll() as unknown as Asked;
    const asked = narrowed(where ? where(all) : all, filter, before);
    return asked.orderBy('at', 'desc').orderBy('id', 'desc').limit(limit).execute();
  };
  const { userId } = filter;
  if (userId === undefined) return newest();
  const [did, had] = await Promise.all([
    newest((query) => query.where('actor_user_id', '=', userId)),
    newest((query) => query.where('subject_user_id', '=', userId)),
  ]);
  const both = new Map([...did, ...had].map((entry) => [entry.id, entry]));
  return [...both.values()]
    .sort((one, other) => other.at.getTime() - one.at.getTime() || other.id - one.id)
    .slice(0, limit);
}

const AT_ONCE = 500;

/** All entries of a filter, the newest first, read a few at a time. */
export async function* eachAudit(db: Db, filter: AuditFilter): AsyncGenerator<AuditEntry> {
  let before: Place | undefined;
  for (;;) {
    const some = await listAudit(db, filter, { limit: AT_ONCE, before });
    yield* some;
    const last = some.at(-1);
    if (!last || some.length < AT_ONCE) return;
    before = { at: last.at, id: last.id };
  }
}

/** People for the filter: at most so many, since a desk has no more. */
export const peopleInLog = (db: Db) =>
  db.selectFrom('users').select(['id', 'name', 'email']).orderBy('name').orderBy('id').limit(500).execute();
