import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { type ExpressionBuilder, sql } from 'kysely';
import { json } from '../database/json.ts';
import { oneOf } from '../database/one-of.ts';
import type { Db, Trx } from '../database/open.ts';
import type { Database, SnapshotRow } from '../database/tables.ts';
import { invalid } from '../problem.ts';
import { domainName } from '../profile/profile.ts';
import { keptAnswers } from './kept-answers.ts';
import type { Fact, Found } from './kind.ts';

/** Whom a snapshot is about. */
export type Subject = { address: string; domain?: never } | { domain: string; address?: never };

/** An address or a domain, as a path names it. */
export function subjectNamed(text: string): Subject {
  // A zone (`fe80::1%eth0`) is understood by its own host only.
  if (isIP(text) && !text.includes('%')) return { address: text };
  const domain = domainName(text);
  if (!domain)
    throw invalid('subject', `“${text.slice(0, 80)}” is neither a single IP address nor a domain name.`);
  return { domain };
}

const hashOf = ({ outcome, summary, facts, claims }: Found) =>
  createHash('sha256')
    .update(JSON.stringify([outcome, summary, facts, claims]))
    .digest();

const columnsOf = (subject: Subject) => ({
  address: subject.address ?? null,
  domain: subject.domain ?? null,
});

/** The row that stands, held against others who look at the same time. */
async function lockStanding(trx: Trx, kind: string, subject: Subject) {
  const name = `snapshot ${kind} ${subject.address ?? subject.domain}`;
  await sql`select pg_advisory_xact_lock(hashtext(${name}))`.execute(trx);
  const rows = trx
    .selectFrom('snapshots')
    .select(['id', 'content_hash', 'facts', 'last_seen_at'])
    .where('kind', '=', kind)
    .where('superseded_at', 'is', null);
  return subject.address !== undefined
    ? rows.where('address', '=', subject.address).executeTakeFirst()
    : rows.where('domain', '=', subject.domain).executeTakeFirst();
}

/**
 * Keeps what was found at a moment. As long as nothing changes, the snapshot that stands is seen again; what
 * is different takes its place. A look older than the one that stands changes nothing. Returns the facts that stood
 * before; undefined: nothing was changed by this look.
 */
export async function keepSnapshot(
  trx: Trx,
  kind: string,
  subject: Subject,
  found: Found,
  at: Date,
): Promise<Fact[] | undefined> {
  const hash = hashOf(found);
  const standing = await lockStanding(trx, kind, subject);
  if (standing && standing.last_seen_at >= at) return undefined;
  if (standing) {
    const same = standing.content_hash.equals(hash);
    await trx
      .updateTable('snapshots')
      .set(same ? { last_seen_at: at } : { superseded_at: at })
      .where('id', '=', standing.id)
      .execute();
    if (same) return undefined;
  }
  await trx
    .insertInto('snapshots')
    .values({
      kind,
      ...columnsOf(subject),
      outcome: found.outcome,
      summary: found.summary.slice(0, 500),
      facts: json(found.facts),
      claims: json(found.claims),
      raw: json(keptAnswers(found.raw)),
      content_hash: hash,
      first_seen_at: at,
      last_seen_at: at,
      superseded_at: null,
    })
    .execute();
  return standing?.facts ?? [];
}

export type Snapshot = Omit<SnapshotRow, 'raw' | 'content_hash'>;
/** With the SHA-256 of what was seen, by which a letter's claims name it. */
export type StandingSnapshot = Omit<SnapshotRow, 'raw'>;
const SHOWN = [
  'id',
  'kind',
  'address',
  'domain',
  'outcome',
  'summary',
  'facts',
  'claims',
  'first_seen_at',
  'last_seen_at',
  'superseded_at',
] as const;

/** No page shows more subjects than this at a time. */
const MOST_ROWS = 2000;

/** Addresses in these networks, and these domains. */
type About = { networks: string[]; domains: string[] };
const isSingle = (network: string) =>
  !network.includes('/') || network.endsWith(network.includes(':') ? '/128' : '/32');

const concerning =
  ({ networks, domains }: About) =>
  (eb: ExpressionBuilder<Database, 'snapshots'>) => {
    const singles = networks.filter(isSingle);
    return eb.or([
      ...(singles.length > 0 ? [sql<boolean>`address ${oneOf(singles, 'inet')}`] : []),
      // One condition for each range: the index on addresses serves a single range only.
      ...networks
        .filter((network) => !isSingle(network))
        .map((network) => sql<boolean>`address <<= ${network}::inet`),
      ...(domains.length > 0 ? [eb('domain', 'in', domains)] : []),
    ]);
  };

/**
 * What stands about the addresses in these networks, and about these domains. Of more than {@link MOST_ROWS}, as a large
 * range has, what speaks against us is left out last, and so is what is about domains.
 */
export function standingSnapshots(db: Db | Trx, about: About): Promise<StandingSnapshot[]> {
  return standing(db, about, MOST_ROWS).orderBy('address').orderBy('domain').execute();
}

const standing = (db: Db | Trx, about: About, room: number) =>
  db
    .selectFrom((eb) =>
      eb
        .selectFrom('snapshots')
        .select(SHOWN)
        .select('content_hash')
        .where('superseded_at', 'is', null)
        .where(concerning(about))
        .orderBy(sql`domain is null`)
        .orderBy(sql`outcome <> 'bad'`)
        .orderBy(sql`outcome <> 'unknown'`)
        .orderBy('address')
        .limit(room)
        .as('told'),
    )
    .selectAll();

/** Of so many single addresses, what stands about them has room in any case. */
const FEW = 40;
/** Of more large groups than ten, each has less room, so that what is read at once stays within memory. */
const MOST_AT_ONCE = 10 * MOST_ROWS;

/**
 * What stands about each of several groups of networks, such as those of incidents, and about domains, in one query, each
 * snapshot once. A large group takes no room from another one.
 */
export async function standingOfGroups(
  db: Db | Trx,
  groups: string[][],
  domains: string[],
): Promise<StandingSnapshot[]> {
  const isLarge = (networks: string[]) => networks.length > FEW || !networks.every(isSingle);
  const { large = [], small = [] } = Object.groupBy(groups, (one) => (isLarge(one) ? 'large' : 'small'));
  const room = Math.min(MOST_ROWS, Math.floor(MOST_AT_ONCE / Math.max(large.length, 1)));
  const together = standing(db, { networks: [...new Set(small.flat())], domains }, MOST_AT_ONCE);
  const rows = await large
    .reduce((all, networks) => all.unionAll(standing(db, { networks, domains: [] }, room)), together)
    .orderBy('address')
    .orderBy('domain')
    .execute();
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}

/** What stands and was seen since a moment, in short. */
export const seenSince = (db: Db, about: About, since: Date) =>
  db
    .selectFrom('snapshots')
    .select(['kind', 'address', 'domain', 'outcome', 'summary'])
    .where('superseded_at', 'is', null)
    .where('last_seen_at', '>=', since)
    .where(concerning(about))
    .execute();

const about = (subject: Subject) =>
  subject.address !== undefined
    ? sql<boolean>`address = ${subject.address}::inet`
    : sql<boolean>`domain = ${subject.domain}`;

/** What was known of a subject at a moment: of each kind, the snapshot that stood then. */
export const snapshotsAt = (db: Db, subject: Subject, at: Date): Promise<Snapshot[]> =>
  db
    .selectFrom('snapshots')
    .select(SHOWN)
    .where(about(subject))
    .where('first_seen_at', '<=', at)
    .where((eb) => eb.or([eb('superseded_at', 'is', null), eb('superseded_at', '>', at)]))
    .orderBy('kind')
    .limit(100)
    .execute();

/**
 * The last moment at which nothing spoke against the subject of what does now; undefined where nothing does, or where
 * something always has: since the first look at it, it never was well.
 */
export async function lastGood(db: Db, subject: Subject): Promise<Date | undefined> {
  const { rows } = await sql<{ ended: Date | null }>`
    select (select max(before.superseded_at) from snapshots before
      where ${about(subject)} and before.kind = now.kind and before.outcome <> 'bad') as ended
    from snapshots now where ${about(subject)} and superseded_at is null and outcome = 'bad'`.execute(db);
  const ends = rows.map(({ ended }) => ended);
  if (ends.length === 0 || ends.includes(null)) return undefined;
  return new Date(Math.min(...ends.map(Number)) - 1);
}

/** How a subject changed, newest first: each row is a snapshot that took another's place. */
export function snapshotHistory(
  db: Db,
  subject: Subject,
  page: { limit: number; before?: number | undefined },
): Promise<Snapshot[]> {
  let rows = db
    .selectFrom('snapshots')
    .select(SHOWN)
    .where(about(subject))
    .orderBy('id', 'desc')
    .limit(page.limit + 1);
  if (page.before !== undefined) rows = rows.where('id', '<', page.before);
  return rows.execute();
}

/** One snapshot with the answers as they came. */
export const readSnapshot = (db: Db, id: number): Promise<SnapshotRow | undefined> =>
  db.selectFrom('snapshots').selectAll().where('id', '=', id).executeTakeFirst();
