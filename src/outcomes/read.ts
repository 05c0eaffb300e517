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
