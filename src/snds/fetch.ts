import type { Db } from '../database/open.ts';
import { type Get, GetFailed, type Got } from '../outside/get.ts';
import { CannotOpenSecret } from '../secrets/seal.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { SYSTEM } from '../web/access.ts';
import { MAX_REPORT_BYTES } from '../web/limits.ts';
import { daysToAsk, linkFor, namesDay, nextTurn, whyNotLink } from './feed.ts';
import { type Feed, noteTurn, openFeed, takeDueFeed } from './feeds.ts';
import { importReport } from './import-report.ts';
import type { PackedReport } from './pack-report.ts';
import { readReport } from './read-report.ts';
import { BadReport } from './snds-file.ts';

export type Fetching = {
  get: Get;
  secrets: Secrets;
  hosts: readonly string[];
  /** Ends when the process does. */
  signal?: AbortSignal;
  /** What went wrong on our side. */
  warn?: (error: unknown) => void;
};
type OpenFeed = Feed & { link: string; token: string };

/** Why nothing came. Its words are shown and logged, so no link is ever in them. */
class FetchFailed extends Error {
  override name = 'FetchFailed';
}

const LONGEST_MS = 60_000;

const EXPIRED = 'Sign in at SNDS and renew the link for automated access.';
const STATUS_WORDS: Record<number, string> = {
  401: `SNDS does not accept the key (401). ${EXPIRED}`,
  403: `SNDS does not accept the key (403). ${EXPIRED}`,
  404: 'There is no report at this link (404): it has ended or moved. Take a new link from SNDS.',
  410: 'There is no report at this link any more (410). Take a new link from SNDS.',
  429: 'SNDS was asked too often (429).',
};

/** A link that has ended leads to a page for signing in; it is never followed. */
function redirected({ location: to }: Got, from: string): FetchFailed {
  const host = URL.canParse(to, from) ? new URL(to, from).host : 'another place';
  const isSignIn = /login|signin|sign-in|oauth|account/i.test(to);
  return new FetchFailed(
    isSignIn
      ? `SNDS asks for signing in (at ${host}): the link has expired. ${EXPIRED}`
      : `The link leads on to ${host}. Take the new link from SNDS.`,
  );
}

/** What is said of a failure of the network, by its code alone. */
const NETWORK_WORDS: Record<GetFailed['why'], (code: string) => string> = {
  'too-slow': () => `SNDS did not answer within ${LONGEST_MS / 1000} s.`,
  'too-large': () => 'The answer is larger than a report can be (25 MB).',
  unreachable: (code) => `SNDS could not be reached${code ? ` (${code})` : ''}.`,
};

/** Fetches one report. Throws {@link FetchFailed}. */
async function fetchReport(link: string, token: string, by: Fetching): Promise<Buffer> {
  const refusal = whyNotLink(link, by.hosts);
  if (refusal) throw new FetchFailed(refusal);
  try {
    const answer = await by.get(link, {
      longestMs: LONGEST_MS,
      mostBytes: MAX_REPORT_BYTES,
      signal: by.signal,
      headers: { accept: 'text/csv, text/plain', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    });
    if (answer.status >= 300 && answer.status < 400) throw redirected(answer, link);
    if (answer.status === 204) return Buffer.alloc(0);
    if (answer.status !== 200)
      throw new FetchFailed(STATUS_WORDS[answer.status] ?? `SNDS answered ${answer.status}.`);
    return answer.body;
  } catch (error) {
    throw error instanceof GetFailed ? new FetchFailed(NETWORK_WORDS[error.why](error.code)) : error;
  }
}

/** A feed gives reports of its kind, or an empty one. */
async function readOf(raw: Buffer, feed: Feed): Promise<PackedReport> {
  const report = await readReport(raw, { field: 'link', patient: true });
  if (report.kind === feed.kind || report.kind === 'empty') return report;
  throw new BadReport(`This link gives a ${report.kind} report, and a ${feed.kind} report is expected.`);
}

async function fetchOne(db: Db, feed: OpenFeed, link: string, now: Date, by: Fetching): Promise<void> {
  const raw = await fetchReport(link, feed.token, by);
  const report = await readOf(raw, feed);
  await db.transaction().execute((trx) =>
    importReport(trx, report, {
      raw,
      source: 'feed',
      feedId: feed.id,
      fileName: '',
      byName: SYSTEM.name,
      now,
    }),
  );
}

/** A feed with its secrets, or why they cannot be opened. */
function opened(feed: Feed, { secrets }: Fetching): OpenFeed | string {
  try {
    return { ...feed, ...openFeed(secrets, feed) };
  } catch (error) {
    if (error instanceof CannotOpenSecret) return error.message;
    throw error;
  }
}

type Fetched = { until: string | null; error: string; isBehind: boolean };

const BROKEN = 'The report could not be taken in: something failed on our side. It is tried again.';

/** Fetches what a feed has, day by day where its link names days. What came before a failure is kept. */
async function fetchAll(db: Db, feed: OpenFeed, now: Date, by: Fetching): Promise<Fetched> {
  let until = feed.fetched_until;
  try {
    if (!namesDay(feed.link)) await fetchOne(db, feed, feed.link, now, by);
    else
      for (const day of daysToAsk(until, now)) {
        await fetchOne(db, feed, linkFor(feed.link, day), now, by);
        if (until === null || day > until) until = day;
      }
  } catch (failure) {
    const isTold = failure instanceof FetchFailed || failure instanceof BadReport;
    if (!isTold) by.warn?.(failure);
    return { until, error: isTold ? failure.message : BROKEN, isBehind: false };
  }
  return { until, error: '', isBehind: namesDay(feed.link) && daysToAsk(until, now).length > 2 };
}

/** One turn of a feed: why it failed, or nothing. The next turn goes on from where this one came to. */
async function haveTurn(db: Db, closed: Feed, now: Date, by: Fetching): Promise<string> {
  const feed = opened(closed, by);
  const { until, error, isBehind } =
    typeof feed === 'string'
      ? { until: closed.fetched_until, error: feed, isBehind: false }
      : await fetchAll(db, feed, now, by);
  // Nothing is known of a turn that was cut off: its lease runs out, and somebody else has it.
  if (by.signal?.aborted) return error;
  const failures = error ? closed.failures + 1 : 0;
  await noteTurn(db, closed, {
    fetchedUntil: until,
    failures,
    error,
    nextAt: isBehind ? now : nextTurn(now, failures),
    fetchedAt: error ? null : now,
  });
  return error;
}

/** Fetches the reports of all feeds whose turn it is, and says how many turns went well and what failed. */
export async function fetchDueFeeds(
  db: Db,
  now: Date,
  by: Fetching,
): Promise<{ fetched: number; failed: string[] }> {
  const done = { fetched: 0, failed: [] as string[] };
  // Bounded: a feed that is behind is due again at once, and other upkeep waits meanwhile.
  for (let turn = 0; turn < 20; turn += 1) {
    const feed = by.signal?.aborted ? undefined : await takeDueFeed(db, now);
    if (!feed) break;
    const error = await haveTurn(db, feed, now, by);
    if (by.signal?.aborted) break;
    if (error) done.failed.push(error);
    else done.fetched += 1;
  }
  return done;
}
