import type { Db } from '../database/open.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { append } from '../timeline/store.ts';
import { SYSTEM } from '../web/access.ts';
import { moveState } from './state-store.ts';
import { writeIncident } from './store.ts';

const AT_ONCE = 50;

/**
 * Brings back the incidents whose provider kept silent past its usual time. Any number of processes may
 * run this at a time: each incident is locked, and taken by one of them. Returns how many came back.
 */
export async function raiseDueFollowUps(db: Db, catalogue: Catalogue, now: Date): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const due = await trx
      .selectFrom('incidents')
      .selectAll()
      .where('follow_up_due_at', '<=', now)
      .where('state', '=', 'awaiting-provider')
      .orderBy('follow_up_due_at')
      .limit(AT_ONCE)
      .forUpdate()
      .skipLocked()
      .execute();
    for (const row of due) {
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
    }
    return due.length;
  });
}
