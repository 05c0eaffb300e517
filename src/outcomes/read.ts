import type { Db, Trx } from '../database/open.ts';
import type { OutcomeSumsTable } from '../database/tables.ts';
import type { Sum } from './sums.ts';

const sumOf = ({
  answer_steps: answerSteps,
  mitigation_steps: mitigationSteps,
  ...row
}: OutcomeSumsTable): Sum => ({
  ...row,
  answerSteps,
  mitigationSteps,
});

/** The sums of one provider, with those of each claim. Their number grows with wordings and claims, not with letters. */
export async function sumsOf(db: Db | Trx, provider: string): Promise<Sum[]> {
  const rows = await db
    .selectFrom('outcome_sums')
    .selectAll()
    .where('provider', '=', provider)
    .where('sent', '>', 0)
    .execute();
  return rows.map(sumOf);
}

/** The sums of all providers, without those of claims. */
export async function sumsOfAll(db: Db): Promise<Sum[]> {
  const rows = await db
    .selectFrom('outcome_sums')
    .selectAll()
    .where('claim', '=', '')
    .where('sent', '>', 0)
    .execute();
  return rows.map(sumOf);
}

/** The newest letters to a provider that had the block lifted, of other incidents. */
export const lettersThatWorked = (db: Db, provider: string, except: number) =>
  db
    .selectFrom('letter_outcomes as o')
    .innerJoin('incidents as i', 'i.number', 'o.incident_number')
    .select(['o.letter_id as id', 'o.incident_number', 'o.round', 'o.sent_at', 'i.title', 'i.mitigated_at'])
    .where('o.provider', '=', provider)
    .where('o.verdict', 'in', ['mitigated', 'conditionally-mitigated'])
    .where('o.incident_number', '!=', except)
    .orderBy('o.sent_at', 'desc')
    .limit(3)
    .execute();
