import type { Db } from '../database/open.ts';
import { fromLocalInput, isoDay } from '../web/format.ts';
import { badgeOf, factRow } from './badge.ts';
import { differenceRows, differences } from './compare.ts';
import { kindTitles } from './kind-titles.ts';
import { aged } from './places/aged.ts';
import { lastGood, type Snapshot, type Subject, snapshotHistory, snapshotsAt } from './snapshots.ts';

const HISTORY_SHOWN = 50;

const DAY_MS = 86_400_000;

/** The end of a day in the viewer's zone: what was known then. */
const endOf = (day: string, zone: string) => fromLocalInput(`${day}T23:59:59`, zone);

const kindRow = (titleOf: (kind: string) => string) => (one: Snapshot) => ({
  id: one.id,
  title: titleOf(one.kind),
  summary: one.summary,
  firstSeenAt: one.first_seen_at,
  lastSeenAt: one.last_seen_at,
  ...badgeOf(one.outcome),
  facts: one.facts.map(factRow),
});

/** All that is known of one address or domain, what changed since a day, and when it changed. */
export async function subjectView(
  db: Db,
  subject: Subject,
  query: { since?: string | undefined; before?: number | undefined },
  { zone, now }: { zone: string; now: Date },
) {
  const titles = await kindTitles();
  const titleOf = (kind: string) => titles.get(kind) ?? kind;
  const order = [...titles.keys()];
  const standing = (await snapshotsAt(db, subject, now)).toSorted(
    (a, b) => order.indexOf(a.kind) - order.indexOf(b.kind),
  );
  const good = query.since ? undefined : await lastGood(db, subject);
  const at = query.since ? endOf(query.since, zone) : good;
  const [earlier, history] = await Promise.all([
    at ? snapshotsAt(db, subject, at) : Promise.resolve([]),
    snapshotHistory(db, subject, { limit: HISTORY_SHOWN, before: query.before }),
  ]);
  const shown = history.slice(0, HISTORY_SHOWN);
  return {
    name: subject.address ?? subject.domain ?? '',
    isAddress: subject.address !== undefined,
    kinds: standing.map((one) => kindRow(titleOf)(aged(one, now))),
    // Before the first look nothing was known to be well.
    compared:
      at && (query.since || earlier.length > 0)
        ? { at, wasGood: good !== undefined, isEmpty: earlier.length === 0 }
        : null,
    // The day before: the end of the day itself may be yet to come.
    sinceDay: query.since ?? (at ? isoDay(new Date(at.getTime() - DAY_MS), zone) : ''),
    today: isoDay(now, zone),
    changes: earlier.length > 0 ? differenceRows(differences(earlier, standing), titleOf) : [],
    history: shown.map((one) => ({ ...kindRow(titleOf)(one), facts: [] })),
    errors: {} as Record<string, string>,
    problem: '',
    typed: '',
    older: history.length > shown.length ? (shown.at(-1)?.id ?? null) : null,
  };
}
