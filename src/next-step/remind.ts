import { sql } from 'kysely';
import type { Db, Trx } from '../database/open.ts';
import type { IncidentRow } from '../database/tables.ts';
import { eachAlone } from '../each-alone.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { append } from '../timeline/store.ts';
import { SYSTEM } from '../web/access.ts';
import { keepDue, type ReadStep, readSteps } from './store.ts';

const AT_ONCE = 50;
/** So many transactions a turn; what is left is taken a minute later. */
const MOST_TURNS = 40;
const HOUR = 3_600_000;

/** Unfinished incidents that changed since they were judged, or whose time to look has come. */
const toJudge = (db: Db | Trx, now: Date) =>
  db
    .selectFrom('incidents as i')
    .leftJoin('step_judgements as s', 's.incident_number', 'i.number')
    .where('i.state', '!=', 'closed')
    .where((eb) =>
      eb.or([
        eb('s.incident_number', 'is', null),
        eb('s.version', '!=', eb.ref('i.version')),
        eb('s.look_at', '<=', now),
      ]),
    )
    .orderBy('i.number')
    .limit(AT_ONCE);

/** Those of them that wait longest, but for some. */
const numbersToJudge = async (db: Db, now: Date, but: number[]): Promise<number[]> => {
  const rows = await toJudge(db, now)
    .select('i.number')
    .where('i.number', '!=', sql<number>`all(${sql.val(but)}::integer[])`)
    .execute();
  return rows.map(({ number }) => number);
};

/** Evidence changes without the incident: each is looked at once an hour, and when its step becomes due. */
function lookAt(due: Date | null, now: Date): Date {
  const later = new Date(now.getTime() + HOUR);
  return due !== null && due > now && due < later ? due : later;
}

async function judge(trx: Trx, row: IncidentRow, { step, situation }: ReadStep, now: Date): Promise<boolean> {
  const judged = {
    version: row.version,
    step: step.byHand ? 'by-hand' : step.id,
    due_at: step.due,
    look_at: lookAt(step.due, now),
  };
  await trx
    .insertInto('step_judgements')
    .values({ incident_number: row.number, ...judged })
    .onConflict((conflict) => conflict.column('incident_number').doUpdateSet(judged))
    .execute();
  if (row.due_at?.getTime() !== step.due?.getTime()) await keepDue(trx, row.number, step.due);
  if (!step.reminds || step.due === null || step.due > now) return false;
  const of = `${judged.step} ${situation?.key} ${step.due.toISOString()}`;
  // Another process may have read the row before this one wrote it: only who changes it reminds.
  const first = await trx
    .updateTable('step_judgements')
    .set({ reminded_of: of, reminded_at: now })
    .where('incident_number', '=', row.number)
    .where(sql<boolean>`reminded_of is distinct from ${of}`)
    .returning('incident_number')
    .executeTakeFirst();
  if (!first) return false;
  await append(trx, {
    incident: row.number,
    kind: 'step-due',
    actor: SYSTEM,
    occurredAt: step.due,
    detail: { step: judged.step, what: step.what, dueAt: step.due.toISOString() },
  });
  return true;
}

/** Judges these, each locked for this process, and reminds of what became due. */
const judgeThese = (db: Db, catalogue: Catalogue, numbers: number[], now: Date) =>
  db.transaction().execute(async (trx) => {
    const rows: IncidentRow[] = await toJudge(trx, now)
      .selectAll('i')
      .where('i.number', 'in', numbers)
      .forUpdate('i')
      .skipLocked()
      .execute();
    const steps = await readSteps(trx, rows, catalogue, now);
    let due = 0;
    for (const row of rows) {
      const read = steps.get(row.number);
      if (read && (await judge(trx, row, read, now))) due++;
    }
    return { taken: rows.length, due };
  });

/**
 * Reminds once of each step that became due, in the incident’s timeline. Any number of processes may run this at a
 * time, and it may end anywhere: incidents are locked and taken by one, and what was reminded of is kept in the same
 * transaction. One that cannot be judged holds up none of the others. Returns how many reminders there were.
 */
export async function remindOfSteps(
  db: Db,
  catalogue: Catalogue,
  now: Date,
  failed: (error: unknown) => void = () => {},
): Promise<number> {
  let reminded = 0;
  let taken = 0;
  const broken: number[] = [];
  const judgeSome = async (numbers: number[]) => {
    const judged = await judgeThese(db, catalogue, numbers, now);
    taken += judged.taken;
    reminded += judged.due;
  };
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    const numbers = await numbersToJudge(db, now, broken);
    taken = 0;
    try {
      if (numbers.length > 0) await judgeSome(numbers);
    } catch {
      const judgeOne = (number: number) => judgeSome([number]);
      await eachAlone(numbers, judgeOne, (error, number) => {
        broken.push(number);
        failed(error);
      });
    }
    if (numbers.length < AT_ONCE || taken === 0) break;
  }
  return reminded;
}
