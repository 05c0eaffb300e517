import type { Db, Trx } from '../../database/open.ts';
import type { LetterRow } from '../../database/tables.ts';
import type { LetterLibrary } from '../library.ts';
import type { LetterTemplate } from '../templates.ts';
import { countTurn, findTrial, lastGiven, lockOpenTrial } from './store.ts';
import { type Side, sideOf, wordingOfTurn } from './trial.ts';

/** What a letter is drafted from, and the comparison that gave it that wording. */
export type Assigned = { template: LetterTemplate; trial: number | null };

/**
 * The wording for a letter that is drafted now: by turn while two are compared, so that nobody picks, and the template
 * as it is otherwise. An incident whose last one was not sent gets the same again: discarding a draft would be picking.
 * A wording that this release cannot read loses its turn, and that letter is in no comparison.
 */
export async function takeTurn(
  trx: Trx,
  letters: LetterLibrary,
  incident: number,
  template: LetterTemplate,
): Promise<Assigned> {
  const trial = await lockOpenTrial(trx, template);
  if (!trial) return { template, trial: null };
  const last = await lastGiven(trx, trial.id, incident);
  const isUnsent = last !== undefined && last.state !== 'sent';
  const wording = isUnsent ? (last.template_version ?? 0) : wordingOfTurn(trial);
  if (!isUnsent) await countTurn(trx, trial.id);
  const assigned = await letters.wording(trx, template, wording);
  return assigned ? { template: assigned, trial: trial.id } : { template, trial: null };
}

/**
 * What a letter would be drafted from anew: the wording that it was given as long as the comparison runs, then what is
 * in force; and which of the two it was given.
 */
export async function standingOf(
  db: Db | Trx,
  letters: LetterLibrary,
  letter: LetterRow,
): Promise<{ template: LetterTemplate; side: Side | null }> {
  const trial = letter.wording_trial_id === null ? undefined : await findTrial(db, letter.wording_trial_id);
  const template =
    trial?.ended_at === null ? await letters.of(db, letter) : await letters.newestFor(db, letter);
  return { template, side: trial ? sideOf(trial, letter.template_version ?? 0) : null };
}
