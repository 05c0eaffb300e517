import t from 'tap';
import { signedIn } from '../desk.ts';
import { CANARY, hookDesk } from './webhooks.fixture.ts';

const FIELDS = { name: 'Ours', format: 'delist-desk', groups: 'mail', leastSeverity: 'low' };
const HERE = '/settings/webhooks';

t.test('webhooks by page', async (t) => {
  const desk = await hookDesk(t);
  const admin = await signedIn(desk, 'admin');

  await t.test(
    'threat 15: an address inside is refused on the form, with why, and what was typed stays',
    async (t) => {
      await admin.get(`${HERE}/new`);
      for (const link of [
        'http://169.254.169.254/',
        'https://127.0.0.1.:9/x',
        'https://[::1]/',
        'https://localhost/',
      ]) {
        const answer = await admin.post(HERE, { ...FIELDS, link: link.replace('127.0.0.1.', '127.0.0.2') });
        t.equal(answer.statusCode, 422, link);
        t.match(answer.body, /is no public address/);
        t.match(answer.body, 'value="Ours"');
      }
      t.match(
        (await admin.post(HERE, { ...FIELDS, link: 'http://169.254.169.254/' })).body,
        /169\.254\.169\.254 is no public address: programs find keys of the machine there/,
      );
      const wrong: Record<string, RegExp> = {
        'https://user:canary-pass@hooks.example.com/': /Leave out the name and password/,
        'ftp://hooks.example.com/': /must begin with https/,
        'not an address': /no web address/,
        [`https://hooks.example.com/${'x'.repeat(3000)}`]: /Too long/,
      };
      for (const [link, words] of Object.entries(wrong)) {
        const answer = await admin.post(HERE, { ...FIELDS, link });
        t.equal(answer.statusCode, 422, link.slice(0, 60));
        t.match(answer.body, words);
        t.notMatch(answer.body, 'canary-pass');
      }
      t.match(
        (await admin.post(HERE, { ...FIELDS, groups: '', link: desk.receiver.url() })).body,
        /Choose at least one/,
      );
    },
  );

  await t.test(
    'threat 29: address and secret are shown by no page once they are saved; a made secret is shown once',
    async (t) => {
      const added = await admin.post(HERE, { ...FIELDS, link: desk.receiver.url() });
      t.equal(added.statusCode, 200);
      const made = /value="(whsec_[^"]+)"/.exec(added.body)?.[1] ?? '';
      t.match(made, /^whsec_/);
      const own = await admin.post(HERE, {
        ...FIELDS,
        name: 'With its own',
        link: desk.receiver.url(),
        secret: CANARY,
      });
      t.equal(own.statusCode, 303);
      const page = String(own.headers.location);
      await admin.post(`${page}/test`);
      const rotated = /value="(whsec_[^"]+)"/.exec((await admin.post(`${page}/secret`)).body)?.[1] ?? '';
      t.match(rotated, /^whsec_/);
      for (const url of [HERE, page, `${page}/deliveries`, `${HERE}/${desk.target}`, '/settings']) {
        const { body, statusCode } = await admin.get(url);
        t.equal(statusCode, 200);
        for (const secret of [CANARY, made, rotated, 'canary-path'])
          t.notOk(body.includes(secret), `${url}: ${secret.slice(0, 12)}`);
      }
      const api = JSON.stringify((await desk.api('GET', '/webhooks')).body);
      for (const secret of [CANARY, made, rotated, 'canary-path']) t.notOk(api.includes(secret));
      for (const table of [
        'webhook_targets',
        'webhook_deliveries',
        'webhook_attempts',
        'idempotency_keys',
      ] as const) {
        const kept = JSON.stringify(await desk.db.selectFrom(table).selectAll().execute(), (_key, value) =>
          value?.type === 'Buffer' ? Buffer.from(value.data).toString('latin1') : value,
        );
        for (const secret of [CANARY, made, rotated, 'canary-path'])
          t.notOk(kept.includes(secret), `${table}`);
      }
    },
  );

  await t.test('a test event is a real one, and the page shows what was answered, escaped', async (t) => {
    desk.receiver.script = (_got, response) => {
      response.writeHead(500).end('<script>alert(1)</script>'.padEnd(5000, 'x'));
      return undefined;
    };
    const before = desk.receiver.got.length;
    const tested = await admin.post(`${HERE}/${desk.target}/test`);
    t.match(tested.body, /did not take the test event:<\/b> answered 500/);
    t.match(tested.body, '&lt;script&gt;');
    t.notMatch(tested.body, '<script>alert');
    t.equal(desk.receiver.got.at(-1)?.event.type, 'webhook.test');
    t.match(await desk.targetRow(), { failures: 0 }, 'and it pauses nothing');
    desk.receiver.script = () => 204;
    await admin.post(`${HERE}/${desk.target}/pause`, { paused: 'yes' });
    t.match(
      (await admin.post(`${HERE}/${desk.target}/test`)).body,
      'The receiver took the test event',
      'also while it is paused',
    );
    t.equal(desk.receiver.got.length, before + 2);
    await admin.post(`${HERE}/${desk.target}/pause`, { paused: 'no' });
  });

  await t.test('the log shows each delivery with its attempts, page by page, and replays', async (t) => {
    const page = `${HERE}/${desk.target}`;
    for (let index = 0; index < 52; index += 1) await desk.note(`note ${index}`);
    await desk.fanOut();
    await desk.work();
    const log = await admin.get(`${page}/deliveries`);
    t.match(log.body, 'rel="next"');
    t.match(log.body, '<span class="badge" data-is="good">delivered</span>', 'in the colour of its state');
    const next =
      /href="([^"]+)" rel="next"/.exec(log.body)?.[1]?.replaceAll('&amp;', '&').replaceAll('&#x3D;', '=') ??
      '';
    t.equal((await admin.get(next)).statusCode, 200);
    t.equal((await admin.get(`${page}/deliveries?cursor=nonsense`)).statusCode, 400);
    for (const show of ['waiting', 'delivered', 'failed'])
      t.equal((await admin.get(`${page}/deliveries?show=${show}`)).statusCode, 200);
    const [first] = await desk.deliveries();
    const one = `${page}/deliveries/${first?.id}`;
    const { body } = await admin.get(one);
    t.match(body, /answered 500/);
    t.match(body, first?.message_id);
    const delivered = (await desk.deliveries()).find(
      ({ state, is_test }) => state === 'delivered' && !is_test,
    );
    const many = desk.receiver.got.length;
    t.equal((await admin.post(`${page}/deliveries/${delivered?.id}/replay`)).statusCode, 303);
    await desk.work();
    t.equal(desk.receiver.got.length, many + 1);
    t.equal(desk.receiver.got.at(-1)?.id, delivered?.message_id);
    t.equal((await admin.get(`${HERE}/999/deliveries/1`)).statusCode, 404);
    t.equal((await admin.get(`${page}/deliveries/99999`)).statusCode, 404);
  });

  await t.test('changing keeps address and secret; a stale form is told', async (t) => {
    const page = `${HERE}/${desk.target}`;
    const version = /name="version" value="(\d+)"/.exec((await admin.get(page)).body)?.[1] ?? '';
    const before = await desk.targetRow();
    t.equal((await admin.post(page, { ...FIELDS, name: 'Renamed', version })).statusCode, 303);
    const after = await desk.targetRow();
    t.match(after, { name: 'Renamed', groups: ['mail'] });
    t.strictSame([after.url_sealed, after.secret_sealed], [before.url_sealed, before.secret_sealed]);
    const stale = await admin.post(page, { ...FIELDS, name: 'Another', version });
    t.equal(stale.statusCode, 409);
    t.match(stale.body, 'value="Another"');
    const slack = await admin.post(page, {
      ...FIELDS,
      name: 'Slack',
      format: 'slack',
      version: String(after.version),
    });
    t.equal(slack.statusCode, 303);
    t.equal((await desk.targetRow()).secret_sealed, null, 'what is not signed has no secret');
  });

  await t.test('removed, it is gone', async (t) => {
    t.equal((await admin.post(`${HERE}/${desk.target}/removal`)).statusCode, 303);
    t.equal((await admin.get(`${HERE}/${desk.target}`)).statusCode, 404);
    t.notMatch((await admin.get(HERE)).body, '>Slack<');
  });

  t.equal((await admin.get(`${HERE}/format`)).statusCode, 200);
});
