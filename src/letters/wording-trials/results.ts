import type { Db, Trx } from '../../database/open.ts';
import { STEPS } from '../../outcomes/steps.ts';
import type { Counts } from '../../outcomes/sums.ts';
import { type Worked, workedOf } from '../../outcomes/view.ts';
import type { Verdict } from '../../providers/schema.ts';
import type { TrialRow } from './store.ts';

/** So many letters of a wording that became the same. */
type Group = {
  trial: number | null;
  wording: number;
  verdict: string | null;
  answer_step: number | null;
  mitigation_step: number | null;
  n: number;
};

/** Grouped by the database: what comes out does not grow with letters. */
const groupsOf = (db: Db | Trx, trials: number[]): Promise<Group[]> =>
  db
    .selectFrom('letters as l')
    .innerJoin('letter_outcomes as o', 'o.letter_id', 'l.id')
    .select((eb) => [
      'l.wording_trial_id as trial',
      'o.wording',
      'o.verdict',
      'o.answer_step',
      'o.mitigation_step',
      eb.fn.countAll<number>().as('n'),
    ])
    .where('l.wording_trial_id', 'in', trials)
    .groupBy(['l.wording_trial_id', 'o.wording', 'o.verdict', 'o.answer_step', 'o.mitigation_step'])
    .execute();

const KNOWN: (Verdict | null)[] = ['mitigated', 'conditionally-mitigated', 'denied', null];

function countsOf(groups: Group[]): Counts {
  const count = (is: (group: Group) => boolean) =>
    groups.filter(is).reduce((sum, group) => sum + Number(group.n), 0);
  const verdict = (wanted: Verdict) => count((group) => group.verdict === wanted);
  const steps = (step: 'answer_step' | 'mitigation_step') =>
    Array.from({ length: STEPS }, (_, index) => count((group) => group[step] === index + 1));
  return {
    sent: count(() => true),
    answered: count((group) => group.verdict !== null),
    mitigated: verdict('mitigated'),
    conditional: verdict('conditionally-mitigated'),
    denied: verdict('denied'),
    other: count((group) => !KNOWN.includes(group.verdict as Verdict | null)),
    answerSteps: steps('answer_step'),
    mitigationSteps: steps('mitigation_step'),
  };
}

export type Result = TrialRow & { a: Worked; b: Worked };

/**
 * Comparisons with what became of the letters that were given a wording in them. Other letters of the same wordings,
 * from before or after, do not count: somebody or some time picked those.
 */
export async function withResults(db: Db | Trx, trials: TrialRow[]): Promise<Result[]> {
  if (trials.length === 0) return [];
  const groups = await groupsOf(
    db,
    trials.map(({ id }) => id),
  );
  return trials.map((trial) => {
    const worked = (wording: number) =>
      workedOf(countsOf(groups.filter((one) => one.trial === trial.id && one.wording === wording)));
    return { ...trial, a: worked(trial.wording_a), b: worked(trial.wording_b) };
  });
}
