import type { Db } from '../database/open.ts';
import { fanOut } from '../notifications/fan-out.ts';
import { SUBSCRIBERS } from '../notifications/subscribers.ts';

const READ_AFTER_MS = 4 * 86_400_000;

/** People were told as it happened, and read what is older than some days. Nothing is mailed. */
export async function tellDemo(db: Db, now: Date): Promise<void> {
  while ((await fanOut(db, SUBSCRIBERS)) > 0);
  await db
    .updateTable('notices')
    .set({ read_at: now })
    .where('happened_at', '<', new Date(now.getTime() - READ_AFTER_MS))
    .execute();
  await db.updateTable('notices').set({ mail_due_at: null }).execute();
}
