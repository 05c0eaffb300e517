import { sql } from 'kysely';
import t from 'tap';
import { MAIL_LOOKS } from '../../src/mail-out/mail-looks.ts';
import { makeDueMails, PutOff } from '../../src/report-mails/make.ts';
import { REPORT_QUEUE } from '../../src/report-mails/queue.ts';
import { listSubscriptions } from '../../src/report-mails/store.ts';
import { inDays, mailDueReports, mailedDesk, scheduleDaily } from './mailed-desk.fixture.ts';

t.test(
  'a due report is mailed once to each, with table, link and CSV, by however many processes',
  async (t) => {
    const desk = await mailedDesk(t, {});
    const { server, maker } = desk;
    t.equal(await mailDueReports(maker, new Date()), 0, 'nothing is due yet');
    const due = inDays(1.5);
    await Promise.all([mailDueReports(maker, due), mailDueReports(maker, due)]);
    await mailDueReports(maker, due);
    const to = (server?.lines ?? []).filter((line) => line.startsWith('RCPT')).sort();
    t.equal(to.length, 2);
    t.match(to.join(), /boss@example\.com/);
    const mail = server?.messages[0]?.toString() ?? '';
    t.match(mail, /^Subject: Blocked time by provider/m);
    t.match(mail, /Content-Type: text\/html/);
    t.match(mail, /filename=blocked-by-provider-.*\.csv/);
    t.match(mail, /Outlook\.com/);
    t.match(mail, /^Auto-Submitted: auto-generated/m, 'no program answers it');
    t.match(mail, /^Message-ID:\s+<[\da-f-]{36}\.notice@/m, 'and what comes back is told to nobody');
    t.match(
      mail.replaceAll('=\r\n', '').replaceAll('=3D', '='),
      /https:\/\/desk\.example\.com\/reports\/blocked-by-provider\?provider=outlook-com&(amp;)?from=/,
    );
    const [row] = await listSubscriptions(desk.db);
    t.ok(row && row.next_due_at > due, 'the next one is due');
    t.strictSame(
      row?.mails.map(({ state }) => state),
      ['sent', 'sent'],
    );
    const page = (await desk.admin.get('/reports/subscriptions')).body;
    t.match(page, /every day at 07:00/);
    t.match(page, /Last 30 days|last 30 days/);
  },
);

t.test('what was missed while nobody ran is mailed once', async (t) => {
  const desk = await mailedDesk(t, {});
  t.equal(await makeDueMails(desk.maker, inDays(20)), 1);
  t.equal(await makeDueMails(desk.maker, inDays(20)), 0);
});

t.test('a schedule that breaks is told of, tried again later, and holds up none of the others', async (t) => {
  const desk = await mailedDesk(t, {});
  await scheduleDaily(t, desk);
  await sql`update report_subscriptions set time_zone = 'Nowhere/Else', next_due_at = next_due_at - interval '1 hour'
    where id = 1`.execute(desk.db);
  const broke: unknown[] = [];
  const by = { putOff: new PutOff(), failed: (error: unknown) => broke.push(error) };
  const due = inDays(2);
  t.equal(await makeDueMails(desk.maker, due, by), 1, 'the other is made');
  const rows = await listSubscriptions(desk.db);
  t.match(rows[0], { last_problem: /something failed on our side/, mails: [] });
  t.match(rows[1], { last_problem: '', mails: [{}, {}] });
  await makeDueMails(desk.maker, due, by);
  t.equal(broke.length, 1, 'it is not tried every few seconds');
  await makeDueMails(desk.maker, new Date(due.getTime() + 11 * 60_000), by);
  t.equal(broke.length, 2);
});

t.test('without a sending account the page says so, and the schedule goes on', async (t) => {
  const desk = await mailedDesk(t);
  t.match((await desk.admin.get('/reports/subscriptions')).body, /No mail can leave\./);
  await mailDueReports(desk.maker, inDays(2));
  const [row] = await listSubscriptions(desk.db);
  t.match(row, { last_problem: /no sending account/i, mails: [] });
  t.ok(row && row.next_due_at > inDays(2));
  t.match((await desk.admin.get('/reports/subscriptions')).body, /There is no sending account yet\./);
  const now = await desk.admin.post('/reports/subscriptions/1/sending');
  t.equal(now.statusCode, 422);
});

t.test(
  'a refusal is shown, a deferral tried again, and what may have arrived is not sent twice',
  async (t) => {
    const desk = await mailedDesk(t, {
      to: { 'boss@example.com': '550 5.1.1 No such boss' },
      end: '451 4.3.0 Later',
    });
    await mailDueReports(desk.maker, inDays(2));
    const states = async () =>
      Object.fromEntries(
        (await listSubscriptions(desk.db))[0]?.mails.map(({ recipient, state }) => [
          recipient.split('@')[0],
          state,
        ]) ?? [],
      );
    t.match(await states(), { boss: 'failed' });
    t.ok(Object.values(await states()).includes('deferred'));
    const page = (await desk.admin.get('/reports/subscriptions')).body;
    t.match(page, /No such boss/);
    for (const { words } of [MAIL_LOOKS.failed, MAIL_LOOKS.deferred])
      t.match(page, `</span> ${words} `, 'in the words that letters and notices have');
    await desk.db
      .updateTable('report_mails')
      .set({ state: 'sending', lease_until: inDays(-1) })
      .where('state', '=', 'deferred')
      .execute();
    await REPORT_QUEUE.settleLost(desk.db);
    t.ok(Object.values(await states()).includes('delivered-unknown'));
    const before = desk.server?.messages.length;
    await mailDueReports(desk.maker, inDays(2));
    t.equal(desk.server?.messages.length, before);
  },
);
