import type { Db, Trx } from '../database/open.ts';
import type { EvidenceResult, IncidentRow } from '../database/tables.ts';
import { recordEvidence } from '../evidence/store.ts';
import { lockIncident } from '../incidents/store.ts';
import { claimText } from '../letters/claims/claims.ts';
import { readRelapses } from '../letters/relapse.ts';
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

/** `foundAt`: null: now, or when it was said before. */
export type NewCause = Omit<Cause, 'foundAt'> & { foundAt: Date | null };

/** Forms send minutes. */
const MINUTE = 60_000;
const minuteOf = (at: Date) => Math.floor(at.getTime() / MINUTE);
/** What was said before keeps its moment, unless another one is named. */
const momentOf = (given: Date | null, before: Date | null): Date =>
  before && (!given || minuteOf(given) === minuteOf(before)) ? before : (given ?? new Date());

function checked(cause: NewCause, before: Cause | undefined): Cause {
  const [found, fixed] = [cause.found.trim(), cause.fixed.trim()];
  if (!found) throw invalid('found', 'Say what was found, or what was checked.');
  if (!fixed && cause.fixedAt) throw invalid('fixed', 'Say what was changed then.');
  const isSame = before?.class === cause.class;
  const foundBefore = isSame && before.found === found ? before.foundAt : null;
  const fixedBefore = isSame && before.fixed === fixed ? before.fixedAt : null;
  return {
    class: cause.class,
    found,
    fixed,
    foundAt: momentOf(cause.foundAt, foundBefore),
    fixedAt: fixed ? momentOf(cause.fixedAt, fixedBefore) : null,
  };
}

/** Said once more it is no new fact, except of a block that came back since: it has this cause as well. */
async function isKnown(trx: Trx, row: IncidentRow, cause: Cause, before: RecordedCause | undefined) {
  if (!before || (Object.keys(cause) as (keyof Cause)[]).some((name) => !isEqual(cause[name], before[name])))
    return false;
  const again = (await readRelapses(trx, [row])).get(row.number);
  return again === undefined || before.recordedAt >= again.at;
}
const isEqual = (a: Cause[keyof Cause], b: Cause[keyof Cause]) => a?.valueOf() === b?.valueOf();

/**
 * Keeps what somebody found to be the cause, and what was done about it: it gates the next step, and is evidence for
 * what letters claim. What was recorded before stays in the timeline.
 */
export async function recordCause(trx: Trx, actor: Actor, number: number, given: NewCause): Promise<void> {
  const incident = await lockIncident(trx, number);
  const before = (await readCauses(trx, [number])).get(number);
  const cause = checked(given, before);
  if (await isKnown(trx, incident, cause, before)) return;
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

/** Of the evidence that it makes. */
export const CAUSE_SOURCE = 'the cause recorded with the incident';

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
      .where('source', '=', CAUSE_SOURCE)
      .where('observed_at', '>', at)
      .execute();
    await recordEvidence(trx, actor, number, {
      claim,
      about: claimText(claim),
      result,
      words,
      source: CAUSE_SOURCE,
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
