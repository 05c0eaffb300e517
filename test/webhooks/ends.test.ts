import t from 'tap';
import { readConfig } from '../../src/config.ts';
import { forgetOldDeliveries } from '../../src/webhooks/log.ts';
import { sign } from '../../src/webhooks/signature.ts';
import { removeTarget, rotateSecret } from '../../src/webhooks/targets.ts';
import { sendDueWebhooks } from '../../src/webhooks/worker.ts';
import { openWebhookWorld } from '../../src/webhooks/world.ts';
import { startDnsServer } from '../dns/server.fixture.ts';
import type { Receiver } from './receiver.fixture.ts';
import { CANARY, hookDesk, SILENT } from './webhooks.fixture.ts';

const _words = ({ receiver }: { receiver: Receiver }) => receiver.got.map(({ event }) => event.data.title);

t.test('while a secret changes, both sign', async (t) => {
  const desk = await hookDesk(t);
  const secret = await desk.db
    .transaction()
    .execute((trx) => rotateSecret(trx, desk.desk.secrets, desk.target));
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
  'threat 15: a name that was public when it was saved, and leads inside when it is sent to, gets nothing',
  async (t) => {
    const names = { address: '127.0.0.1' };
    const dns = await startDnsServer(({ type }) => ({
      records: type === 'A' ? [names.address] : [],
      ttl: 0,
    }));
    t.teardown(() => dns.close());
    const desk = await hookDesk(t, { environment: { DNS_SERVERS: dns.address } });
    const target = await desk.add({ name: 'Rebinding', url: `http://rebind.example:${desk.receiver.port}/` });
    await desk.note('1');
    await desk.fanOut();
    // Only the port of the receiver is open to it now, as for a name that was public.
    names.address = '127.0.0.2';
    await desk.db
      .updateTable('webhook_targets')
      .set({ paused_at: new Date(), paused_by: 'a test' })
      .where('id', '=', desk.target)
      .execute();
    await desk.work();
    t.equal(desk.receiver.got.length, 0);
    t.match((await desk.deliveries(target))[0], {
      state: 'waiting',
      last_status: null,
      last_words: /^not sent: rebind\.example leads to 127\.0\.0\.2/,
    });
    t.match(await desk.targetRow(target), { failures: 1 }, 'and counts as failing');
  },
);

t.test('threat 15: a redirect is told, and not followed', async (t) => {
  const desk = await hookDesk(t, {
    script: (got, response) => {
      response.writeHead(302, { location: got.path === '/inside' ? '/' : '/inside' }).end();
      return undefined;
    },
  });
  await desk.note('1');
  await desk.fanOut();
  await desk.work();
  t.equal(desk.receiver.got.length, 1);
  t.match((await desk.deliveries())[0]?.last_words, 'a redirect, which is not followed');
});

t.test(
  'a removed target gets nothing more: its address and secrets are gone at once, its log by and by',
  async (t) => {
    const desk = await hookDesk(t);
    await desk.note('1');
    await desk.fanOut();
    await desk.db.transaction().execute((trx) => removeTarget(trx, desk.target));
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

t.test('a demonstration sends nothing', async (t) => {
  const desk = await hookDesk(t);
  await desk.note('1');
  await desk.fanOut();
  const world = openWebhookWorld({ ...readConfig({ WEBHOOK_PRIVATE_TARGETS: '127.0.0.1' }), demo: true });
  await sendDueWebhooks({ db: desk.db, secrets: desk.desk.secrets, world }, SILENT);
  t.equal(desk.receiver.got.length, 0);
});
