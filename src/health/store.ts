import { sql } from 'kysely';
import type { Db } from '../database/open.ts';

export type DatabaseFacts = {
  /** `17.2`, `18.3 (embedded)` */
  version: string;
  bytes: number;
  /** Milliseconds that a question takes. */
  answerMs: number;
  /** The database's clock less ours, in milliseconds; as exact as half an answer. */
  clockMs: number;
};

/** Throws where the database is away. */
export async function readDatabase(db: Db): Promise<DatabaseFacts> {
  const { rows } = await sql<{ version: string; bytes: number }>`
    select split_part(current_setting('server_version'), ' ', 1) as version,
      pg_database_size(current_database())::float8 as bytes`.execute(db);
  // Asked by itself, so that the time it takes is that of the way alone.
  const before = Date.now();
  const started = performance.now();
  const clock = await sql<{ now: number }>`
    select (extract(epoch from clock_timestamp()) * 1000)::float8 as now`.execute(db);
  const answerMs = performance.now() - started;
  const [{ version, bytes } = { version: '', bytes: 0 }] = rows;
  return { version, bytes, answerMs, clockMs: (clock.rows[0]?.now ?? before) - (before + answerMs / 2) };
}

export type MailboxHealth = {
  name: string;
  lastGoodAt: Date | null;
  lastLookAt: Date | null;
  problem: string;
  untaken: number;
};

const MOST_SHOWN = 100;

export async function readMailboxes(db: Db): Promise<MailboxHealth[]> {
  const rows = await db
    .selectFrom('mailboxes')
    .select(['name', 'last_good_at', 'last_look_at', 'last_problem', 'untaken'])
    .where('disabled_at', 'is', null)
    .orderBy('id')
    .limit(MOST_SHOWN)
    .execute();
  return rows.map((row) => ({
    name: row.name,
    lastGoodAt: row.last_good_at,
    lastLookAt: row.last_look_at,
    problem: row.last_problem,
    untaken: row.untaken ?? 0,
  }));
}

export type AccountHealth = { name: string; lastSentAt: Date | null; problem: string };

export async function readAccounts(db: Db): Promise<AccountHealth[]> {
  const rows = await db
    .selectFrom('sending_accounts')
    .select(['name', 'last_sent_at', 'last_problem'])
    .where('disabled_at', 'is', null)
    .orderBy('id')
    .limit(MOST_SHOWN)
    .execute();
  return rows.map((row) => ({ name: row.name, lastSentAt: row.last_sent_at, problem: row.last_problem }));
}

export type FeedHealth = {
  kind: 'data' | 'status';
  lastFetchedAt: Date | null;
  failures: number;
  problem: string;
};

export async function readFeeds(db: Db): Promise<FeedHealth[]> {
  const rows = await db
    .selectFrom('snds_feeds')
    .select(['kind', 'last_fetched_at', 'failures', 'last_error'])
    .orderBy('id')
    .limit(MOST_SHOWN)
    .execute();
  return rows.map((row) => ({
    kind: row.kind,
    lastFetchedAt: row.last_fetched_at,
    failures: row.failures,
    problem: row.last_error,
  }));
}

/** Mails of which nobody knows whether they arrived, up to a thousand: a person has to decide. */
export async function countUncertain(db: Db): Promise<number> {
  const { rows } = await sql<{ mails: number }>`
    select count(*)::integer as mails from (
      select from dispatches where state = 'delivered-unknown' limit 1000) one`.execute(db);
  return rows[0]?.mails ?? 0;
}

/** Webhook targets that were paused because they kept failing. */
export async function countPausedWebhooks(db: Db): Promise<number> {
  const { rows } = await sql<{ targets: number }>`
    select count(*)::integer as targets from webhook_targets
    where removed_at is null and paused_at is not null and paused_by = 'Delist Desk'`.execute(db);
  return rows[0]?.targets ?? 0;
}
