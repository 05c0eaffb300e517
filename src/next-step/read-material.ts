import { covers } from '../addresses/address.ts';
import type { Db, Trx } from '../database/open.ts';
import type { IncidentRow } from '../database/tables.ts';
import { claimRecords } from '../evidence/claim-records.ts';
import { kindTitles } from '../evidence/kind-titles.ts';
import { listRowsOf } from '../evidence/list-rows.ts';
import { type Snapshot, standingOfGroups } from '../evidence/snapshots.ts';
import { later } from '../incidents/incidents.ts';
import { tellingRejections } from '../incidents/telling-rejections.ts';
import { judgeClaims } from '../letters/claims/claims.ts';
import { recordedEvidence } from '../letters/claims/recorded.ts';
import { readRelapses } from '../letters/relapse.ts';
import { undeliveredOf } from '../mail-out/shown.ts';
import { getProfile } from '../profile/store.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { type RecordedCause, readCauses } from './cause-store.ts';
import {
  type AddressOf,
  readAddresses,
  readAnswers,
  readDeliveries,
  readEvidence,
  readLetterClaims,
  readSent,
  readTickets,
} from './incident-rows.ts';
import type { Material } from './material.ts';
import { earlierOf, readEarlier, readNearby, readUpstream, triedAt } from './other-incidents.ts';
import { RULES } from './rules.ts';

const YEAR = 365 * 86_400_000;

const RULE_CLAIMS = [...new Set(RULES.flatMap(({ when }) => when.flatMap(Object.keys)))].flatMap((name) =>
  name.startsWith('claim:') ? [name.slice('claim:'.length)] : [],
);

const newest = (times: Date[]): Date | null => times.reduce<Date | null>(later, null);

/** Since when these say what they say for us; `claim`: for that one. */
const supportedAt = (snapshots: Snapshot[], claim?: string): Date[] =>
  snapshots
    .filter(({ claims }) =>
      claims.some((one) => one.result === 'supports' && (claim === undefined || one.claim === claim)),
    )
    .map((one) => one.first_seen_at);

/** The same of what people recorded. */
const saidFor = (evidence: { result: string; said_since: Date }[]): Date[] =>
  evidence.flatMap((one) => (one.result === 'supports' ? [one.said_since] : []));

/** Letters that went out in these incidents, oldest first. */
const sentIn = (sent: Awaited<ReturnType<typeof readSent>>, numbers: number[]): Material['sent'] =>
  numbers
    .toSorted((a, b) => a - b)
    .flatMap((number) => sent.get(number) ?? [])
    .flatMap(({ round, sent_at: at }) => (at ? [{ round, at }] : []));

/** With what the incident’s page shows as it stands. */
export type ReadMaterial = Material & {
  row: IncidentRow;
  cause: RecordedCause | null;
  snapshots: Snapshot[];
};

/**
 * All that is known of these incidents, in a number of queries that does not depend on how many they are. `isNew`: they
 * were logged in this transaction, so that nobody did anything in them yet.
 */
export async function readMaterial(
  db: Db | Trx,
  rows: IncidentRow[],
  catalogue: Catalogue,
  now: Date,
  isNew = false,
): Promise<ReadMaterial[]> {
  if (rows.length === 0) return [];
  const numbers = rows.map((row) => row.number);
  const done = async <Key, Row>(read: (of: Db | Trx, numbers: number[]) => Promise<Map<Key, Row>>) =>
    isNew ? new Map<Key, Row>() : read(db, numbers);
  const lists = catalogue.providers.filter(({ kind }) => kind === 'block-list').map(({ key }) => key);
  const [
    profile,
    titles,
    addresses,
    rejections,
    sent,
    sentClaims,
    drafts,
    answers,
    tickets,
    evidence,
    deliveries,
    earlier,
    nearby,
    undelivered,
    causes,
    upstream,
    blockedAgain,
  ] = await Promise.all([
    getProfile(db),
    kindTitles(),
    readAddresses(db, numbers),
    tellingRejections(db, numbers),
    done(readSent),
    done((...of) => readLetterClaims(...of, 'sent')),
    done((...of) => readLetterClaims(...of, 'draft')),
    done(readAnswers),
    done(readTickets),
    done(readEvidence),
    readDeliveries(db, numbers, lists, now),
    readEarlier(db, numbers, new Date(now.getTime() - YEAR)),
    readNearby(db, numbers),
    done(undeliveredOf),
    done(readCauses),
    readUpstream(db, numbers),
    readRelapses(db, rows),
  ]);
  const groups = [...addresses.values()].map((own) => own.map(({ network }) => network));
  const earlierNumbers = [...earlier.values()].flat().map((one) => one.earlier);
  const [all, sentBefore] = await Promise.all([
    standingOfGroups(db, groups, profile.sendingDomains),
    readSent(db, [...new Set(earlierNumbers)]),
  ]);
  const byAddress = [...Map.groupBy(all, ({ address }) => address)];

  return rows.map((row): ReadMaterial => {
    const { number } = row;
    const own: AddressOf[] = addresses.get(number) ?? [];
    const texts = own.map(({ network }) => network);
    const snapshots = byAddress.flatMap(([address, some]) =>
      address === null || texts.some((network) => covers(network, address)) ? some : [],
    );
    const recorded = evidence.get(number) ?? [];
    const lastClaims = sentClaims.get(number) ?? [];
    const draft = drafts.get(number);
    const draftStates = (draft ?? []).filter(({ stated }) => stated).map(({ key }) => key);
    const claims = judgeClaims(
      [...new Set([...RULE_CLAIMS, ...lastClaims.map(({ key }) => key), ...draftStates])],
      {
        profile,
        addresses: own.map(({ network, jmrpSince, sndsSince }) => ({ text: network, jmrpSince, sndsSince })),
        rejections: [],
        evidence: [...recorded.map(recordedEvidence), ...claimRecords(snapshots, texts, titles)],
      },
      now,
    );
    const rejection = rejections.get(number);
    const answer = answers.get(number);
    const before = earlier.get(number) ?? [];
    const place = snapshots.find(({ kind }) => kind === `place-${row.provider}`);
    return {
      row,
      addresses: texts,
      rule: rejection?.rule ?? null,
      newestRejection: rejection ? { id: rejection.newest_id, temporary: rejection.temporary } : null,
      cited: rejection ? { name: rejection.list_name, owner: rejection.list_owner } : null,
      sent: sentIn(sent, [number]),
      sentBefore: sentIn(
        sentBefore,
        before.map((one) => one.earlier),
      ),
      blockedAgain: blockedAgain.get(number) ?? null,
      lastClaims,
      draft: draft !== undefined,
      draftStates,
      answer: answer?.verdict ? { verdict: answer.verdict, quote: answer.quote ?? '', at: answer.at } : null,
      ticket: tickets.get(number) ?? null,
      claims,
      namesRightSince: newest(supportedAt(snapshots, 'fcrdns-ok')),
      newestEvidenceAt: newest([...saidFor(recorded), ...supportedAt(snapshots)]),
      deliveries: deliveries.get(number) ?? { acceptedAt: null, refused: 0, all: 0 },
      cause: causes.get(number) ?? null,
      earlier: earlierOf(before),
      // One that was refused and closed is this same block, and no other one.
      earlierEnds: before.filter((one) => triedAt(one) === null).map(({ ended }) => ended),
      casesNearby: Math.max(0, ...own.map((one) => nearby.get(`${row.provider} ${one.nearby}`) ?? 0)),
      upstream: upstream.get(number) ?? null,
      snapshots,
      listRows: listRowsOf(snapshots),
      undelivered: undelivered.get(number),
      contacts: [profile.contactEmail, profile.replyAddress].filter(Boolean),
      place: place?.facts[0]?.words ?? null,
    };
  });
}
