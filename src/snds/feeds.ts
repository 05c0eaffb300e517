import { createHash } from 'node:crypto';
import { type Selectable, sql } from 'kysely';
import { note } from '../audit/note.ts';
import type { Db, Trx } from '../database/open.ts';
import type { SndsFeedsTable } from '../database/tables.ts';
import { unlessTaken } from '../database/taken.ts';
import { changedSince, invalid, notFound } from '../problem.ts';
import type { Secrets } from '../secrets/secrets.ts';
import type { Actor } from '../web/access.ts';

export type NewFeed = {
  kind: SndsFeedsTable['kind'];
  link: string;
  token: string;
  renewedOn: string;
  attestedOn: string | null;
};
/** Without a link or token, the one that is there stays: it is never shown, so it cannot be sent back. */
export type FeedChange = Omit<NewFeed, 'kind' | 'link' | 'token'> & {
  link?: string | undefined;
  token?: string | undefined;
};

const taken = () => invalid('link', 'This link is fetched already.');

const hashOf = (link: string) => createHash('sha256').update('SNDS link\0').update(link).digest();
const sealedLink = (secrets: Secrets, link: string) => ({
  link: null,
  link_sealed: secrets.seal('snds_feeds.link_sealed', link),
  link_hash: hashOf(link),
});
const sealedToken = (secrets: Secrets, token: string) => ({
  token: '',
  token_sealed: token ? secrets.seal('snds_feeds.token_sealed', token) : null,
});

export type Feed = Selectable<SndsFeedsTable>;

/** The link and token of a feed. Throws where no key at hand opens them. */
export const openFeed = (secrets: Secrets, feed: Feed): { link: string; token: string } => ({
  link: feed.link_sealed ? secrets.open('snds_feeds.link_sealed', feed.link_sealed) : (feed.link ?? ''),
  token: feed.token_sealed ? secrets.open('snds_feeds.token_sealed', feed.token_sealed) : feed.token,
});

/** Seals what an older release left in clear. Returns how many feeds that were. */
export async function sealClearFeeds(db: Db, secrets: Secrets): Promise<number> {
  const clear = await db
    .selectFrom('snds_feeds')
    .select(['id', 'link', 'token'])
    .where((eb) => eb.or([eb('link', 'is not', null), eb('token', '<>', '')]))
    .execute();
  for (const { id, link, token } of clear)
    await db
      .updateTable('snds_feeds')
      .set({
        ...(link === null ? {} : sealedLink(secrets, link)),
        ...(token ? sealedToken(secrets, token) : {}),
      })
      .where('id', '=', id)
      .where('link', 'is not distinct from', link)
      .where('token', '=', token)
      .execute();
  return clear.length;
}

export async function addFeed(trx: Trx, secrets: Secrets, feed: NewFeed, by: Actor): Promise<number> {
  const row = await trx
    .insertInto('snds_feeds')
    .values({
      kind: feed.kind,
      ...sealedLink(secrets, feed.link),
      ...sealedToken(secrets, feed.token),
      renewed_on: feed.renewedOn,
      attested_on: feed.attestedOn,
    })
    .onConflict((conflict) => conflict.column('link_hash').doNothing())
    .returning('id')
    .executeTakeFirstOrThrow(taken);
  await note(trx, by, 'snds-feed-changed', {
    subject: `${row.id} (${feed.kind})`,
    detail: { what: 'added' },
  });
  return row.id;
}

/** Changes a feed and lets it have its turn at once. Throws `changed-meanwhile`. */
export async function changeFeed(
  trx: Trx,
  secrets: Secrets,
  id: number,
  version: number,
  change: FeedChange,
  by: Actor,
): Promise<void> {
  const changed = await unlessTaken('snds_feeds_link_hash_key', taken, () =>
    trx
      .updateTable('snds_feeds')
      .set({
        ...(change.link ? sealedLink(secrets, change.link) : {}),
        ...(change.token ? sealedToken(secrets, change.token) : {}),
        renewed_on: change.renewedOn,
        attested_on: change.attestedOn,
        next_at: new Date(),
        version: version + 1,
      })
      .where('id', '=', id)
      .where('version', '=', version)
      .executeTakeFirst(),
  );
  if (changed.numUpdatedRows === 1n) {
    const parts = [change.link ? 'link' : '', change.token ? 'token' : ''].filter(Boolean);
    const changes = parts.map((what) => ({ what, from: 'not shown', to: 'not shown' }));
    await note(trx, by, 'snds-feed-changed', { subject: String(id), detail: { what: 'changed', changes } });
    return;
  }
  await trx
    .selectFrom('snds_feeds')
    .select('id')
    .where('id', '=', id)
    .executeTakeFirstOrThrow(() => notFound('such feed'));
  throw changedSince('feed');
}

/** Its reports stay. */
export async function removeFeed(trx: Trx, id: number, by: Actor): Promise<void> {
  const removed = await trx.deleteFrom('snds_feeds').where('id', '=', id).executeTakeFirst();
  if (removed.numDeletedRows === 0n) throw notFound('such feed');
  await note(trx, by, 'snds-feed-changed', { subject: String(id), detail: { what: 'removed' } });
}

export const listFeeds = (db: Db | Trx) =>
  db.selectFrom('snds_feeds').selectAll().orderBy('id').limit(100).execute();

/** Longer than a turn can take: when its process dies, another takes the feed up after this. */
const LEASE = sql`interval '15 minutes'`;

/**
 * Takes one feed whose turn it is, so that no other process has the same. The turn itself is no transaction: it
 * waits for the network, and the embedded database has one connection for all.
 */
export const takeDueFeed = (db: Db, now: Date) =>
  db.transaction().execute((trx) =>
    trx
      .updateTable('snds_feeds')
      .set({ next_at: sql<Date>`${now}::timestamptz + ${LEASE}`, last_tried_at: now })
      .where('id', '=', (eb) =>
        eb
          .selectFrom('snds_feeds')
          .select('id')
          .where('next_at', '<=', now)
          .orderBy('next_at')
          .limit(1)
          .forUpdate()
          .skipLocked(),
      )
      .returningAll()
      .executeTakeFirst(),
  );

export type Turn = {
  fetchedUntil: string | null;
  nextAt: Date;
  failures: number;
  /** Empty when all went well. */
  error: string;
  fetchedAt: Date | null;
};

/** How a turn went. Of a feed that was changed meanwhile nothing is noted: the change asks for a turn of its own. */
export const noteTurn = (db: Db | Trx, feed: { id: number; version: number }, turn: Turn) =>
  db
    .updateTable('snds_feeds')
    .set({
      next_at: turn.nextAt,
      failures: turn.failures,
      last_error: turn.error,
      fetched_until: turn.fetchedUntil,
      ...(turn.fetchedAt ? { last_fetched_at: turn.fetchedAt } : {}),
    })
    .where('id', '=', feed.id)
    .where('version', '=', feed.version)
    .execute();
