import t from 'tap';
import { type TestDesk, testDesk } from '../../desk.ts';

const DAY = 86_400_000;
const NOW = Math.floor(Date.now() / 1000) * 1000;
const day = (ago: number) => new Date(NOW - ago * DAY).toISOString().slice(0, 19);
const line = (ago: number, ip = '203.0.113.7', domain = 'outlook.com') =>
  `${day(ago)}+00:00 mx1 postfix/smtp[41]: 4F2A91C0: to=<ann@${domain}>, relay=outlook-com.olc.protection.outlook.com[52.101.8.47]:25, delay=1, dsn=5.7.1, status=bounced (host outlook-com.olc.protection.outlook.com[52.101.8.47] said: 550 5.7.1 Unfortunately, messages from [${ip}] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150). (in reply to MAIL FROM command))`;
const paste = (desk: TestDesk, ...agos: number[]) =>
  desk.api('POST', '/incidents', { report: agos.map((ago) => line(ago)).join('\n') });
const firstOf = async (desk: TestDesk, number: number) =>
  (await desk.api('GET', `/incidents/${number}`)).body.firstRejectionAt.slice(0, 19);

/** An incident that was over ten days ago. */
async function withEarlier(t: Parameters<typeof testDesk>[0]): Promise<TestDesk> {
  const desk = await testDesk(t);
  await paste(desk, 20);
  const over = new Date(`${day(10)}Z`);
  await desk.db
    .updateTable('incidents')
    .set({ state: 'closed', opened_at: new Date(`${day(20)}Z`), recovered_at: over, closed_at: over })
    .execute();
  return desk;
}

t.test('a log that goes back into the block before begins none of this one', async (t) => {
  const desk = await withEarlier(t);
  t.equal((await paste(desk, 18, 2, 1)).status, 201);
  t.equal(await firstOf(desk, 2), day(2), 'of several alike, the first is of the block before');
  const rows = await desk.db.selectFrom('rejections').where('incident_number', '=', 2).selectAll().execute();
  t.strictSame(
    rows.map(({ occurred_at: at, seen }) => [at?.toISOString().slice(0, 19), seen]),
    [[day(2), 2]],
    'and so does its record, which counts those that are of this one',
  );
});

t.test('of refusals alike, those before a relapse and those after it are counted apart', async (t) => {
  const desk = await testDesk(t);
  await paste(desk, 9);
  await desk.db
    .updateTable('incidents')
    .set({ state: 'recovered', mitigated_at: new Date(`${day(6)}Z`), recovered_at: new Date(`${day(5)}Z`) })
    .execute();
  t.match(await paste(desk, 8, 7, 3, 2, 1), { status: 200, body: { appendedTo: 1 } });
  t.match((await desk.api('GET', '/incidents/1')).body, { state: 'open', relapses: 1, rejectionCount: 6 });
  const rows = await desk.db.selectFrom('rejections').orderBy('id').selectAll().execute();
  t.strictSame(
    rows.map(({ occurred_at: at, seen }) => [at?.toISOString().slice(0, 19), seen]),
    [
      [day(9), 1],
      [day(8), 2],
      [day(3), 3],
    ],
  );
});

t.test('what is of the block before is not counted to this one, and stands in the report', async (t) => {
  const desk = await withEarlier(t);
  const report = [line(18, undefined, 'hotmail.com'), line(2), line(1)].join('\n');
  await desk.api('POST', '/incidents', { report });
  t.equal((await desk.api('GET', '/incidents/2')).body.rejectionCount, 2);
  await desk.api('POST', '/incidents', { report: line(12, undefined, 'live.com') });
  t.equal((await desk.api('GET', '/incidents/2')).body.rejectionCount, 2);
  const { items } = (await desk.api('GET', '/incidents/2/timeline')).body;
  const told = items.filter(({ kind }: { kind: string }) => kind === 'rejection-recorded');
  t.strictSame(
    told.map(({ occurredAt }: { occurredAt: string }) => occurredAt.slice(0, 19)),
    [day(2)],
  );
});

t.test('an address that was not blocked before keeps what is told of it', async (t) => {
  const desk = await withEarlier(t);
  await desk.api('POST', '/incidents', { report: [line(18, '203.0.113.8'), line(2)].join('\n') });
  t.equal(await firstOf(desk, 2), day(18));
  t.equal((await desk.api('GET', '/incidents/2')).body.rejectionCount, 2);
});

t.test(
  'an old log that is added to a block does not begin it earlier than the one before ended',
  async (t) => {
    const desk = await withEarlier(t);
    await paste(desk, 3);
    t.equal((await paste(desk, 15)).status, 200);
    t.equal(await firstOf(desk, 2), day(3));
    await paste(desk, 9);
    t.equal(await firstOf(desk, 2), day(9), 'what is of this block does');
  },
);

t.test('a block that is recorded afterwards keeps its time', async (t) => {
  const desk = await withEarlier(t);
  await paste(desk, 40);
  t.equal(await firstOf(desk, 2), day(40));
});
