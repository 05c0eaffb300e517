import { sql } from 'kysely';
import t from 'tap';
import { BOOTSTRAP, type TestDesk, testDesk } from '../desk.ts';
import { watched } from '../paging/queries.fixture.ts';
import { accepted, minute, refused, send } from './batches.fixture.ts';

const HOUR_AGO = new Date(Date.now() - 3_600_000);
const at = (n: number) => minute(HOUR_AGO, n);

async function totals(desk: TestDesk): Promise<Record<string, number>> {
  const rows = await desk.db
    .selectFrom('observed_minutes')
    .select(['outcome', sql<number>`sum(count)::bigint`.as('count')])
    .groupBy('outcome')
    .execute();
  const hours = await desk.db
    .selectFrom('observed_hours')
    .select(sql<number>`coalesce(sum(count), 0)::bigint`.as('count'))
    .executeTakeFirstOrThrow();
  return { ...Object.fromEntries(rows.map((row) => [row.outcome, row.count])), hours: hours.count };
}

t.test('counts add up, by minute and by hour', async (t) => {
  const desk = await testDesk(t);
  const first = await send(desk, [accepted(at(0), 3), accepted(at(1), 4), refused(at(1), 2)]);
  t.match(first, { status: 200, body: { counted: 9, repeated: false } });
  await send(desk, [
    accepted(at(1), 10),
    accepted(at(1), 1),
    refused(at(1), 1, { outcome: 'deferred', replyCode: '451' }),
  ]);
  t.strictSame(await totals(desk), { accepted: 18, refused: 2, deferred: 1, hours: 21 });
  const rows = await desk.db.selectFrom('observed_minutes').selectAll().execute();
  t.equal(rows.length, 4, 'one row for each minute, outcome and code');
});

t.test('batch-sent-twice: it counts once, and says so', async (t) => {
  const desk = await testDesk(t);
  t.match((await send(desk, [accepted(at(0), 5)], 'same')).body, { counted: 5, repeated: false });
  t.match((await send(desk, [accepted(at(0), 5)], 'same')).body, { counted: 0, repeated: true });
  const both = await Promise.all([1, 2, 3, 4].map(() => send(desk, [accepted(at(1), 7)], 'at once')));
  t.strictSame(
    both.map(({ status }) => status),
    [400, 400, 400, 400],
    'a key has no blanks',
  );
  const four = await Promise.all([1, 2, 3, 4].map(() => send(desk, [accepted(at(1), 7)], 'at-once')));
  t.equal(four.filter(({ body }) => !body.repeated).length, 1, 'of four at a time, one counts');
  t.strictSame(await totals(desk), { accepted: 12, hours: 12 });
});

t.test('a key belongs to its source', async (t) => {
  const desk = await testDesk(t);
  for (const source of ['mx-out1', 'mx-out2'])
    t.match(
      await desk.api(
        'POST',
        '/observations',
        { source, observations: [accepted(at(0), 1)] },
        { 'idempotency-key': 'k1' },
      ),
      { status: 200, body: { repeated: false } },
    );
  t.strictSame(await totals(desk), { accepted: 2, hours: 2 });
});

t.test('an ordinary bounce counts for nothing', async (t) => {
  const desk = await testDesk(t);
  await send(desk, [refused(at(0), 30, { reason: 'not-a-block', enhancedCode: '5.1.1', blockCode: null })]);
  t.strictSame(await totals(desk), { hours: 0 });
  t.strictSame((await desk.api('GET', '/incidents')).body.items, []);
});

t.test('many batches of many sources at a time add up exactly', async (t) => {
  const desk = await testDesk(t);
  const batches = Array.from({ length: 40 }, (_, n) =>
    Array.from({ length: 20 }, (_, row) =>
      accepted(at((row * 7 + n) % 20), 1, {
        address: `203.0.113.${((row + n) % 5) + 1}`,
        provider: row % 2 ? 'gmail' : 'yahoo',
      }),
    ),
  );
  const answers = await Promise.all(batches.map((batch) => send(desk, batch)));
  t.ok(answers.every(({ status }) => status === 200));
  t.strictSame(await totals(desk), { accepted: 800, hours: 800 });
});

t.test('a bad batch is refused whole, with what is wrong and where', async (t) => {
  const desk = await testDesk(t);
  const cases: [string, object[], number, RegExp][] = [
    ['from the future', [accepted(at(0), 1), accepted(minute(new Date(), 30), 1)], 422, /has not come yet/],
    ['no such day', [accepted('2026-02-30T10:00Z', 1)], 422, /no minute of the calendar/],
    ['seconds', [accepted('2026-02-03T10:00:00Z', 1)], 422, /minute/],
    ['too many rows', Array.from({ length: 2001 }, () => accepted(at(0), 1)), 422, /2000/],
    ['no rows', [], 422, /must not be empty/],
    ['an unknown key', [{ ...accepted(at(0), 1), admin: true }], 422, /additional|admin/],
    ['a count of nothing', [accepted(at(0), 0)], 422, /count/],
    ['a code that is none', [accepted(at(0), 1, { replyCode: '999' })], 422, /replyCode/],
    ['a long sample', [refused(at(0), 1, { samples: ['x'.repeat(4001)] })], 422, /samples/],
  ];
  for (const [name, observations, status, words] of cases) {
    const answer = await send(desk, observations as never);
    t.equal(answer.status, status, name);
    t.match(JSON.stringify(answer.body), words, name);
  }
  const keyless = await desk.api('POST', '/observations', {
    source: 's',
    observations: [accepted(at(0), 1)],
  });
  t.match(keyless, { status: 400, body: { detail: /Idempotency-Key/ } });
  t.strictSame(await totals(desk), { hours: 0 }, 'nothing was counted');
});

t.test('a clock some minutes ahead is taken as it is', async (t) => {
  const desk = await testDesk(t);
  t.equal((await send(desk, [accepted(minute(new Date(), 5), 1)])).status, 200);
});

t.test('mail that flows costs the same from however many addresses', async (t) => {
  const desk = await watched(t, await testDesk(t));
  const queriesFor = async (addresses: number) => {
    const observations = Array.from({ length: addresses }, (_, n) =>
      accepted(at(0), 1, { address: `203.0.113.${n + 1}` }),
    );
    const queries = await desk.queriesOf(async () => {
      const answer = await desk.app.inject({
        method: 'POST',
        url: '/api/v1/observations',
        headers: { authorization: `Bearer ${BOOTSTRAP}`, 'idempotency-key': `of-${addresses}` },
        payload: { source: 'mx-out1', observations },
      });
      t.equal(answer.json().counted, addresses);
    });
    return queries.length;
  };
  t.equal(await queriesFor(60), await queriesFor(30));
});
