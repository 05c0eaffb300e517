import type { Db, Trx } from '../database/open.ts';
import type { IncidentRow } from '../database/tables.ts';
import { lockIncident } from '../incidents/store.ts';
import type { Round } from '../letters/rounds.ts';
import { invalid, notFound, Problem } from '../problem.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { isDeadList } from '../providers/dead-lists.ts';
import { append } from '../timeline/store.ts';
import type { Actor } from '../web/access.ts';
import { lookAgain } from './cause-store.ts';
import { situationOf } from './derive.ts';
import type { StepAnswer } from './engine.ts';
import type { Situation } from './facts.ts';
import type { Known, Material } from './material.ts';
import { CLOSED_STEP, type NextStep, nextStep } from './next-step.ts';
import { type ReadMaterial, readMaterial } from './read-material.ts';

/** A closed incident has neither situation nor material. */
export type ReadStep = { step: NextStep; situation: Situation | null; material: ReadMaterial | null };
const CLOSED: ReadStep = { step: CLOSED_STEP, situation: null, material: null };

async function readStepAnswers(db: Db | Trx, numbers: number[]): Promise<Map<number, StepAnswer[]>> {
  const rows = await db
    .selectFrom('step_answers')
    .selectAll()
    .where('incident_number', 'in', numbers)
    .orderBy('step')
    .execute();
  return new Map(
    [...Map.groupBy(rows, (row) => row.incident_number)].map(([number, all]) => [
      number,
      all.map((row) => ({
        step: row.step,
        key: row.key,
        snoozedUntil: row.snoozed_until,
        dismissedReason: row.dismissed_reason,
        by: row.by_name,
        at: row.at,
      })),
    ]),
  );
}

function knownOf({ row, cited }: Material, catalogue: Catalogue): Known {
  return {
    provider: catalogue.byKey.get(row.provider),
    citedOwner: cited?.owner ? catalogue.byKey.get(cited.owner) : undefined,
    isDeadList: isDeadList(cited?.name ?? '', catalogue),
  };
}

/**
 * The next step of each of these incidents, in a number of queries that does not depend on how many they are. Worked
 * out anew each time: what it rests on changes with the clock and with evidence that no incident is told of. Those
 * that are closed cost nothing. `isNew`: see `readMaterial`.
 */
export async function readSteps(
  db: Db | Trx,
  rows: IncidentRow[],
  catalogue: Catalogue,
  now: Date,
  isNew = false,
): Promise<Map<number, ReadStep>> {
  const unfinished = rows.filter((row) => row.state !== 'closed');
  const steps = new Map<number, ReadStep>(rows.map((row) => [row.number, CLOSED]));
  if (unfinished.length === 0) return steps;
  const numbers = unfinished.map((row) => row.number);
  const [materials, answers] = await Promise.all([
    readMaterial(db, unfinished, catalogue, now, isNew),
    isNew ? new Map<number, StepAnswer[]>() : readStepAnswers(db, numbers),
  ]);
  for (const material of materials) {
    const { row } = material;
    const situation = situationOf(material, knownOf(material, catalogue), now);
    const step = nextStep(row, situation, answers.get(row.number) ?? [], now);
    steps.set(row.number, { step, situation, material });
  }
  return steps;
}

/** The next step of one incident, and what it was judged by. */
export async function readStep(
  db: Db | Trx,
  row: IncidentRow,
  catalogue: Catalogue,
  now: Date,
  isNew = false,
): Promise<ReadStep> {
  return (await readSteps(db, [row], catalogue, now, isNew)).get(row.number) ?? CLOSED;
}

/** The round of the letter that the next step asks for; undefined: it asks for none. */
export async function roundOfStep(...of: Parameters<typeof readStep>): Promise<Round | undefined> {
  const { button } = (await readStep(...of)).step;
  return button?.go === 'letter' ? button.round : undefined;
}

/** Keeps when the next step is due, by which the desk is sorted. Nothing of the incident itself has changed by it. */
export async function keepDue(trx: Trx, number: number, due: Date | null): Promise<void> {
  await trx.updateTable('incidents').set({ due_at: due }).where('number', '=', number).execute();
}

const MOST_DAYS = 400;
const DAY = 86_400_000;
export type NewStepAnswer = { step: string } & (
  | { until: Date; reason: string; dismiss?: never }
  | { dismiss: true; reason: string; until?: never }
);

function checkAnswer(answer: NewStepAnswer, now: Date): void {
  if (answer.dismiss && !answer.reason)
    throw invalid('reason', 'Say why, so that the timeline tells it later.');
  if (!answer.until) return;
  if (Number.isNaN(answer.until.getTime()) || answer.until <= now)
    throw invalid('until', 'Choose a time that is still to come.');
  if (answer.until.getTime() - now.getTime() > MOST_DAYS * DAY)
    throw invalid('until', `Choose a time within ${MOST_DAYS} days.`);
}

/**
 * A person puts the next step off, or dismisses it with a reason. The answer holds until what the step was judged by
 * changes. Throws `changed-meanwhile` when it is no longer the step that they saw.
 */
export async function answerStep(
  trx: Trx,
  actor: Actor,
  number: number,
  given: NewStepAnswer,
  { catalogue, now }: { catalogue: Catalogue; now: Date },
): Promise<void> {
  const answer = { ...given, reason: given.reason.trim() } as NewStepAnswer;
  checkAnswer(answer, now);
  const row = await lockIncident(trx, number);
  const read = (await readSteps(trx, [row], catalogue, now)).get(number);
  if (!read?.situation) throw new Problem('incident-closed', `Incident #${number} is closed.`);
  const { step, situation } = read;
  if (step.id !== answer.step)
    throw new Problem('changed-meanwhile', `The next step has changed meanwhile: ${step.what}`);
  if (answer.dismiss && !step.dismissible)
    throw invalid('step', 'This is what remains when no rule names a step; it cannot be dismissed.');
  const values = {
    key: situation.key,
    snoozed_until: answer.until ?? null,
    dismissed_reason: answer.dismiss ? answer.reason : null,
    by_name: actor.name,
    at: now,
  };
  await trx
    .insertInto('step_answers')
    .values({ incident_number: number, step: step.id, ...values })
    .onConflict((conflict) => conflict.columns(['incident_number', 'step']).doUpdateSet(values))
    .execute();
  const detail = { step: step.id, what: step.what, reason: answer.reason };
  await append(
    trx,
    answer.until
      ? {
          incident: number,
          kind: 'step-snoozed',
          actor,
          detail: { ...detail, until: answer.until.toISOString() },
        }
      : { incident: number, kind: 'step-dismissed', actor, detail },
  );
  if (answer.until) await keepDue(trx, number, answer.until);
  await lookAgain(trx, number);
}

/** Brings a step back that was put off or dismissed. Throws `not-found` where nobody did. */
export async function resumeStep(
  trx: Trx,
  actor: Actor,
  number: number,
  id: string,
  { catalogue, now }: { catalogue: Catalogue; now: Date },
): Promise<void> {
  const row = await lockIncident(trx, number);
  const read = (await readSteps(trx, [row], catalogue, now)).get(number);
  await trx
    .deleteFrom('step_answers')
    .where('incident_number', '=', number)
    .where('step', '=', id)
    .returning('step')
    .executeTakeFirstOrThrow(() => notFound('such answer to a step'));
  const what =
    read?.step.dismissed.find((one) => one.step === id)?.what ?? (read?.step.id === id ? read.step.what : id);
  await append(trx, { incident: number, kind: 'step-resumed', actor, detail: { step: id, what } });
  await keepDue(trx, number, now);
  await lookAgain(trx, number);
}
