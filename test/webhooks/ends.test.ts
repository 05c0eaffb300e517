import t from 'tap';
import { SYSTEM } from '../../src/web/access.ts';
import { forgetOldDeliveries } from '../../src/webhooks/log.ts';
import { sign } from '../../src/webhooks/signature.ts';
import { removeTarget, rotateSecret } from '../../src/webhooks/targets.ts';
import { CANARY, hookDesk } from './webhooks.fixture.ts';

t.test('while a secret changes, both sign', async (t) => {
  const desk = await hookDesk(t);
  const secret = await desk.db
    .transaction()
    .execute((trx) => rotateSecret(trx, SYSTEM, desk.desk.secrets, desk.target));
  await desk.note('1');
  await desk.fanOut();
  await desk.work();
  const [got] = desk.receiver.got;
  const message = {
    id: got?.id ?? '',
    seconds: Number(got?.headers['webhook-timestamp']),
    body: Buffer.from(got?.body ?? ''),
  };
  t.equal(got?.headers['webhook-signature'], sign([secret, CANARY], message));
  await desk.db
    .updateTable('webhook_targets')
    .set({ previous_until: new Date(Date.now() - 1000) })
    .execute();
  await desk.note('2');
  await desk.fanOut();
  await desk.work();
  t.notMatch(desk.receiver.got[1]?.headers['webhook-signature'], ' ', 'later the new one alone');
});

t.test(
  'a removed target gets nothing more: its address and secrets are gone at once, its log by and by',
  async (t) => {
    const desk = await hookDesk(t);
    await desk.note('1');
    await desk.fanOut();
    await desk.db.transaction().execute((trx) => removeTarget(trx, SYSTEM, desk.target));
    t.equal(await desk.work(), 0);
    const row = await desk.db.selectFrom('webhook_targets').selectAll().executeTakeFirstOrThrow();
    t.match(row, { url_sealed: null, secret_sealed: null });
    await desk.db
      .updateTable('webhook_targets')
      .set({ removed_at: new Date(Date.now() - 3_600_000) })
      .execute();
    await forgetOldDeliveries(desk.db);
    t.strictSame(await desk.deliveries(), []);
    t.strictSame(await desk.db.selectFrom('webhook_targets').select('id').execute(), []);
  },
);

t.test('the log is kept for two weeks, what failed for a month', async (t) => {
  const desk = await hookDesk(t);
  for (const text of ['1', '2', '3']) await desk.note(text);
  await desk.fanOut();
  await desk.work();
  const [first, second] = await desk.deliveries();
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
  const age = (id: number | undefined, state: 'delivered' | 'failed', days: number) =>
    desk.db
      .updateTable('webhook_deliveries')
      .set({ state, settled_at: daysAgo(days) })
      .where('id', '=', id ?? 0)
      .execute();
  await age(first?.id, 'delivered', 15);
  await age(second?.id, 'failed', 15);
  await forgetOldDeliveries(desk.db);
  t.equal((await desk.deliveries()).length, 2);
  await age(second?.id, 'failed', 31);
  await forgetOldDeliveries(desk.db);
  t.equal((await desk.deliveries()).length, 1);
});
