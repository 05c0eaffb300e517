import t from 'tap';
import { routeFor } from '../../src/providers/playbook.ts';
import { CATALOGUE, PROFILE, signedIn, type TestDesk, testDesk } from '../desk.ts';
import { ADDRESS, accepted, minute, refused, send } from './batches.fixture.ts';

const MINUTE_MS = 60_000;
const HOURS = 60;

/** A desk, and minutes counted from twenty hours ago: enough room for a block and its recovery. */
async function watched(t: Parameters<typeof testDesk>[0]) {
  const desk = await testDesk(t);
  const start = new Date(Math.floor((Date.now() - 20 * 3_600_000) / MINUTE_MS) * MINUTE_MS);
  return {
    desk,
    at: (n: number) => minute(start, n),
    time: (n: number) => new Date(start.getTime() + n * MINUTE_MS),
  };
}

const incident = async (desk: TestDesk, number = 1) => (await desk.api('GET', `/incidents/${number}`)).body;
const kinds = async (desk: TestDesk, number = 1) =>
  (await desk.api('GET', `/incidents/${number}/timeline?limit=200`)).body.items.map(
    (entry: { kind: string }) => entry.kind,
  );
const incidents = async (desk: TestDesk) => (await desk.api('GET', '/incidents')).body.items.length;

/** The provider says that it lifts the block. */
const lift = (desk: TestDesk, sentAt: Date) =>
  desk.api('POST', '/incidents/1/messages', {
    direction: 'in',
    from: 'Outlook.com Deliverability Support <support@example.com>',
    subject: 'Your request',
    body: 'We have implemented mitigation for your IP (203.0.113.7) and this process may take 24 - 48 hours to replicate completely.',
    sentAt: sentAt.toISOString(),
  });

t.test('a block opens an incident by itself, with the lines of the log as its report', async (t) => {
  const { desk, at } = await watched(t);
  t.strictSame((await send(desk, [refused(at(0), 9)])).body.opened, [], 'nine refusals are none yet');
  const answer = await send(desk, [refused(at(1), 3), accepted(at(1), 4)]);
  t.strictSame(answer.body.opened, [1]);
  const found = await incident(desk);
  t.match(found, {
    state: 'open',
    provider: 'outlook-com',
    addresses: [ADDRESS],
    reason: 'ip-reputation',
    title: /Outlook\.com .*203\.0\.113\.7/,
  });
  const row = await desk.db.selectFrom('incidents').selectAll().executeTakeFirstOrThrow();
  t.match(row, { rejection_count: 12, block_codes: ['S3150'], recipient_domains: ['hotmail.com'] });
  t.strictSame(
    [row.first_rejection_at, row.last_rejection_at].map((one) => one?.toISOString().slice(0, 16)),
    [at(0).slice(0, 16), at(1).slice(0, 16)],
  );
  t.strictSame(await kinds(desk), ['rejection-recorded', 'incident-logged', 'letter-drafted']);
  const report = await desk.db.selectFrom('reports').selectAll().executeTakeFirstOrThrow();
  t.match(report, { source: 'log', file_name: 'mx-out1 mail.log' });
  t.match(report.raw.toString(), /status=bounced \(host hotmail-com\.olc/);
  const rejections = await desk.db.selectFrom('rejections').select(['block_code', 'seen']).execute();
  t.strictSame(rejections, [{ block_code: 'S3150', seen: 12 }]);
});

t.test('with the incident its letter is drafted: the same one that a person would be given', async (t) => {
  const { desk, at } = await watched(t);
  await desk.api('PUT', '/profile', PROFILE);
  await send(desk, [refused(at(0), 20)]);
  const prepared = (await desk.api('GET', '/letters/1')).body;
  const written = (await desk.api('POST', '/incidents/1/letters', null)).body;
  t.match(prepared, { incident: 1, state: 'draft', round: 'first', language: 'en', missing: [] });
  for (const one of ['template', 'subject', 'body', 'claims', 'fields'])
    t.strictSame(prepared[one], written[one], one);
  t.match(prepared.body, /203\.0\.113\.7/);
  t.match(prepared.body, /S3150/);
  t.ok(
    prepared.claims.some(({ status }: { status: string }) => status === 'unknown'),
    'nobody has looked at some claims: they are left out of both',
  );
  const { items } = (await desk.api('GET', '/incidents/1/timeline')).body;
  t.match(
    items.find((entry: { kind: string }) => entry.kind === 'letter-drafted'),
    { actor: 'Delist Desk', summary: /Letter drafted/ },
  );
  t.equal((await incident(desk)).state, 'open', 'a draft asks for nothing yet');
  const next = /<a class="button main" href="([^"]+)"[^>]*>Read the draft</;
  const browser = await signedIn(desk);
  t.match(next.exec((await browser.get('/incidents/1')).body)?.[1], /^\/incidents\/1\/letters\/\d+$/);
  const sent = await desk.api('POST', '/letters/1/send', { channel: 'form', reference: 'SRX1234567890ID' });
  t.match(sent, { status: 200, body: { state: 'sent' } });
  await desk.api('POST', '/incidents/1/messages', {
    direction: 'in',
    body: 'Our investigation found that your IP 203.0.113.7 does not qualify for mitigation.',
  });
  t.notMatch((await browser.get('/incidents/1')).body, next, 'a first request is not the answer to a denial');
});

t.test(
  'without a profile the letter is drafted all the same, with gaps that name what it lacks',
  async (t) => {
    const { desk, at } = await watched(t);
    await send(desk, [refused(at(0), 20)]);
    const { missing } = (await desk.api('GET', '/letters/1')).body;
    t.ok(missing.length > 0);
    t.equal((await desk.api('POST', '/letters/1/send', { channel: 'form' })).status, 422);
  },
);

t.test('nothing is drafted to a provider that takes no requests', async (t) => {
  const { desk, at } = await watched(t);
  const mute = CATALOGUE.providers.find((one) => routeFor(one, null)?.kind === 'none')?.key ?? '';
  const row = refused(at(0), 20, { provider: mute, rule: null, blockCode: null, samples: [] });
  t.strictSame((await send(desk, [row])).body.opened, [1]);
  t.notOk((await kinds(desk)).includes('letter-drafted'));
});

t.test('later refusals are counted to the open incident, and a person is told once', async (t) => {
  const { desk, at } = await watched(t);
  await send(desk, [refused(at(0), 20)]);
  const told = await kinds(desk);
  for (let n = 1; n <= 30; n++) {
    const { body } = await send(desk, [
      refused(at(n), 5, { domains: [{ domain: `domain${n}.example`, count: 5 }] }),
    ]);
    t.strictSame(body.opened, []);
  }
  t.strictSame(await kinds(desk), told);
  t.equal(await incidents(desk), 1);
  const row = await desk.db.selectFrom('incidents').selectAll().executeTakeFirstOrThrow();
  t.equal(row.rejection_count, 170);
  t.equal(row.recipient_domains.length, 31);
  t.equal(row.last_rejection_at?.toISOString().slice(0, 16), at(30).slice(0, 16));
});

t.test('a few refusals among many deliveries are no block', async (t) => {
  const { desk, at } = await watched(t);
  await send(desk, [accepted(at(0), 5000), refused(at(0), 200)]);
  t.equal(await incidents(desk), 0);
  await send(desk, [refused(at(5), 2000)]);
  t.equal(await incidents(desk), 1, 'a share of a third is');
});

t.test('each provider and each address is a block of its own', async (t) => {
  const { desk, at } = await watched(t);
  const answer = await send(desk, [
    refused(at(0), 20),
    refused(at(0), 20, { address: '203.0.113.8', samples: [] }),
    refused(at(0), 20, { provider: 'gmail', rule: null, blockCode: null, samples: [] }),
    refused(at(0), 20, { provider: 'nobody-we-know', samples: [] }),
    refused(at(0), 20, { provider: null, samples: [] }),
  ]);
  t.equal(answer.body.opened.length, 3, 'who is not in the catalogue has no incident');
});

t.test('a log that is read days later is counted, and raises no alarm', async (t) => {
  const { desk } = await watched(t);
  const old = new Date(Date.now() - 3 * 86_400_000);
  t.match((await send(desk, [refused(minute(old, 0), 500)])).body, { counted: 500, opened: [] });
});

t.test(
  'an incident that was logged by hand takes the counts, also as a range around the address',
  async (t) => {
    const { desk, at } = await watched(t);
    await desk.api('POST', '/incidents', {
      report: '550 5.7.1 Part of your network is on our block list (S3150).',
      provider: 'outlook-com',
      addresses: ['203.0.113.0/29'],
    });
    const { body } = await send(desk, [refused(at(0), 30)]);
    t.strictSame(body.opened, []);
    t.equal(await incidents(desk), 1);
    const row = await desk.db.selectFrom('incidents').select('rejection_count').executeTakeFirstOrThrow();
    t.ok(row.rejection_count >= 30);
  },
);

t.test('accepted deliveries prove recovery, with what was seen', async (t) => {
  const { desk, at, time } = await watched(t);
  await send(desk, [refused(at(0), 20)]);
  await lift(desk, time(60));
  t.equal((await incident(desk)).state, 'mitigated');
  t.strictSame(
    (await send(desk, [accepted(at(70), 200)])).body.recovered,
    [],
    'too soon after the last refusal',
  );
  t.strictSame((await send(desk, [refused(at(90), 1), accepted(at(90), 5)])).body.recovered, []);
  t.strictSame((await send(desk, [accepted(at(91), 12)])).body.recovered, []);
  const answer = await send(desk, [accepted(at(90 + 2 * HOURS), 30)]);
  t.strictSame(answer.body.recovered, [1]);
  const found = await incident(desk);
  t.equal(found.state, 'recovered');
  t.equal(found.recoveredAt.slice(0, 16), at(90 + 2 * HOURS).slice(0, 16));
  const evidence = await desk.db.selectFrom('evidence').selectAll().executeTakeFirstOrThrow();
  t.match(evidence, {
    claim: 'accepted-again',
    result: 'supports',
    words: `42 of 42 messages accepted since ${at(91).slice(0, 16).replace('T', ' ')} UTC`,
  });
  const now = ['incident-logged', 'letter-drafted'];
  const told = (await kinds(desk)).filter((kind: string) => !now.includes(kind));
  t.strictSame(told.slice(-3), ['evidence-recorded', 'recovery-confirmed', 'state-changed']);
});

t.test('few deliveries prove nothing', async (t) => {
  const { desk, at, time } = await watched(t);
  await send(desk, [refused(at(0), 20)]);
  await lift(desk, time(60));
  await send(desk, [accepted(at(8 * HOURS), 19)]);
  t.equal((await incident(desk)).state, 'mitigated');
});

t.test('a block that is lifted without a word is seen as well', async (t) => {
  const { desk, at } = await watched(t);
  await send(desk, [refused(at(0), 20)]);
  t.strictSame((await send(desk, [accepted(at(3 * HOURS), 50)])).body.recovered, [1]);
});

t.test('one address that is lifted does not end the block of another', async (t) => {
  const { desk, at } = await watched(t);
  const other = { address: '203.0.113.8' };
  await desk.api('POST', '/incidents', {
    report: refused(at(0), 1).samples[0],
    addresses: [ADDRESS, other.address],
  });
  await send(desk, [refused(at(0), 20), refused(at(0), 20, other)]);
  const first = await send(desk, [accepted(at(3 * HOURS), 50), refused(at(3 * HOURS), 20, other)]);
  t.strictSame(first.body.recovered, []);
  const silent = await send(desk, [accepted(at(6 * HOURS), 50)]);
  t.strictSame(silent.body.recovered, [], 'nothing was sent from the other since');
  const both = await send(desk, [accepted(at(7 * HOURS), 40, other)]);
  t.strictSame(both.body.recovered, [1]);
  const evidence = await desk.db.selectFrom('evidence').selectAll().executeTakeFirstOrThrow();
  t.equal(
    evidence.words,
    `90 of 90 messages accepted since ${at(6 * HOURS)
      .slice(0, 16)
      .replace('T', ' ')} UTC`,
  );
});

t.test('a block in which the log saw no refusal is not over because mail flows elsewhere', async (t) => {
  const { desk, at } = await watched(t);
  await desk.api('POST', '/incidents', { report: refused(at(0), 1).samples[0] });
  await send(desk, [accepted(at(5 * HOURS), 500)]);
  t.equal((await incident(desk)).state, 'open');
});

t.test('refusals while a mitigation spreads are counted; later ones are a relapse', async (t) => {
  const { desk, at, time } = await watched(t);
  await send(desk, [refused(at(0), 20)]);
  await lift(desk, time(30));
  t.match((await send(desk, [refused(at(60), 50)])).body, { relapsed: [], opened: [] });
  t.equal((await incident(desk)).state, 'mitigated');
  await send(desk, [accepted(at(4 * HOURS), 60)]);
  t.equal((await incident(desk)).state, 'recovered');
  t.match((await send(desk, [refused(at(5 * HOURS), 2)])).body, { relapsed: [] }, 'two refusals are none');
  t.strictSame((await send(desk, [refused(at(5 * HOURS + 1), 30)])).body.relapsed, [1]);
  const found = await incident(desk);
  t.equal(found.state, 'open');
  t.equal(found.recoveredAt, null);
  t.equal(await incidents(desk), 1);
  t.ok((await kinds(desk)).includes('relapse-seen'));
});

t.test('a relapse drafts its letter, as a new block does, once', async (t) => {
  const { desk, at, time } = await watched(t);
  await desk.api('PUT', '/profile', PROFILE);
  await send(desk, [refused(at(0), 20)]);
  const drafts = () =>
    desk.db.selectFrom('letters').select(['id', 'round', 'state', 'subject']).orderBy('id').execute();
  const [first] = await drafts();
  await desk.api('POST', `/letters/${first?.id}/send`, { channel: 'form' });
  await lift(desk, time(30));
  await send(desk, [accepted(at(4 * HOURS), 60)]);
  t.strictSame((await send(desk, [refused(at(5 * HOURS), 30)])).body.relapsed, [1]);
  t.match(await drafts(), [{ state: 'sent' }, { round: 'first', state: 'draft' }]);
  t.equal((await kinds(desk)).at(-1), 'letter-drafted');
  await send(desk, [refused(at(5 * HOURS + 20), 30)]);
  t.equal((await drafts()).length, 2, 'more of the same drafts nothing');
  await send(desk, [accepted(at(12 * HOURS), 90)]);
  t.strictSame((await send(desk, [refused(at(13 * HOURS), 30)])).body.relapsed, [1]);
  t.equal((await drafts()).length, 2, 'the draft that nobody sent still asks for it');
});

t.test(
  'a throttle that comes and goes is one incident, and its pauses must grow longer to count',
  async (t) => {
    const { desk, at } = await watched(t);
    const throttled = (n: number) =>
      refused(at(n), 15, {
        outcome: 'deferred',
        replyCode: '451',
        enhancedCode: '4.7.650',
        blockCode: 'S775',
        samples: [],
      });
    let recoveries = 0;
    for (let n = 0; n < 18 * HOURS; n += 3 * HOURS) {
      await send(desk, [throttled(n)]);
      const { body } = await send(desk, [accepted(at(n + 2 * HOURS + 10), 40)]);
      recoveries += body.recovered.length;
    }
    t.equal(await incidents(desk), 1);
    t.equal(recoveries, 1, 'only the first pause of two hours counted');
    const row = await desk.db.selectFrom('incidents').selectAll().executeTakeFirstOrThrow();
    t.match(row, { relapses: 1, state: 'open', rejection_count: 90 });
  },
);

t.test('batches out of order lead to the same counts, and a late one undoes nothing', async (t) => {
  const { desk, at } = await watched(t);
  await send(desk, [refused(at(0), 20)]);
  await send(desk, [accepted(at(4 * HOURS), 60)]);
  t.equal((await incident(desk)).state, 'recovered');
  const late = await send(desk, [refused(at(10), 40), accepted(at(30), 3)]);
  t.match(late.body, { relapsed: [], opened: [], recovered: [] });
  t.equal((await incident(desk)).state, 'recovered', 'it tells of before the recovery');
  const row = await desk.db.selectFrom('incidents').selectAll().executeTakeFirstOrThrow();
  t.equal(row.rejection_count, 60);
});

t.test(
  'a log that is read late tells of the true beginning of a block, and not of the block before',
  async (t) => {
    const { desk, at } = await watched(t);
    const firstOf = async (number: number) => (await incident(desk, number)).firstRejectionAt.slice(0, 16);
    const countOf = async (number: number) => (await incident(desk, number)).rejectionCount;
    await send(desk, [refused(at(60), 20)]);
    await send(desk, [accepted(at(4 * HOURS), 60)]);
    await desk.db
      .updateTable('incidents')
      .set({ state: 'closed', closed_at: new Date(at(4 * HOURS)) })
      .execute();
    t.strictSame((await send(desk, [refused(at(9 * HOURS), 20)])).body.opened, [2]);
    await send(desk, [refused(at(8 * HOURS), 5), accepted(at(8 * HOURS + 5), 30)]);
    t.equal(await firstOf(2), at(8 * HOURS).slice(0, 16), 'it began an hour earlier');
    await send(desk, [refused(at(30), 7), refused(at(7 * HOURS), 3)]);
    t.equal(await firstOf(2), at(7 * HOURS).slice(0, 16), 'not before the incident before it was over');
    t.strictSame([await countOf(1), await countOf(2)], [20, 28], 'what is of the block before is in neither');
    await send(desk, [refused(at(4 * HOURS + 10), 2), accepted(at(5 * HOURS), 50)]);
    t.equal(await firstOf(2), at(7 * HOURS).slice(0, 16), 'nor before mail was proven to flow');
    t.equal(await countOf(2), 28);
  },
);

t.test('the window in which a block is seen does not reach into the one before', async (t) => {
  const { desk, at, time } = await watched(t);
  await send(desk, [refused(at(60), 20), refused(at(65), 5)]);
  await desk.db
    .updateTable('incidents')
    .set({ state: 'closed', closed_at: time(70) })
    .execute();
  t.strictSame(
    (await send(desk, [refused(at(68), 4)])).body.opened,
    [],
    'what comes late is of the block before',
  );
  t.strictSame((await send(desk, [refused(at(80), 10)])).body.opened, [2]);
  const second = await incident(desk, 2);
  t.equal(second.firstRejectionAt.slice(0, 16), at(80).slice(0, 16));
  t.equal(second.rejectionCount, 10);
});

t.test('after an incident is closed, a new block is a new incident, linked to the old one', async (t) => {
  const { desk, at } = await watched(t);
  await send(desk, [refused(at(0), 20)]);
  await send(desk, [accepted(at(3 * HOURS), 60)]);
  await desk.api('PATCH', '/incidents/1', { state: 'closed', reason: 'Mail flows again.' });
  t.equal((await incident(desk)).state, 'closed');
  t.strictSame((await send(desk, [refused(at(9 * HOURS), 20)])).body.opened, [2]);
  t.match(await incident(desk, 2), { links: [{ number: 1, kind: 'same-address' }] });
});

t.test('two agents that see one block at a time make one incident', async (t) => {
  const { desk, at } = await watched(t);
  const answers = await Promise.all([0, 1, 2, 3, 4, 5].map((n) => send(desk, [refused(at(n), 20)])));
  t.equal(answers.flatMap(({ body }) => body.opened).length, 1);
  t.equal(await incidents(desk), 1);
});

t.test(
  'hours of a log in one batch: the block in the middle of them is seen, and that it is over',
  async (t) => {
    const { desk, at } = await watched(t);
    const rows = [
      ...Array.from({ length: 20 }, (_, n) => accepted(at(n * 2), 3)),
      ...Array.from({ length: 30 }, (_, n) => refused(at(60 + n * 2), 1)),
      ...Array.from({ length: 50 }, (_, n) => accepted(at(5 * HOURS + n * 3), 1)),
    ];
    t.match((await send(desk, rows)).body, { counted: 140, opened: [1], recovered: [1], relapsed: [] });
    const row = await desk.db.selectFrom('incidents').selectAll().executeTakeFirstOrThrow();
    t.match(row, { state: 'recovered', rejection_count: 30 });
    t.equal(row.first_rejection_at?.toISOString().slice(0, 16), at(60).slice(0, 16));
    t.equal(row.last_rejection_at?.toISOString().slice(0, 16), at(118).slice(0, 16));
  },
);

t.test(
  'hours of a log in one batch after a recovery: the relapse in the middle of them is seen',
  async (t) => {
    const { desk, at } = await watched(t);
    await send(desk, [refused(at(0), 20)]);
    await send(desk, [accepted(at(3 * HOURS), 60)]);
    const rows = [
      ...Array.from({ length: 15 }, (_, n) => refused(at(4 * HOURS + n), 1)),
      ...Array.from({ length: 40 }, (_, n) => accepted(at(7 * HOURS + n), 2)),
    ];
    t.match((await send(desk, rows)).body, { opened: [], relapsed: [1] });
  },
);
