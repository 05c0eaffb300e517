import type { Selectable } from 'kysely';
import { note } from '../../audit/note.ts';
import type { Db, Trx } from '../../database/open.ts';
import { cutPage } from '../../database/page.ts';
import type { LetterState, WordingTrialsTable } from '../../database/tables.ts';
import type { Actor } from '../../web/access.ts';
import { wordingWords } from './trial.ts';

export type TrialRow = Selectable<WordingTrialsTable>;
type Named = { key: string; language: string };

const trialsOf = (db: Db | Trx, { key, language }: Named) =>
  db.selectFrom('wording_trials').selectAll().where('template', '=', key).where('language', '=', language);

const openOf = (db: Db | Trx, named: Named) => trialsOf(db, named).where('ended_at', 'is', null);

/** The comparison that runs of a template. */
export const openTrial = (db: Db | Trx, named: Named): Promise<TrialRow | undefined> =>
  openOf(db, named).executeTakeFirst();

/** Of which templates one runs. */
export const openTrials = (db: Db): Promise<{ template: string; language: string }[]> =>
  db.selectFrom('wording_trials').select(['template', 'language']).where('ended_at', 'is', null).execute();

/** As {@link openTrial}, and nobody else takes a turn or ends it until this transaction is over. */
export const lockOpenTrial = (trx: Trx, named: Named): Promise<TrialRow | undefined> =>
  openOf(trx, named).forUpdate().executeTakeFirst();

export const findTrial = (db: Db | Trx, id: number): Promise<TrialRow | undefined> =>
  db.selectFrom('wording_trials').selectAll().where('id', '=', id).executeTakeFirst();

/** One of a template's own. */
export const lockTrial = (trx: Trx, named: Named, id: number): Promise<TrialRow | undefined> =>
  trialsOf(trx, named).where('id', '=', id).forUpdate().executeTakeFirst();

/** Comparisons of a template, the newest first, below an id. */
export async function listTrials(
  db: Db | Trx,
  named: Named,
  { limit, below }: { limit: number; below?: number | undefined },
): Promise<{ items: TrialRow[]; next: number | null }> {
  const rows = await trialsOf(db, named)
    .$if(below !== undefined, (query) => query.where('id', '<', below ?? 0))
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  return cutPage(rows, limit, ({ id }) => id);
}

const calledSo = ({ key, language }: Named) => `${key} (${language})`;

/** Undefined: one runs already. */
export async function addTrial(
  trx: Trx,
  actor: Actor,
  named: Named,
  { a, b }: { a: number; b: number },
): Promise<{ id: number } | undefined> {
  const { key, language } = named;
  const added = await trx
    .insertInto('wording_trials')
    .values({ template: key, language, wording_a: a, wording_b: b, started_by_name: actor.name })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  if (added)
    await note(trx, actor, 'wording-trial-started', {
      subject: calledSo(named),
      detail: { id: added.id, a: wordingWords(a), b: wordingWords(b) },
    });
  return added;
}

export async function countTurn(trx: Trx, id: number): Promise<void> {
  await trx
    .updateTable('wording_trials')
    .set((eb) => ({ turn: eb('turn', '+', 1) }))
    .where('id', '=', id)
    .execute();
}

export async function closeTrial(
  trx: Trx,
  actor: Actor,
  { id, template: key, language }: TrialRow,
  { chosen }: { chosen: number | null },
): Promise<void> {
  await trx
    .updateTable('wording_trials')
    .set({ ended_at: new Date(), ended_by_name: actor.name, chosen })
    .where('id', '=', id)
    .execute();
  await note(trx, actor, 'wording-trial-ended', {
    subject: calledSo({ key, language }),
    detail: { id, chosen: chosen === null ? '' : wordingWords(chosen) },
  });
}

/** What a comparison gave an incident last. */
export const lastGiven = (
  trx: Trx,
  trial: number,
  incident: number,
): Promise<{ template_version: number | null; state: LetterState } | undefined> =>
  trx
    .selectFrom('letters')
    .select(['template_version', 'state'])
    .where('incident_number', '=', incident)
    .where('wording_trial_id', '=', trial)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();

/** Versions that have a text, the newest first. */
export const listWordings = (db: Db | Trx, { key, language }: Named, limit: number) =>
  db
    .selectFrom('letter_template_versions')
    .select(['version', 'note', 'by_name', 'at'])
    .where('template', '=', key)
    .where('language', '=', language)
    .where('body', 'is not', null)
    .orderBy('version', 'desc')
    .limit(limit)
    .execute();
