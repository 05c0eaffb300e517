import { networkText } from '../addresses/address.ts';
import type { Db, Trx } from '../database/open.ts';
import type { IncidentRow } from '../database/tables.ts';
import { getProfile } from '../profile/store.ts';
import { ruleIdOf } from '../providers/playbook.ts';
import type { Provider } from '../providers/schema.ts';
import { readEvidence } from './claim-evidence.ts';
import type { ClaimSources } from './claims-from-facts.ts';
import type { LetterFacts } from './facts.ts';

const REJECTIONS = 500;

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
    .select(['a.network', 'a.hostname', 'a.jmrp_since', 'a.snds_since'])
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
  const letter = await db
    .selectFrom('letters')
    .select(['sent_at', 'round'])
    .where('incident_number', '=', number)
    .where('state', '=', 'sent')
    .orderBy('sent_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  const reply = await db
    .selectFrom('messages')
    .select(['at', 'verdict', 'quote'])
    .where('incident_number', '=', number)
    .where('direction', '=', 'in')
    .where('verdict', 'not in', ['acknowledged', 'other'])
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
    lastLetter: letter?.sent_at ? { at: letter.sent_at, round: letter.round } : null,
    lastReply: reply?.verdict ? { at: reply.at, verdict: reply.verdict, quote: reply.quote ?? '' } : null,
    incident: {
      number,
      firstRejectionAt: row.first_rejection_at,
      lastRejectionAt: row.last_rejection_at,
      rejectionCount: row.rejection_count,
      affected: row.affected,
      temporary: newest?.temporary ?? false,
    },
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
