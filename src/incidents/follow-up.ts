import type { Db, Trx } from '../database/open.ts';
import { eachAlone } from '../each-alone.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { append } from '../timeline/store.ts';
import { SYSTEM } from '../web/access.ts';
import { moveState } from './state-store.ts';
import { writeIncident } from './store.ts';

const AT_ONCE = 50;

/** Brings an incident back, unless that was done meanwhile or another process is at it. */
async function raise(trx: Trx, catalogue: Catalogue, number: number, now: Date): Promise<boolean> {
  const row = await trx
    .selectFrom('incidents')
    .selectAll()
    .where('number', '=', number)
    .where('follow_up_due_at', '<=', now)
    .where('state', '=', 'awaiting-provider')
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
  if (!row) return false;
  const at = row.follow_up_due_at ?? now;
  const provider = catalogue.byKey.get(row.provider)?.name ?? row.provider;
  await append(trx, {
    incident: row.number,
    kind: 'follow-up-due',
    actor: SYSTEM,
    occurredAt: at,
    detail: { provider, sentAt: (row.last_request_at ?? at).toISOString() },
  });
  await writeIncident(trx, row.number, { follow_up_due_at: null, last_verdict: null });
  await moveState(
    trx,
    SYSTEM,
    { ...row, follow_up_due_at: null },
    { kind: 'no-answer' },
    { reason: 'no answer in the usual time', at },
  );
  return true;
}

/**
 * Brings back the incidents whose provider kept silent past its usual time. Any number of processes may
 * run this at a time: each incident is locked, and taken by one of them. Returns how many came back.
 */
export async function raiseDueFollowUps(
  db: Db,
  catalogue: Catalogue,
  now: Date,
  failed: (error: unknown) => void = () => {},
): Promise<number> {
  const due = await db
    .selectFrom('incidents')
    .select('number')
    .where('follow_up_due_at', '<=', now)
    .where('state', '=', 'awaiting-provider')
    .orderBy('follow_up_due_at')
    .limit(AT_ONCE)
    .execute();
  let raised = 0;
  const raiseOne = async ({ number }: { number: number }) => {
    if (await db.transaction().execute((trx) => raise(trx, catalogue, number, now))) raised += 1;
  };
  await eachAlone(due, raiseOne, failed);
  return raised;
}
