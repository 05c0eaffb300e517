import { covers, networkText } from '../addresses/address.ts';
import { NO_ANSWERS } from '../correspondence/verdicts.ts';
import type { Db, Trx } from '../database/open.ts';
import type { IncidentRow } from '../database/tables.ts';
import { getProfile } from '../profile/store.ts';
import { ruleIdOf } from '../providers/playbook.ts';
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
import { namedList } from './named-list.ts';
import { questionsOf } from './questions.ts';
import { readWarmUp } from './warm-up.ts';

const REJECTIONS = 500;
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

/** The provider's rule that the rejection recorded last fits; null: none of its own. */
export async function newestRule(db: Db | Trx, number: number, provider: string): Promise<string | null> {
  const newest = await db
    .selectFrom('rejections')
    .select('rule')
    .where('incident_number', '=', number)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return ruleIdOf(newest?.rule, provider);
}

/** What a letter of this incident can rest on, read in a fixed number of queries. */
export async function readSources(
  db: Db | Trx,
  row: IncidentRow,
  provider: Provider | undefined,
  now: Date,
): Promise<{ facts: LetterFacts; sources: ClaimSources; rule: string | null }> {
  const { number } = row;
  const profile = await getProfile(db);
  const addresses = await db
    .selectFrom('incident_addresses as ia')
    .innerJoin('addresses as a', 'a.id', 'ia.address_id')
    .select([
      'a.network',
      'a.hostname',
      'a.label',
      'a.purpose',
      'a.in_use_since',
      'a.jmrp_since',
      'a.snds_since',
    ])
    .where('ia.incident_number', '=', number)
    .orderBy('a.network')
    .execute();
  const rejections = await db
    .selectFrom('rejections')
    .select([
      'occurred_at',
      'recorded_at',
      'recipient',
      'recipient_domain',
      'text',
      'reply_code',
      'enhanced_code',
      'block_code',
      'temporary',
      'rule',
      'list_name',
    ])
    .where('incident_number', '=', number)
    .orderBy('id', 'desc')
    .limit(REJECTIONS)
    .execute();
  const ticket = await db
    .selectFrom('tickets')
    .select('reference')
    .where('incident_number', '=', number)
    .orderBy('state', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  const requests = await readRequests(db, number);
  const letter = requests.at(-1);
  const days = await readDays(db, row, now);
  const earlier = await readEarlier(db, row);
  const usual = await readUsual(db, row.provider);
  const reply = await db
    .selectFrom('messages')
    .select(['at', 'verdict', 'quote', 'text'])
    .where('incident_number', '=', number)
    .where('direction', '=', 'in')
    .where('verdict', 'not in', NO_ANSWERS)
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst();
  const timeOf = (one: (typeof rejections)[number]) => one.occurred_at ?? one.recorded_at;
  const newest = rejections.reduce<(typeof rejections)[number] | undefined>(
    (best, one) => (!best || timeOf(one) > timeOf(best) ? one : best),
    undefined,
  );
  const evidence = await readEvidence(db, {
    incident: number,
    provider: row.provider,
    networks: addresses.map((one) => networkText(one.network)),
    domains: profile.sendingDomains,
    newestRejection: newest ? timeOf(newest) : null,
    now,
  });
  const facts: LetterFacts = {
    providerName: provider?.name ?? row.provider,
    addresses: addresses.map((one) => networkText(one.network)),
    hostnames: addresses.map((one) => one.hostname).filter(Boolean),
    refusal: newest
      ? {
          text: newest.text,
          at: newest.occurred_at,
          recordedAt: newest.recorded_at,
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
      firstRejectionAt: row.first_rejection_at,
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
  return { facts, sources, rule: ruleIdOf(newest?.rule, row.provider) };
}
