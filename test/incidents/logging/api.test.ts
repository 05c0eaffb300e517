import t from 'tap';
import { apiOf, REFUSAL, testDesk } from '../../desk.ts';
import { watched } from '../../paging/queries.fixture.ts';

t.test('a report goes to the open incident of the same provider and address', async (t) => {
  const { api } = await testDesk(t);
  t.equal((await api('POST', '/incidents', { report: REFUSAL })).status, 201);
  const again = await api('POST', '/incidents', { report: REFUSAL });
  t.equal(again.status, 200);
  t.strictSame(again.body, { appendedTo: 1 });
  t.match((await api('GET', '/incidents/1')).body, { rejectionCount: 2 });
});

t.test('addresses that a report adds to an open incident are looked at, and no others again', async (t) => {
  const { api, db } = await testDesk(t);
  await api('POST', '/incidents', { report: REFUSAL });
  const asked = async () =>
    (await db.selectFrom('checks').selectAll().orderBy('id').execute()).map((check) => [
      check.incident_number,
      ...check.networks,
    ]);
  t.equal((await asked()).length, 1);
  await api('POST', '/incidents', { report: REFUSAL });
  t.equal((await asked()).length, 1, 'nothing is new');
  const addresses = ['203.0.113.7', '203.0.113.9', '203.0.113.8'];
  t.match(
    (await api('POST', '/incidents', { report: '550 refused', provider: 'outlook-com', addresses })).body,
    {
      appendedTo: 1,
    },
  );
  t.strictSame((await asked())[1], [1, '203.0.113.8/32', '203.0.113.9/32']);
});

t.test('two equal reports at once make one incident', async (t) => {
  const { api } = await testDesk(t);
  const answers = await Promise.all([
    api('POST', '/incidents', { report: REFUSAL }),
    api('POST', '/incidents', { report: REFUSAL }),
  ]);
  t.strictSame(answers.map((answer) => answer.status).sort(), [200, 201]);
});

t.test('an idempotency key has one effect, and refuses another content', async (t) => {
  const { api } = await testDesk(t);
  const headers = { 'idempotency-key': 'key-1' };
  const first = await api('POST', '/incidents', { report: REFUSAL }, headers);
  const second = await api('POST', '/incidents', { report: REFUSAL }, headers);
  t.equal(first.status, 201);
  t.equal(second.status, 201);
  t.equal(second.body.number, 1);
  t.equal((await api('GET', '/incidents/1')).body.rejectionCount, 1);
  t.match(await api('POST', '/incidents', { report: `${REFUSAL} other` }, headers), {
    status: 422,
    body: { type: '/problems#key-reused' },
  });
});

t.test(
  'the answer to a new incident reads nothing of what nobody did yet, and is what a later look says',
  async (t) => {
    const desk = await testDesk(t);
    const { app, queriesOf } = await watched(t, desk);
    const api = apiOf(app);
    await api('POST', '/incidents', { report: REFUSAL.replace('203.0.113.7', '203.0.113.8') });
    let logged: Awaited<ReturnType<typeof api>> | undefined;
    const queries = await queriesOf(async () => {
      logged = await api('POST', '/incidents', { report: REFUSAL });
    });
    const later = await api('GET', '/incidents/2');
    t.match(logged, { status: 201, body: { links: later.body.links, nextAction: later.body.nextAction } });
    t.match(later.body, { tags: [], fields: {} });
    const notYet =
      /from "(letters|messages|tickets|evidence|incident_causes|step_answers|incident_tags|incident_field_values)"/;
    t.strictSame(
      queries.flatMap(({ sql }) => notYet.exec(sql)?.[1] ?? []),
      [],
    );
  },
);

t.test('what is recognised of many alike says how often and when last', async (t) => {
  const { api } = await testDesk(t);
  const line = (minute: number) =>
    `2026-03-10T08:0${minute}:00+00:00 mx1 postfix/smtp[58]: B1B14: to=<a@outlook.com>, relay=mx.example.com[192.0.2.33]:25, dsn=5.7.1, status=bounced (host mx.example.com[192.0.2.33] said: ${REFUSAL})`;
  const { body } = await api('POST', '/parse', { text: [1, 3, 2].map(line).join('\n') });
  t.match(body.rejections, [
    { seen: 3, at: '2026-03-10T08:01:00.000Z', lastAt: '2026-03-10T08:03:00.000Z', times: undefined },
  ]);
  const { body: undated } = await api('POST', '/parse', { text: REFUSAL });
  t.match(undated.rejections, [{ seen: 1, at: null, lastAt: null }]);
});

t.test('what is missing is asked for, never guessed', async (t) => {
  const { api } = await testDesk(t);
  t.match(await api('POST', '/incidents', { report: '' }), {
    status: 422,
    body: { fields: { report: /nothing in it/ } },
  });
  t.match(await api('POST', '/incidents', { report: 'Dear team, lunch is at noon.' }), {
    status: 422,
    body: { fields: { report: /No rejection/ } },
  });
  t.match(
    await api('POST', '/incidents', {
      report: '550 5.1.1 <x@example.net>: Recipient address rejected: User unknown',
    }),
    { status: 422, body: { fields: { report: /no block/ } } },
  );
  t.match(await api('POST', '/incidents', { report: REFUSAL.replace('[203.0.113.7]', '[masked]') }), {
    status: 422,
    body: { fields: { addresses: /does not name your address/ } },
  });
  t.match(await api('POST', '/incidents', { report: '554 5.7.1 203.0.113.7 has a poor reputation here' }), {
    status: 422,
    body: { fields: { provider: /who refused/ } },
  });
  t.match(await api('POST', '/incidents', { report: REFUSAL, provider: 'nobody' }), {
    status: 422,
    body: { fields: { provider: /no provider of the catalogue/ } },
  });
  for (const [address, words] of [
    ['999.1.1.1', /999 is more than 255/],
    ['203.0.113.0/33', /longest is \/32/],
    ['10.0.0.1', /private/],
    ['127.0.0.1', /loopback/],
    ['203.0.113.7/29', /the range is 203\.0\.113\.0\/29/],
  ] as const) {
    t.match(
      await api('POST', '/incidents', { report: REFUSAL, addresses: [address] }),
      { status: 422, body: { fields: { addresses: words } } },
      address,
    );
  }
  t.match(
    await api('POST', '/incidents', { report: REFUSAL, surprise: 1 }),
    { status: 422 },
    'mass-assignment: unknown keys are refused',
  );
  t.equal((await api('GET', '/incidents')).body.items.length, 0, 'nothing was half written');
});

t.test('::ffff:203.0.113.7 is the IPv4 address in it', async (t) => {
  const { api } = await testDesk(t);
  t.strictSame(
    (
      await api('POST', '/incidents', {
        report: REFUSAL,
        addresses: ['::ffff:203.0.113.7', '2001:DB8:0:0::1'],
      })
    ).body.addresses,
    ['203.0.113.7', '2001:db8::1'],
  );
});

t.test('a report of several providers becomes one incident for each', async (t) => {
  const { api } = await testDesk(t);
  const report = [
    REFUSAL,
    '554 IP=198.51.100.9 - None/bad reputation. Ask your postmaster for help or to contact tobr@rx.t-online.de for reset. (NOWL)',
  ].join('\n');
  const logged = await api('POST', '/incidents', { report });
  t.equal(logged.status, 201);
  t.equal(logged.body.alsoLogged.length, 1);
  const providers = (await api('GET', '/incidents')).body.items.map(
    (item: { provider: string }) => item.provider,
  );
  t.strictSame(providers.sort(), ['outlook-com', 't-online']);
});

const GMAIL =
  '550 5.7.1 This message is likely suspicious due to the very low reputation of the sending IP address. https://support.google.com/mail/answer/188131 - gsmtp';
const STRANGER = '550 5.7.1 Message from 203.0.113.10 rejected by local policy of mail.example.org';

t.test('an address given for several providers goes to those whose reply names none', async (t) => {
  const { api } = await testDesk(t);
  const report = [REFUSAL, GMAIL].join('\n');
  t.equal((await api('POST', '/incidents', { report })).status, 422, 'it is asked for');
  const logged = await api('POST', '/incidents', { report, addresses: ['203.0.113.8'] });
  t.equal(logged.status, 201);
  const found = (await api('GET', '/incidents')).body.items.map(
    (item: { provider: string; addresses: string[] }) => [item.provider, item.addresses],
  );
  t.strictSame(found.sort(), [
    ['gmail', ['203.0.113.8']],
    ['outlook-com', ['203.0.113.7']],
  ]);
});

t.test('a receiver that the catalogue does not know does not hold up the others', async (t) => {
  const { api } = await testDesk(t);
  const report = [REFUSAL, STRANGER].join('\n');
  const logged = await api('POST', '/incidents', { report });
  t.match(logged, { status: 201, body: { provider: 'outlook-com', addresses: ['203.0.113.7'], leftOut: 1 } });
  t.match(
    await api('POST', '/incidents', { report, provider: 'mimecast' }),
    { status: 201, body: { provider: 'mimecast', addresses: ['203.0.113.10'] } },
    'a provider that is named takes that part',
  );
});

t.test('a rejection after the block was lifted opens the incident again, as a relapse', async (t) => {
  const { api } = await testDesk(t);
  await api('POST', '/incidents', { report: REFUSAL });
  await api('PATCH', '/incidents/1', { state: 'mitigated', reason: 'they said so' });
  await api('POST', '/incidents', { report: REFUSAL });
  t.match((await api('GET', '/incidents/1')).body, { state: 'open', relapses: 1, mitigatedAt: null });
  const kinds = (await api('GET', '/incidents/1/timeline')).body.items.map(
    (entry: { kind: string }) => entry.kind,
  );
  t.ok(kinds.includes('relapse-seen'));
});

t.test('a closed incident stays closed: a new block is a new incident, linked to it', async (t) => {
  const { api } = await testDesk(t);
  await api('POST', '/incidents', { report: REFUSAL });
  await api('PATCH', '/incidents/1', { state: 'closed', reason: 'done' });
  const next = await api('POST', '/incidents', { report: REFUSAL });
  t.equal(next.status, 201);
  t.match(next.body, { number: 2, links: [{ number: 1, kind: 'same-address' }] });
});

t.test('a failure leaves neither row nor entry nor report', async (t) => {
  const { api, db } = await testDesk(t);
  await api('POST', '/incidents', { report: REFUSAL });
  await api('PATCH', '/incidents/1', { state: 'closed', reason: 'done' });
  const count = async () =>
    (await db.selectFrom('timeline_entries').select('id').execute()).length +
    (await db.selectFrom('reports').select('id').execute()).length;
  const before = await count();
  const bad = await api('POST', '/incidents', { report: REFUSAL, note: `${'x'.repeat(20_000)} ` });
  t.equal(bad.status, 422);
  t.equal(await count(), before);
});

t.test('the raw report is kept byte for byte', async (t) => {
  const { api, db } = await testDesk(t);
  const report = `${REFUSAL}\r\n\tÄ\u{1f4e7}`;
  await api('POST', '/incidents', { report });
  const { raw } = await db.selectFrom('reports').select('raw').executeTakeFirstOrThrow();
  t.equal(Buffer.compare(raw, Buffer.from(report)), 0);
});

t.test('what follows from logging stands after it in the timeline', async (t) => {
  const { api } = await testDesk(t);
  await api('POST', '/incidents', { report: REFUSAL });
  await api('PATCH', '/incidents/1', { state: 'closed', reason: 'over' });
  await api('POST', '/incidents', { report: REFUSAL, provider: 'yahoo', note: 'Again.' });
  const { items } = (await api('GET', '/incidents/2/timeline?order=oldest')).body;
  const kinds = items.map(({ kind }: { kind: string }) => kind);
  t.strictSame(kinds.slice(kinds.indexOf('incident-logged')), [
    'incident-logged',
    'note-added',
    'incident-linked',
  ]);
});
