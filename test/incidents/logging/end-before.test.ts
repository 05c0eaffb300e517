import t from 'tap';
import { type TestDesk, testDesk } from '../../desk.ts';

const DAY = 86_400_000;
const NOW = Math.floor(Date.now() / 1000) * 1000;
const day = (ago: number) => new Date(NOW - ago * DAY).toISOString().slice(0, 19);
const line = (ago: number, to = 'ann') =>
  `${day(ago)}+00:00 mx1 postfix/smtp[41]: 4F2A91C0: to=<${to}@outlook.com>, relay=outlook-com.olc.protection.outlook.com[52.101.8.47]:25, delay=1, dsn=5.7.1, status=bounced (host outlook-com.olc.protection.outlook.com[52.101.8.47] said: 550 5.7.1 Unfortunately, messages from [203.0.113.7] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150). (in reply to MAIL FROM command))`;
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
  t.equal(await firstOf(desk, 2), day(1), 'of several alike, the first is of the block before');
  const rows = await desk.db.selectFrom('rejections').where('incident_number', '=', 2).selectAll().execute();
  t.equal(rows.length, 1, 'and what was pasted is kept whole');
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
