import type { Db, Trx } from '../database/open.ts';
import type { EvidenceResult } from '../database/tables.ts';
import { recordEvidence } from '../evidence/store.ts';
import { lockIncident } from '../incidents/store.ts';
import { claimText } from '../letters/claims/claims.ts';
import { invalid } from '../problem.ts';
import { append } from '../timeline/store.ts';
import type { Actor } from '../web/access.ts';
import { type Cause, type CauseClass, causeWords, claimsOfCause } from './causes.ts';

export type RecordedCause = Cause & { recordedAt: Date; by: string };

/** What was found to be the cause of each incident, as it was recorded last. */
export async function readCauses(db: Db | Trx, numbers: number[]): Promise<Map<number, RecordedCause>> {
  if (numbers.length === 0) return new Map();
  const rows = await db
    .selectFrom('incident_causes')
    .selectAll()
    .where('incident_number', 'in', numbers)
    .execute();
  return new Map(
    rows.map((row) => [
      row.incident_number,
      {
        class: row.class as CauseClass,
        found: row.found,
        fixed: row.fixed,
        foundAt: row.found_at,
        fixedAt: row.fixed_at,
        recordedAt: row.recorded_at,
        by: row.recorded_by_name,
      },
    ]),
  );
}

function checked(cause: Cause): Cause {
  const [found, fixed] = [cause.found.trim(), cause.fixed.trim()];
  if (!found) throw invalid('found', 'Say what was found, or what was checked.');
  if (!fixed && cause.fixedAt) throw invalid('fixed', 'Say what was changed then.');
  const fixedAt = fixed ? (cause.fixedAt ?? new Date()) : null;
  return { ...cause, found, fixed, fixedAt };
}

/**
 * Keeps what somebody found to be the cause, and what was done about it: it gates the next step, and is evidence for
 * what letters claim. What was recorded before stays in the timeline.
 */
export async function recordCause(trx: Trx, actor: Actor, number: number, given: Cause): Promise<void> {
  const cause = checked(given);
  await lockIncident(trx, number);
  const before = (await readCauses(trx, [number])).get(number);
  const row = {
    class: cause.class,
    found: cause.found,
    fixed: cause.fixed,
    found_at: cause.foundAt,
    fixed_at: cause.fixedAt,
    recorded_at: new Date(),
    recorded_by_name: actor.name,
  };
  await trx
    .insertInto('incident_causes')
    .values({ incident_number: number, ...row })
    .onConflict((conflict) => conflict.column('incident_number').doUpdateSet(row))
    .execute();
  await append(trx, {
    incident: number,
    kind: 'cause-recorded',
    actor,
    occurredAt: cause.fixedAt ?? cause.foundAt,
    detail: {
      cause: cause.class,
      about: causeWords(cause.class),
      found: cause.found,
      fixed: cause.fixed,
      fixedAt: cause.fixedAt?.toISOString() ?? null,
    },
  });
  await replaceEvidence(trx, actor, number, before, cause);
  await lookAgain(trx, number);
}

const SOURCE = 'the cause recorded with the incident';

/** The claims that follow. What only the cause before said is not known any more, and a corrected date is the date. */
async function replaceEvidence(
  trx: Trx,
  actor: Actor,
  number: number,
  before: Cause | undefined,
  cause: Cause,
): Promise<void> {
  const follow = claimsOfCause(cause).map((one) => ({ ...one, result: one.result as EvidenceResult }));
  const said = new Set(follow.map(({ claim }) => claim));
  const gone = (before ? claimsOfCause(before) : [])
    .filter(({ claim }) => !said.has(claim))
    .map(({ claim }) => ({
      claim,
      result: 'unknown' as const,
      words: 'the cause was corrected',
      at: new Date(),
    }));
  for (const { claim, result, words, at } of [...follow, ...gone]) {
    await trx
      .updateTable('evidence')
      .set({ observed_at: at })
      .where('incident_number', '=', number)
      .where('claim', '=', claim)
      .where('source', '=', SOURCE)
      .where('observed_at', '>', at)
      .execute();
    await recordEvidence(trx, actor, number, {
      claim,
      about: claimText(claim),
      result,
      words,
      source: SOURCE,
      observedAt: at,
      address: null,
    });
  }
}

/** Has the incident judged anew by the next sweep. */
export async function lookAgain(trx: Trx, number: number): Promise<void> {
  await trx
    .updateTable('step_judgements')
    .set({ look_at: new Date() })
    .where('incident_number', '=', number)
    .execute();
}
