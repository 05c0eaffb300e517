import type { Trx } from '../database/open.ts';
import type { WebhookTargetRow } from '../database/tables.ts';
import { type Attempted, takeTest } from './deliveries.ts';
import { testEvent } from './event.ts';
import { enqueueTest } from './lines.ts';
import { deliver, type WebhookDesk } from './worker.ts';

/** Writes a test event for a target, also for one that is paused. Returns its id. */
export const beginTest = (trx: Trx, target: WebhookTargetRow, actor: string, base: string): Promise<number> =>
  enqueueTest(
    trx,
    target.id,
    testEvent({ target: target.name, actor, page: `${base}/settings/webhooks/${target.id}`, at: new Date() }),
  );

/** Sends a test event and waits for what is answered. Undefined: somebody else is sending it, or has. */
export async function sendTest(desk: WebhookDesk, delivery: number): Promise<Attempted | undefined> {
  const taken = await takeTest(desk.db, delivery);
  return taken && deliver(desk, taken);
}
