import { sql } from 'kysely';
import type { Db } from '../database/open.ts';

/** Times of one provider's incidents, in seconds; null where none has got that far. */
export type ProviderTimes = {
  provider: string;
  incidents: number;
  unfinished: number;
  blocked: number | null;
  firstAnswer: number | null;
  mitigation: number | null;
  rounds: number | null;
  relapses: number;
};

/** How long each provider takes: medians over the incidents logged since a day. */
export async function timesByProvider(db: Db, since: Date): Promise<ProviderTimes[]> {
  const start = sql`least(first_rejection_at, opened_at)`;
  const median = (end: ReturnType<typeof sql>, from: ReturnType<typeof sql>) =>
    sql<
      number | null
    >`percentile_cont(0.5) within group (order by extract(epoch from (${end} - ${from}))) filter (where ${end} is not null and ${from} is not null)`;
  return db
    .selectFrom('incidents')
    .select((eb) => [
      'provider',
      eb.fn.countAll<number>().as('incidents'),
      sql<number>`count(*) filter (where state <> 'closed')`.as('unfinished'),
      median(sql`coalesce(mitigated_at, recovered_at, closed_at)`, start).as('blocked'),
      median(sql`first_answer_at`, sql`first_request_at`).as('firstAnswer'),
      median(sql`mitigated_at`, sql`first_request_at`).as('mitigation'),
      sql<number | null>`round(avg(round) filter (where mitigated_at is not null), 1)::float8`.as('rounds'),
      sql<number>`sum(relapses)::int8`.as('relapses'),
    ])
    .where('opened_at', '>=', since)
    .groupBy('provider')
    .orderBy('incidents', 'desc')
    .orderBy('provider')
    .execute();
}
