import type { Db } from '../database/open.ts';
import { badgeOf } from '../evidence/badge.ts';
import { worstFirst } from '../evidence/kind.ts';
import { kindTitles } from '../evidence/kind-titles.ts';
import { stateWords } from '../incidents/incidents.ts';
import { invalid } from '../problem.ts';
import { listMemberships } from '../profile/memberships.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { EARLIEST, plusDays, startOf } from '../reports/period.ts';
import { writeCursor } from '../web/cursor.ts';
import { isoDay } from '../web/format.ts';
import {
  type About,
  deliveriesBetween,
  enrolledSince,
  type IncidentThen,
  incidentsThen,
  type SnapshotThen,
  snapshotsThen,
} from './as-of-store.ts';
import { stateAt, stateByMilestones } from './then.ts';

const SHOWN = 50;
const ADDRESSES_SHOWN = 20;
export const AS_OF_LIST = 'as-of';

/** A day in a zone, until its end or the present. Throws `invalid` for one that is yet to come. */
export function dayAsked(day: string, zone: string, now: Date): { at: Date; from: Date; day: string } {
  if (day < EARLIEST) throw invalid('asOf', `Choose a day since ${EARLIEST}.`);
  if (day > isoDay(now, zone)) throw invalid('asOf', 'This day is yet to come.');
  const end = startOf(plusDays(day, 1), zone).getTime() - 1;
  return { at: new Date(Math.min(end, now.getTime())), from: startOf(day, zone), day };
}

/** An incident as it was at a moment, with what was known of it then. */
export function incidentView(one: IncidentThen, at: Date, nameOf: (provider: string) => string) {
  const told = stateAt(one.entries, at);
  const isTold = one.entries.length > 0;
  const was = isTold ? told.was : stateByMilestones(one, at);
  const known = isTold ? told.known : was;
  const isKnown = one.recordedAt === null || one.recordedAt <= at;
  return {
    number: one.number,
    provider: one.provider,
    providerName: nameOf(one.provider),
    addresses: one.addresses,
    since: one.since,
    state: was.state,
    stateWords: stateWords(was.state),
    /** What people saw then, where it differs from what is known now. */
    knownAs: !isKnown ? 'not logged yet' : known.state === was.state ? '' : stateWords(known.state),
    isKnown,
    knownState: isKnown ? known.state : null,
    isBlocked: was.liftedAt === null,
    /** Null, as in `durations`: of one that ended when it began nobody knows. */
    blockedMs:
      was.liftedAt && was.liftedAt <= one.since ? null : (was.liftedAt ?? at).getTime() - one.since.getTime(),
    letters: one.letters,
    relapses: one.relapses,
    verdict: one.verdict,
    verdictWords: one.verdict ? stateWords(one.verdict) : '',
  };
}

/** What had been seen of each address by then; what was last seen long before says how long. */
async function evidenceView(snapshots: SnapshotThen[], at: Date) {
  const titles = await kindTitles();
  const subjects = [...Map.groupBy(snapshots, ({ address }) => address ?? '')].map(([subject, all]) => ({
    subject,
    rows: all
      .filter(({ outcome, facts }) => outcome !== 'note' || facts.length > 0)
      .toSorted(worstFirst)
      .map((one) => ({
        title: titles.get(one.kind) ?? one.kind,
        kind: one.kind,
        summary: one.summary,
        outcome: one.outcome,
        seenAt: one.first_seen_at,
        /** Later looks found the same; of these only the last is kept. */
        seenAgain: one.last_seen_at > at,
        lastSeenAt: one.last_seen_at <= at ? one.last_seen_at : null,
        listed:
          one.kind === 'public-lists'
            ? one.facts.filter(({ outcome }) => outcome === 'bad').map(({ label }) => label)
            : [],
        ...badgeOf(one.outcome),
      })),
  }));
  return {
    subjects: subjects.slice(0, ADDRESSES_SHOWN),
    more: Math.max(0, subjects.length - ADDRESSES_SHOWN),
  };
}

/** What was true of an address or a provider on a day, and what was known of it then. */
export async function asOf(
  { db, catalogue }: { db: Db; catalogue: Catalogue },
  about: About,
  asked: { day: string; zone: string; now: Date; after?: number | undefined; limit?: number },
) {
  const { at, from, day } = dayAsked(asked.day, asked.zone, asked.now);
  const nameOf = (key: string) => catalogue.byKey.get(key)?.name ?? key;
  const { limit = SHOWN, after } = asked;
  const [lasting, page, snapshots, deliveries, enrolled, memberships] = await Promise.all([
    incidentsThen(db, about, at, { limit: SHOWN, lasting: true }),
    incidentsThen(db, about, at, { limit, after }),
    about.network ? snapshotsThen(db, about.network, at) : [],
    about.network ? deliveriesBetween(db, about.network, { from, to: at }) : [],
    about.network ? enrolledSince(db, about.network) : null,
    about.network ? listMemberships(db) : [],
  ]);
  const view = (one: IncidentThen) => incidentView(one, at, nameOf);
  return {
    day,
    at,
    zone: asked.zone,
    // One that came back later was lifted in between.
    blocked: lasting.items.map(view).filter(({ isBlocked }) => isBlocked),
    moreBlocked: lasting.next !== null,
    incidents: page.items.map(view),
    next: page.next === null ? null : writeCursor(AS_OF_LIST, [day, page.next]),
    evidence: await evidenceView(snapshots, at),
    deliveries: deliveries.map((one) => ({
      ...one,
      name: one.provider ? nameOf(one.provider) : 'not in the catalogue',
    })),
    enrolled:
      enrolled === null
        ? null
        : {
            jmrp: enrolledBy(enrolled.jmrp, day),
            snds: enrolledBy(enrolled.snds, day),
            inUse: enrolledBy(enrolled.inUse, day),
            programmes: memberships
              .filter(({ since }) => since !== null && since <= day)
              .map(({ name, standing, since, expires_on: until }) => ({
                name,
                since: since ?? '',
                standing: until !== null && until < day ? 'ended' : standing,
              })),
          },
  };
}

/** Whether something that is dated was so on a day; null: nobody said since when. */
const enrolledBy = (since: string | null, day: string) =>
  since === null ? null : { since, wasSo: since <= day };
