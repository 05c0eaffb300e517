import { setTimeout } from 'node:timers/promises';
import t from 'tap';
import { hookDesk } from './webhooks.fixture.ts';

t.test('webhooks over the API', async (t) => {
  const desk = await hookDesk(t);
  const { api } = desk;
  const body = { name: 'Ours', url: desk.receiver.url() };

  await t.test('added once for its key; the secret is in the first answer alone', async (t) => {
    const key = { 'idempotency-key': 'one' };
    const added = await api('POST', '/webhooks', body, key);
    t.equal(added.status, 201);
    t.match(added.body, {
      webhook: { name: 'Ours', format: 'delist-desk', isSigned: true },
      secret: /^whsec_/,
    });
    t.equal(added.body.webhook.url, `http://127.0.0.1:${desk.receiver.port}/…`);
    const again = await api('POST', '/webhooks', body, key);
    t.equal(again.body.webhook.id, added.body.webhook.id);
    t.equal(again.body.secret, null);
    const { id } = added.body.webhook;
    const pause = { 'idempotency-key': 'pause' };
    const paused = (await api('POST', `/webhooks/${id}/pause`, undefined, pause)).body;
    t.match(paused, { pausedAt: String });
    await api('POST', `/webhooks/${id}/resume`, {});
    t.strictSame((await api('POST', `/webhooks/${id}/pause`, undefined, pause)).body, paused);
    const asMade = { webhook: added.body.webhook, secret: null };
    t.strictSame((await api('POST', '/webhooks', body, key)).body, asMade, 'as it was, whatever changed');
    t.match(await api('POST', '/webhooks', body), {
      status: 422,
      body: { fields: { name: /has this name/ } },
    });
    const inside = await api('POST', '/webhooks', { name: 'Inside', url: 'https://[::ffff:10.0.0.1]/' });
    t.match(inside, { status: 422, body: { fields: { url: /no public address/ } } });
    t.match(await api('POST', '/webhooks', { ...body, name: 'X', more: 1 }), { status: 422 });
    t.match(await api('POST', '/webhooks', { ...body, name: 'X', providers: ['nobody'] }), {
      body: { fields: { providers: 'There is no provider nobody.' } },
    });
  });

  await t.test('changed, paused, resumed, tested, given another secret', async (t) => {
    const path = `/webhooks/${desk.target}`;
    const changed = await api('PATCH', path, { leastSeverity: 'high', groups: ['state', 'mail'] });
    t.match(changed.body, {
      webhook: { name: 'Receiver', leastSeverity: 'high', groups: ['state', 'mail'] },
      secret: null,
    });
    t.match(await api('PATCH', path, { name: 'Y', version: 1 }), { status: 409 });
    t.match((await api('POST', `${path}/pause`)).body, { pausedBy: 'bootstrap token' });
    t.match((await api('POST', `${path}/test`)).body, { status: 204, words: 'answered 204' });
    t.match((await api('POST', `${path}/resume`, { dropWaiting: true })).body, { pausedAt: null });
    t.match((await api('POST', `${path}/secret`)).body, { secret: /^whsec_/ });
    t.match((await api('GET', '/webhooks/event-schema')).body, { properties: { version: { minimum: 1 } } });
  });

  await t.test('of two who change different things at a time, both do', async (t) => {
    const path = `/webhooks/${desk.target}`;
    const groups = ['state'];
    let changing: ReturnType<typeof api> | undefined;
    await desk.db.transaction().execute(async (trx) => {
      await trx
        .updateTable('webhook_targets')
        .set({ name: 'Renamed' })
        .where('id', '=', desk.target)
        .execute();
      changing = api('PATCH', path, { groups });
      // The other has read, or waits for its turn to.
      await setTimeout(500);
    });
    t.match((await changing)?.body, { webhook: { name: 'Renamed', groups } });
    await api('PATCH', path, { name: 'Receiver' });
  });

  await t.test('the log is paged by cursor; one or all that failed are replayed', async (t) => {
    const path = `/webhooks/${desk.target}`;
    await api('PATCH', path, { leastSeverity: 'low', groups: ['notes'] });
    desk.receiver.script = () => 410;
    for (const text of ['1', '2', '3']) await desk.note(text);
    await desk.fanOut();
    await desk.work();
    t.match((await api('GET', path)).body, {
      pausedWhy: 'The receiver answered 410: it wants no more events.',
    });
    const first = (await api('GET', `${path}/deliveries?limit=2`)).body;
    t.equal(first.items.length, 2);
    const second = (await api('GET', `${path}/deliveries?limit=2&cursor=${first.next}`)).body;
    t.equal(second.items.length, 2);
    t.equal(second.next, null);
    const failed = (await api('GET', `${path}/deliveries?show=failed`)).body.items;
    t.match(failed, [{ state: 'failed', lastStatus: 410, event: { type: 'incident.note-added' } }]);
    t.match((await api('GET', `${path}/deliveries/${failed[0].id}`)).body, {
      log: [{ number: 1, status: 410, answer: 'status 410' }],
    });
    desk.receiver.script = () => 204;
    await api('POST', `${path}/resume`, {});
    const key = { 'idempotency-key': 'replay' };
    t.strictSame((await api('POST', `${path}/replay`, undefined, key)).body, { replayed: 1 });
    t.strictSame((await api('POST', `${path}/replay`, undefined, key)).body, { replayed: 1 });
    await desk.work();
    t.equal((await api('GET', `${path}/deliveries?show=delivered`)).body.items.length, 4);
    t.strictSame((await api('POST', `${path}/deliveries/${failed[0].id}/replay`)).body, { replayed: 1 });
    t.match(await api('POST', `${path}/deliveries/99999/replay`), { status: 404 });
    t.match(await api('GET', `${path}/deliveries?cursor=x`), { status: 400 });
    t.equal((await api('DELETE', path)).status, 204);
    t.equal((await api('GET', path)).status, 404);
  });
});
