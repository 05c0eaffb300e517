import { sql } from 'kysely';
import type { Db, Trx } from '../database/open.ts';
import type { IncidentRow } from '../database/tables.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { append } from '../timeline/store.ts';
import { SYSTEM } from '../web/access.ts';
import { keepDue, type ReadStep, readSteps } from './store.ts';

const AT_ONCE = 50;
/** So many transactions a turn; what is left is taken a minute later. */
const MOST_TURNS = 40;
const HOUR = 3_600_000;

/** Unfinished incidents that changed since they were judged, or whose time to look has come; locked for this process. */
const toJudge = (trx: Trx, now: Date): Promise<IncidentRow[]> =>
  trx
    .selectFrom('incidents as i')
    .leftJoin('step_judgements as s', 's.incident_number', 'i.number')
    .selectAll('i')
    .where('i.state', '!=', 'closed')
    .where((eb) =>
      eb.or([
        eb('s.incident_number', 'is', null),
        eb('s.version', '!=', eb.ref('i.version')),
        eb('s.look_at', '<=', now),
      ]),
    )
    .orderBy('i.number')
    .limit(AT_ONCE)
    .forUpdate('i')
    .skipLocked()
    .execute();

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

/**
 * Reminds once of each step that became due, in the incident’s timeline. Any number of processes may run this at a
 * time, and it may end anywhere: incidents are locked and taken by one, and what was reminded of is kept in the same
 * transaction. Returns how many reminders there were.
 */
export async function remindOfSteps(db: Db, catalogue: Catalogue, now: Date): Promise<number> {
  let reminded = 0;
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    const { taken, due } = await db.transaction().execute(async (trx) => {
      const rows = await toJudge(trx, now);
      const steps = await readSteps(trx, rows, catalogue, now);
      let due = 0;
      for (const row of rows) {
        const read = steps.get(row.number);
        if (read && (await judge(trx, row, read, now))) due++;
      }
      return { taken: rows.length, due };
    });
    reminded += due;
    if (taken < AT_ONCE) break;
  }
  return reminded;
}
