import type { Test } from 'tap';
import { addAccount } from '../../src/mail-out/accounts.ts';
import { sendDue } from '../../src/mail-out/worker.ts';
import { type Maker, makeDueMails } from '../../src/report-mails/make.ts';
import { REPORT_QUEUE } from '../../src/report-mails/queue.ts';
import { REFUSAL, signedIn, type TestDesk, testDesk } from '../desk.ts';
import { ACCOUNT, HASTE } from '../mail-out/mail-out.fixture.ts';
import { FakeSmtp, type Script } from '../mail-out/smtp.fixture.ts';

const DAY = 86_400_000;
export const inDays = (days: number) => new Date(Date.now() + days * DAY);
const makerOf = ({ desk }: TestDesk): Maker => ({ ...desk, base: 'https://desk.example.com' });

/** Makes what is due at a moment and sends it. Returns how many attempts that were. */
export async function mailDueReports(maker: Maker, now: Date): Promise<number> {
  await makeDueMails(maker, now);
  const quiet = { info: () => {}, warn: () => {} };
  return sendDue(maker, quiet, { patience: HASTE, queues: [REPORT_QUEUE] });
}

/** A desk with a block, a person and a confirmed address that are mailed each day. */
export async function mailedDesk(t: Test, script?: Script) {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const server = script ? await FakeSmtp.start(t, script) : undefined;
  if (server)
    await desk.db
      .transaction()
      .execute((trx) => addAccount(trx, desk.desk.secrets, { ...ACCOUNT, port: server.port }));
  const admin = await signedIn(desk, 'admin');
  t.equal((await admin.post('/reports/addresses', { address: 'boss@example.com' })).statusCode, 303);
  const mailed = { ...desk, server, admin, maker: makerOf(desk) };
  await scheduleDaily(t, mailed);
  return mailed;
}

/** Has a report mailed to both each day. */
export async function scheduleDaily(
  t: Test,
  { db, admin }: Pick<TestDesk, 'db'> & { admin: Awaited<ReturnType<typeof signedIn>> },
): Promise<void> {
  const { id } = await db.selectFrom('users').select('id').executeTakeFirstOrThrow();
  const made = await admin.post('/reports/subscriptions', {
    report: 'blocked-by-provider',
    query: 'period=30-days&provider=outlook-com',
    cadence: 'daily',
    hour: '7',
    people: String(id),
    addresses: '1',
  });
  t.equal(made.statusCode, 303, made.body);
}
