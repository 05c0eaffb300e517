import t from 'tap';
import { readConfig } from '../../src/config.ts';
import { sendDueWebhooks } from '../../src/webhooks/worker.ts';
import { openWebhookWorld } from '../../src/webhooks/world.ts';
import { startDnsServer } from '../dns/server.fixture.ts';
import { hookDesk, SILENT } from './webhooks.fixture.ts';

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

t.test('where its name leads is not asked again for a call that is repeated', async (t) => {
  const names = { address: '127.0.0.1' };
  const dns = await startDnsServer(({ type }) => ({ records: type === 'A' ? [names.address] : [], ttl: 0 }));
  t.teardown(() => dns.close());
  const { api, receiver } = await hookDesk(t, { environment: { DNS_SERVERS: dns.address } });
  const add = (key: string) =>
    api(
      'POST',
      '/webhooks',
      { name: 'Named', url: `http://named.example:${receiver.port}/` },
      { 'idempotency-key': key },
    );
  const { status, body } = await add('one');
  t.equal(status, 201);
  names.address = '127.0.0.2';
  t.match(await add('one'), { status: 201, body: { webhook: body.webhook, secret: null } });
  t.match(await add('other'), { status: 422, body: { fields: { url: /leads to 127\.0\.0\.2/ } } });
});

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

t.test('a demonstration sends nothing', async (t) => {
  const desk = await hookDesk(t);
  await desk.note('1');
  await desk.fanOut();
  const world = openWebhookWorld({ ...readConfig({ WEBHOOK_PRIVATE_TARGETS: '127.0.0.1' }), demo: true });
  await sendDueWebhooks({ db: desk.db, secrets: desk.desk.secrets, world }, SILENT);
  t.equal(desk.receiver.got.length, 0);
});
