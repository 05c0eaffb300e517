import type { Insertable } from 'kysely';
import type { Db, Trx } from '../database/open.ts';
import type { LetterOverridesTable, LetterRow } from '../database/tables.ts';
import { invalid } from '../problem.ts';
import { append } from '../timeline/store.ts';
import type { Actor } from '../web/access.ts';
import { CLAIM_KEYS } from './claims/claims.ts';
import { currentDraft } from './draft-store.ts';
import { stopsOf } from './gate/judge.ts';
import { readJudgement } from './gate/store.ts';
import { lockDraft } from './letter-rows.ts';
import type { DraftedFrom } from './templates.ts';

function whyInSpite(reason: string): string {
  const why = reason.trim();
  if (!why) throw invalid('reason', 'Say why it is sent all the same.');
  if (why.length > 2000) throw invalid('reason', 'A reason has at most 2,000 characters.');
  return why;
}

async function keepOverride(
  trx: Trx,
  actor: Actor,
  override: Pick<Insertable<LetterOverridesTable>, 'letter_id' | 'kind' | 'key' | 'about' | 'reason'>,
): Promise<void> {
  await trx
    .insertInto('letter_overrides')
    .values({ ...override, by_name: actor.name })
    .onConflict((conflict) =>
      conflict
        .columns(['letter_id', 'kind', 'key'])
        .doUpdateSet({ reason: override.reason, by_name: actor.name, at: new Date() }),
    )
    .execute();
}

/** A person sends a contradicted claim all the same, and says why; the timeline keeps it. */
export async function overrideClaim(
  trx: Trx,
  actor: Actor,
  id: number,
  claim: string,
  about: string,
  reason: string,
): Promise<void> {
  if (!CLAIM_KEYS.includes(claim)) throw invalid('claim', `There is no claim “${claim}”.`);
  const why = whyInSpite(reason);
  const row = await lockDraft(trx, id);
  await keepOverride(trx, actor, { letter_id: id, kind: 'claim', key: claim, about, reason: why });
  await append(trx, {
    incident: row.incident_number,
    kind: 'claim-overridden',
    actor,
    letterId: id,
    detail: { claim, about, reason: why },
  });
}

/** A person sends a letter in spite of a finding that stops it, and says why; the timeline keeps it. */
export async function overrideFinding(
  trx: Trx,
  actor: Actor,
  id: number,
  of: DraftedFrom,
  key: string,
  reason: string,
): Promise<void> {
  const why = whyInSpite(reason);
  const row = await lockDraft(trx, id);
  const current = await currentDraft(trx, row, of, new Date());
  const judged = await readJudgement(trx, row, of, current);
  const stop = stopsOf(judged, []).find((one) => one.key === key);
  if (!stop)
    throw invalid(
      'finding',
      `Nothing called “${key.slice(0, 120)}” stops this letter as it is saved. Save it first.`,
    );
  const about = stop.title;
  await keepOverride(trx, actor, { letter_id: id, kind: 'finding', key, about, reason: why });
  await append(trx, {
    incident: row.incident_number,
    kind: 'finding-overridden',
    actor,
    letterId: id,
    detail: { finding: key, rule: stop.rule, about, reason: why },
  });
}

export const overridesOf = (db: Db | Trx, id: number) =>
  db.selectFrom('letter_overrides').selectAll().where('letter_id', '=', id).orderBy('at').execute();
/** The newest answer of each kind that other letters of the same incident were given. */
export const earlierOverrides = (
  db: Db | Trx,
  { id, incident_number }: Pick<LetterRow, 'id' | 'incident_number'>,
) =>
  db
    .selectFrom('letter_overrides as o')
    .innerJoin('letters as l', 'l.id', 'o.letter_id')
    .distinctOn(['o.kind', 'o.key'])
    .selectAll('o')
    .where('l.incident_number', '=', incident_number)
    .where('o.letter_id', '!=', id)
    .orderBy('o.kind')
    .orderBy('o.key')
    .orderBy('o.at', 'desc')
    .execute();

export const overriddenOf = async (trx: Trx, id: number) =>
  Object.groupBy(await overridesOf(trx, id), (one) => one.kind);
