import { networkText } from '../addresses/address.ts';
import type { Db } from '../database/open.ts';
import { getProfile } from '../profile/store.ts';
import { badgeOf } from './badge.ts';
import { type CheckProgress, lastCheck } from './checks/store.ts';
import { worstFirst } from './kind.ts';
import { kindTitles } from './kind-titles.ts';
import { aged } from './places/aged.ts';
import { RECORDED_KINDS } from './recorded-kinds.ts';
import { type Snapshot, standingSnapshots } from './snapshots.ts';

/** Subjects after these are one click away. */
const SUBJECTS_SHOWN = 6;

/** Of a range, those with the worst news. */
const ADDRESSES_SHOWN = 50;

/** A kind without any rows of which nothing can be said, such as a feed that nobody set up: the page of all evidence tells of it. */
const saysNothing = ({ outcome, facts }: Snapshot) => outcome === 'note' && facts.length === 0;

const rowOf = (titles: Map<string, string>) => (one: Snapshot) => ({
  title: titles.get(one.kind) ?? one.kind,
  summary: one.summary,
  seenAt: one.last_seen_at,
  ...badgeOf(one.outcome),
});

/** The subjects with what stands about each: addresses before domains, and of each those with the worst news first. */
async function bySubject(snapshots: Snapshot[]) {
  const titles = await kindTitles();
  const now = new Date();
  const telling = snapshots.filter((one) => !saysNothing(one)).map((one) => aged(one, now));
  return [...Map.groupBy(telling, (one) => one.address ?? one.domain ?? '')]
    .map(([subject, all]) => {
      const rows = all.toSorted(worstFirst);
      const outcome = rows[0]?.outcome ?? 'unknown';
      return { subject, isAddress: rows[0]?.address !== null, outcome, rows };
    })
    .toSorted((a, b) => Number(b.isAddress) - Number(a.isAddress) || worstFirst(a, b))
    .map(({ subject, isAddress, outcome, rows }) => ({
      subject,
      isAddress,
      open: isAddress || outcome === 'bad',
      worst: badgeOf(outcome),
      rows: rows.map(rowOf(titles)),
    }));
}

const SHOWN_APART = new Set(RECORDED_KINDS.map(({ key }) => key));

/** What stands about the addresses of one network. */
export async function networkEvidence(db: Db, network: string) {
  const snapshots = await standingSnapshots(db, { networks: [network], domains: [] });
  const subjects = await bySubject(snapshots.filter(({ kind }) => !SHOWN_APART.has(kind)));
  return {
    subjects: subjects.slice(0, ADDRESSES_SHOWN),
    more: Math.max(0, subjects.length - ADDRESSES_SHOWN),
  };
}

/** What was looked up about an incident's addresses and our domains, and how far a look is that still goes on. */
export async function incidentEvidence(
  number: number,
  networks: string[],
  check: CheckProgress | undefined,
  snapshots: Snapshot[],
) {
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

/** The same, read for itself. */
export async function readIncidentEvidence(db: Db, number: number, networks: string[]) {
  const { sendingDomains } = await getProfile(db);
  const [check, snapshots] = await Promise.all([
    lastCheck(db, number),
    standingSnapshots(db, { networks, domains: sendingDomains }),
  ]);
  return incidentEvidence(number, networks, check, snapshots);
}
