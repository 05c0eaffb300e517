import { networkText } from '../addresses/address.ts';
import type { Db } from '../database/open.ts';
import { getProfile } from '../profile/store.ts';
import { badgeOf } from './badge.ts';
import { lastCheck } from './checks.ts';
import { kindTitles } from './kind-titles.ts';
import { type Snapshot, standingSnapshots } from './snapshots.ts';

/** Subjects after these are one click away. */
const SUBJECTS_SHOWN = 6;

/** Of a range, those with the worst news. */
const ADDRESSES_SHOWN = 50;

const RANK = { bad: 0, unknown: 1, note: 2, good: 3 };
const worstFirst = (a: Snapshot, b: Snapshot) => RANK[a.outcome] - RANK[b.outcome];

const rowOf = (titles: Map<string, string>) => (one: Snapshot) => ({
  title: titles.get(one.kind) ?? one.kind,
  summary: one.summary,
  seenAt: one.last_seen_at,
  ...badgeOf(one.outcome),
});

/** The subjects with what stands about each, those with the worst news first. */
async function bySubject(snapshots: Snapshot[]) {
  const titles = await kindTitles();
  return [...Map.groupBy(snapshots, (one) => one.address ?? one.domain ?? '')]
    .map(([subject, all]) => ({ subject, all: all.toSorted(worstFirst) }))
    .toSorted((a, b) => RANK[a.all[0]?.outcome ?? 'good'] - RANK[b.all[0]?.outcome ?? 'good'])
    .map(({ subject, all }) => ({
      subject,
      worst: badgeOf(all[0]?.outcome ?? 'unknown'),
      rows: all.map(rowOf(titles)),
    }));
}

/** What stands about the addresses of one network. */
export async function networkEvidence(db: Db, network: string) {
  const subjects = await bySubject(await standingSnapshots(db, { networks: [network], domains: [] }));
  return {
    subjects: subjects.slice(0, ADDRESSES_SHOWN),
    more: Math.max(0, subjects.length - ADDRESSES_SHOWN),
  };
}

/** What was looked up about an incident's addresses and our domains, and how far a look is that still goes on. */
export async function incidentEvidence(db: Db, number: number, networks: string[]) {
  const { sendingDomains } = await getProfile(db);
  const [check, snapshots] = await Promise.all([
    lastCheck(db, number),
    standingSnapshots(db, { networks, domains: sendingDomains }),
  ]);
  const subjects = await bySubject(snapshots);
  return {
    number,
    running: check !== undefined && check.finished_at === null,
    check: check
      ? { askedAt: check.asked_at, parts: check.parts, done: check.parts_done, finishedAt: check.finished_at }
      : null,
    subjects: subjects.slice(0, SUBJECTS_SHOWN),
    more: Math.max(0, subjects.length - SUBJECTS_SHOWN),
    moreAt: networks[0] ? `/addresses/${networkText(networks[0])}` : '/addresses',
  };
}
