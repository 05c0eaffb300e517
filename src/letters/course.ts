import { sql } from 'kysely';
import { networkText } from '../addresses/address.ts';
import { NO_ANSWERS } from '../correspondence/verdicts.ts';
import type { Db, Trx } from '../database/open.ts';
import type { IncidentRow } from '../database/tables.ts';
import type { LetterFacts, PastRequest, UsualLength, VolumeWeek } from './facts.ts';
import { isRequest } from './rounds.ts';

/** What has happened before a letter: each function is one query with a limit. */

const DAY = 86_400_000;
const MAX_REQUESTS = 12;
const MAX_EARLIER = 12;
/** The newest blocks by a provider from which its usual length is told; fewer than `LEAST` tell nothing. */
const MAX_LENGTHS = 200;
const LEAST = 5;
const VOLUME_DAYS = 30;
const WEEK_DAYS = 7;

/** Requests to the desk, oldest first, each with the first answer that counts after it and before the next one. */
export async function readRequests(db: Db | Trx, number: number): Promise<PastRequest[]> {
  const ofLetters = db
    .selectFrom('letters as l')
    .select(['l.round', 'l.sent_at'])
    // Of one that was withdrawn and sent again there are several of each: what counts is the newest.
    .select((eb) => [
      eb
        .selectFrom('messages as m')
        .leftJoin('tickets as t', 't.id', 'm.ticket_id')
        .select('t.reference')
        .whereRef('m.letter_id', '=', 'l.id')
        .where('m.direction', '=', 'out')
        .orderBy('m.id', 'desc')
        .limit(1)
        .as('reference'),
      eb
        .selectFrom('timeline_entries as e')
        .select('e.actor_name')
        .whereRef('e.letter_id', '=', 'l.id')
        .where('e.kind', '=', 'letter-sent')
        // Entries are found by their incident.
        .where('e.incident_number', '=', number)
        .orderBy('e.id', 'desc')
        .limit(1)
        .as('actor_name'),
    ])
    .where('l.incident_number', '=', number)
    .where('l.state', '=', 'sent')
    .orderBy('l.sent_at', 'desc')
    .limit(50)
    .execute();
  const ofAnswers = db
    .selectFrom('messages')
    .select(['at', 'verdict', 'quote'])
    .where('incident_number', '=', number)
    .where('direction', '=', 'in')
    .where('applied', '=', true)
    .where('verdict', 'not in', NO_ANSWERS)
    .orderBy('at', 'desc')
    .limit(50)
    .execute();
  const [letters, answers] = await Promise.all([ofLetters, ofAnswers]);
  const sent = letters
    .flatMap(({ sent_at: at, ...one }) => (at && isRequest(one.round) ? [{ at, ...one }] : []))
    .slice(0, MAX_REQUESTS)
    .reverse();
  return sent.map((one, index) => {
    const next = sent[index + 1]?.at;
    const answer = answers.findLast((reply) => reply.at > one.at && (!next || reply.at <= next));
    return {
      at: one.at,
      round: one.round,
      reference: one.reference ?? '',
      by: one.actor_name ?? '',
      answer: answer?.verdict ? { at: answer.at, verdict: answer.verdict, quote: answer.quote ?? '' } : null,
    };
  });
}

/** Other blocks of the same addresses by the same provider, begun in the twelve months before, newest first. */
export async function readEarlier(db: Db | Trx, row: IncidentRow): Promise<LetterFacts['earlier']> {
  const rows = await db
    .selectFrom('incident_addresses as ours')
    .innerJoin('incident_addresses as theirs', 'theirs.address_id', 'ours.address_id')
    .innerJoin('incidents as i', 'i.number', 'theirs.incident_number')
    .select(['i.number', 'i.opened_at', 'i.mitigated_at', 'i.recovered_at'])
    .distinct()
    .where('ours.incident_number', '=', row.number)
    .where('i.number', '<', row.number)
    .where('i.provider', '=', row.provider)
    .where('i.opened_at', '>', new Date(row.opened_at.getTime() - 365 * DAY))
    .orderBy('i.opened_at', 'desc')
    .limit(MAX_EARLIER)
    .execute();
  return rows.map((one) => ({
    number: one.number,
    at: one.opened_at,
    liftedAt: one.mitigated_at ?? one.recovered_at,
  }));
}

/** The value that a share of all do not exceed. */
const quantile = (sorted: number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;

/** How long blocks by a provider lasted here, of those among its newest that were lifted; null: too few to tell. */
export async function readUsual(db: Db | Trx, provider: string): Promise<UsualLength | null> {
  const rows = await db
    .selectFrom(
      db
        .selectFrom('incidents')
        .select(['opened_at', 'first_rejection_at', 'mitigated_at', 'recovered_at'])
        .where('provider', '=', provider)
        .where('merged_into', 'is', null)
        .orderBy('number', 'desc')
        .limit(MAX_LENGTHS)
        .as('newest'),
    )
    .selectAll()
    .execute();
  const lengths = rows
    .flatMap((one) => {
      const lifted = one.mitigated_at ?? one.recovered_at;
      return lifted ? [lifted.getTime() - (one.first_rejection_at ?? one.opened_at).getTime()] : [];
    })
    .filter((ms) => ms > 0)
    .sort((a, b) => a - b);
  if (lengths.length < LEAST) return null;
  return { count: lengths.length, median: quantile(lengths, 0.5), most: quantile(lengths, 0.9) };
}

export type DayCount = { address: string; day: Date; accepted: number; refused: number };

/** Deliveries of the incident's addresses to its provider in the last 30 days, by address and day (UTC). */
export async function readDays(db: Db | Trx, row: IncidentRow, now: Date): Promise<DayCount[]> {
  const counts = await db
    .selectFrom('observed_hours as o')
    .innerJoin('addresses as a', 'a.id', 'o.address_id')
    .select([
      'a.network',
      sql<Date>`date_trunc('day', o.hour, 'UTC')`.as('day'),
      sql<number>`coalesce(sum(o.count) filter (where o.outcome = 'accepted'), 0)::bigint`.as('accepted'),
      sql<number>`coalesce(sum(o.count) filter (where o.outcome <> 'accepted'), 0)::bigint`.as('refused'),
    ])
    .where('o.provider', '=', row.provider)
    .where('o.hour', '>=', new Date(now.getTime() - VOLUME_DAYS * DAY))
    .where('o.hour', '<=', now)
    .where(
      'o.address_id',
      'in',
      sql<number>`(select inside.id from incident_addresses ia
        join addresses around on around.id = ia.address_id
        join addresses inside on inside.network <<= around.network
        where ia.incident_number = ${row.number})`,
    )
    .groupBy(['a.network', sql`date_trunc('day', o.hour, 'UTC')`])
    .execute();
  return counts.map(({ network, ...one }) => ({ ...one, address: networkText(network) }));
}

const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
const startOf = (now: Date, days: number) => now.getTime() - days * DAY;

/** Deliveries of the last seven days; null: nothing was counted. */
export function trafficOf(days: DayCount[], now: Date): LetterFacts['traffic'] {
  const week = days.filter((one) => one.day.getTime() >= startOf(now, WEEK_DAYS));
  const traffic = {
    accepted: sum(week.map((one) => one.accepted)),
    refused: sum(week.map((one) => one.refused)),
  };
  return traffic.accepted + traffic.refused > 0 ? traffic : null;
}

/** Attempts a day of the last seven whole days, rounded; null: none was counted. */
export function perDayOf(
  days: DayCount[],
  addresses: (address: string) => boolean,
  now: Date,
): number | null {
  const today = Math.floor(now.getTime() / DAY) * DAY;
  const week = days.filter(
    ({ address, day }) =>
      addresses(address) && day.getTime() < today && day.getTime() >= today - WEEK_DAYS * DAY,
  );
  return week.length > 0 ? Math.round(sum(week.map((one) => one.accepted + one.refused)) / WEEK_DAYS) : null;
}

/** Weeks that end with the last whole day, oldest first: least and most attempts of their days with any. */
export function weeksOf(days: DayCount[], now: Date): VolumeWeek[] {
  const today = Math.floor(now.getTime() / DAY) * DAY;
  const perDay = new Map<number, number>();
  for (const { day, accepted, refused } of days)
    if (day.getTime() < today)
      perDay.set(day.getTime(), (perDay.get(day.getTime()) ?? 0) + accepted + refused);
  return [4, 3, 2, 1].flatMap((ago) => {
    const from = today - ago * WEEK_DAYS * DAY;
    const to = from + (WEEK_DAYS - 1) * DAY;
    const counts = [...perDay].filter(([day]) => day >= from && day <= to).map(([, count]) => count);
    return counts.length > 0
      ? [{ from: new Date(from), to: new Date(to), least: Math.min(...counts), most: Math.max(...counts) }]
      : [];
  });
}
