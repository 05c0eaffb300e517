import type { Db } from '../../database/open.ts';
import { getProfile } from '../../profile/store.ts';
import type { Catalogue } from '../../providers/catalogue.ts';
import { type Snapshot, standingSnapshots } from '../snapshots.ts';
import { type CheckResult, type CheckRow, checklistOf } from './checklist.ts';

const NO_PROVIDER: Record<string, string> = { standard: 'the standards', practice: 'many receivers' };
const ABOUT = [
  { about: 'address', title: 'The address' },
  { about: 'domain', title: 'The sending domain' },
  { about: 'message', title: 'Each message' },
] as const;
const BADGES: Record<CheckResult, { is: string; icon: string; words: string }> = {
  pass: { is: 'good', icon: 'e-good', words: 'pass' },
  fail: { is: 'bad', icon: 'e-bad', words: 'fail' },
  unknown: { is: '', icon: 'e-unknown', words: 'unknown' },
};

function askedBy({ who, senders, since, advised }: CheckRow['askedBy'][number], catalogue: Catalogue) {
  const more = [
    senders === 'bulk' ? 'bulk senders' : '',
    since ? `since ${since}` : '',
    advised ? 'advised' : '',
  ].filter(Boolean);
  const name = NO_PROVIDER[who] ?? catalogue.byKey.get(who)?.name ?? who;
  return `${name}${more.length > 0 ? ` (${more.join(', ')})` : ''}`;
}

const rowView = (row: CheckRow, catalogue: Catalogue) => ({
  words: row.words,
  askedBy: row.askedBy.map((asker) => askedBy(asker, catalogue)).join('; '),
  references: row.references.join(', '),
  evidence: row.evidence,
  at: row.at,
  fix: row.result === 'pass' ? '' : row.fix,
  badge: BADGES[row.result],
});

const held = (one: Snapshot) => ({ kind: one.kind, facts: one.facts, at: one.last_seen_at });

/** What standards and large receivers ask of an address and a sending domain, and how far it is borne out. */
export async function checklistView(
  { db, catalogue }: { db: Db; catalogue: Catalogue },
  address: string,
  asked: string | undefined,
  now: Date,
) {
  const { sendingDomains } = await getProfile(db);
  const domain = sendingDomains.find((one) => one === asked) ?? sendingDomains[0] ?? '';
  const snapshots = await standingSnapshots(db, { networks: [address], domains: domain ? [domain] : [] });
  const rows = checklistOf(snapshots.map(held), now);
  const count = (result: CheckResult) => rows.filter((row) => row.result === result).length;
  return {
    name: address,
    domain,
    domains: sendingDomains,
    passed: count('pass'),
    failed: count('fail'),
    unknown: count('unknown'),
    groups: ABOUT.map(({ about, title }) => ({
      about,
      title,
      rows: rows.filter((row) => row.about === about).map((row) => rowView(row, catalogue)),
    })),
  };
}
