import { covers, networkText } from '../addresses/address.ts';
import type { Db, Trx } from '../database/open.ts';
import type { IncidentRow } from '../database/tables.ts';
import { CAUSE_SOURCE, readCauses } from '../next-step/cause-store.ts';
import { causeOf } from '../next-step/told.ts';
import { getProfile } from '../profile/store.ts';
import type { Provider } from '../providers/schema.ts';
import { readEvidence } from './claims/claim-evidence.ts';
import type { ClaimSources, EvidenceRecord } from './claims/claims-from-facts.ts';
import {
  type DayCount,
  perDayOf,
  readDays,
  readEarlier,
  readRequests,
  readUsual,
  trafficOf,
  weeksOf,
} from './course.ts';
import type { AddressRow, LetterFacts } from './facts.ts';
import { newestAnswer, newestTicket, readAddresses, readRejections } from './incident-rows.ts';
import { namedList } from './named-list.ts';
import { questionsOf } from './questions.ts';
import { type Relapse, readRelapses } from './relapse.ts';
import { ruleOf } from './rule-of.ts';
import { readWarmUp } from './warm-up.ts';

/** How old a look may be that found an address on no list, in ms: as the claim. What was found stands until somebody looks again. */
const FRESH = 24 * 3_600_000;

type AddressOfIncident = { network: string; hostname: string; label: string; purpose: string };

/** What is known of one address or range of the incident; a list that has one of a range has the range. */
function addressRow(
  one: AddressOfIncident,
  records: EvidenceRecord[],
  days: DayCount[],
  now: Date,
): AddressRow {
  const address = networkText(one.network);
  const looks = records.filter(({ claim }) => claim === 'no-public-listing');
  const about = looks.find((record) => record.address === null || covers(record.address, address));
  const inside = looks.some(
    (record) => record.address !== null && covers(address, record.address) && record.result === 'contradicts',
  );
  const isOld = about?.result === 'supports' && now.getTime() - about.observedAt.getTime() > FRESH;
  const result = inside ? 'contradicts' : isOld ? 'unknown' : (about?.result ?? 'unknown');
  return {
    address,
    hostname: one.hostname,
    use: one.purpose || one.label,
    listed: result === 'unknown' ? null : result === 'contradicts',
    perDay: perDayOf(days, (counted) => covers(address, counted), now),
  };
}

export type Sources = {
  facts: LetterFacts;
  sources: ClaimSources;
  /** Of the newest refusal: the provider's rule that it fits, and the list that it names, with its operator. */
  rule: string | null;
  cited: { name: string; owner: string } | null;
};

/** The cause of a block that was lifted, and its fix, are none of the block that came back, as the next step goes by it. */
async function ofThisBlock(
  db: Db | Trx,
  { number }: IncidentRow,
  relapse: Relapse | undefined,
  evidence: EvidenceRecord[],
): Promise<EvidenceRecord[]> {
  if (!relapse) return evidence;
  const cause = (await readCauses(db, [number])).get(number) ?? null;
  return causeOf({ cause, blockedAgain: relapse })
    ? evidence
    : evidence.filter(({ source }) => source !== CAUSE_SOURCE);
}

/** What a letter of this incident can rest on, read in a fixed number of queries. */
export async function readSources(
  db: Db | Trx,
  row: IncidentRow,
  provider: Provider | undefined,
  now: Date,
): Promise<Sources> {
  const { number } = row;
  const [profile, addresses, rejections, ticket, reply, requests, days, earlier, usual] = await Promise.all([
    getProfile(db),
    readAddresses(db, number),
    readRejections(db, number),
    newestTicket(db, number),
    newestAnswer(db, number),
    readRequests(db, number),
    readDays(db, row, now),
    readEarlier(db, row),
    readUsual(db, row.provider),
  ]);
  const [relapses, rule] = await Promise.all([readRelapses(db, [row]), ruleOf(db, row, provider)]);
  const relapse = relapses.get(number);
  const letter = requests.at(-1);
  const timeOf = (one: (typeof rejections)[number]) => one.occurred_at ?? one.recorded_at;
  const newest = rejections.reduce<(typeof rejections)[number] | undefined>(
    (best, one) => (!best || timeOf(one) > timeOf(best) ? one : best),
    undefined,
  );
  const all = await readEvidence(db, {
    incident: number,
    provider: row.provider,
    networks: addresses.map((one) => networkText(one.network)),
    domains: profile.sendingDomains,
    newestRejection: newest ? timeOf(newest) : null,
    now,
  });
  const evidence = await ofThisBlock(db, row, relapse, all);
  const facts: LetterFacts = {
    providerName: provider?.name ?? row.provider,
    usedByOthers: provider !== undefined && provider.kind !== 'mailbox-provider',
    addresses: addresses.map((one) => networkText(one.network)),
    hostnames: addresses.map((one) => one.hostname).filter(Boolean),
    refusal: newest
      ? {
          text: newest.text,
          at: newest.occurred_at,
          recordedAt: newest.recorded_at,
          isGuess: newest.occurred_at_guessed,
          codes: [newest.reply_code, newest.enhanced_code, newest.block_code].filter(Boolean).join(' '),
        }
      : null,
    blockCode: newest?.block_code ?? '',
    recipientDomains: row.recipient_domains,
    ticketReference: ticket?.reference ?? '',
    lastLetter: letter ? { at: letter.at, round: letter.round } : null,
    lastReply: reply?.verdict ? { at: reply.at, verdict: reply.verdict, quote: reply.quote ?? '' } : null,
    incident: {
      number,
      beganAt: row.first_rejection_at,
      firstRejectionAt: relapse?.at ?? row.first_rejection_at,
      liftedBefore: relapse?.liftedAt ?? null,
      lastRejectionAt: row.last_rejection_at,
      rejectionCount: row.rejection_count,
      affected: row.affected,
      temporary: newest?.temporary ?? false,
      state: row.state,
      openedAt: row.opened_at,
      firstAnswerAt: row.first_answer_at,
      mitigatedAt: row.mitigated_at,
      recoveredAt: row.recovered_at,
      recipients: new Set(rejections.flatMap((one) => one.recipient?.toLowerCase() ?? [])).size,
    },
    requests,
    questions: reply?.verdict === 'needs-information' ? questionsOf(reply.text) : [],
    volumeWeeks: weeksOf(days, now),
    traffic: trafficOf(days, now),
    addressRows: addresses.map((one) => addressRow(one, evidence, days, now)),
    warmUp: readWarmUp(
      evidence.find(({ claim }) => claim === 'new-ip-warmup')?.words ?? '',
      addresses.find((one) => one.in_use_since)?.in_use_since ?? null,
    ),
    earlier,
    usual,
    list: newest ? namedList(newest.list_name, newest.text) : null,
    profile,
    now,
  };
  const sources: ClaimSources = {
    profile,
    addresses: addresses.map((one) => ({
      text: networkText(one.network),
      jmrpSince: one.jmrp_since,
      sndsSince: one.snds_since,
    })),
    rejections: rejections.map((one) => ({
      at: one.occurred_at,
      recordedAt: one.recorded_at,
      recipient: one.recipient,
      recipientDomain: one.recipient_domain,
    })),
    incident: number,
    evidence,
  };
  const { list_name: name, list_owner: owner } = newest ?? {};
  return {
    facts,
    sources,
    rule,
    cited: name && owner ? { name, owner } : null,
  };
}
