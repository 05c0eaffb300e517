import { CompiledQuery, type KyselyPlugin, sql } from 'kysely';
import t from 'tap';
import type { Db } from '../../src/database/open.ts';
import { readDueDates } from '../../src/notifications/calendar/due-dates.ts';
import { openCalendar } from '../../src/notifications/calendar/links.ts';
import { fanOut } from '../../src/notifications/fan-out.ts';
import { recentMails } from '../../src/notifications/mail-queue.ts';
import { mailDue } from '../../src/notifications/mailing.ts';
import { countUnread, listNotices, markAllRead, openNotice } from '../../src/notifications/notices.ts';
import { peopleTold } from '../../src/notifications/tell-people.ts';
import { CATALOGUE, testDesk } from '../desk.ts';
import { insertIncidents } from '../many-rows.ts';
import { addPerson } from './people.fixture.ts';

const LARGE = ['notices', 'event_outbox', 'timeline_entries', 'notice_mails', 'step_judgements', 'incidents'];
const INCIDENTS = 4000;
const OF_EACH = 2000;
const NOW = new Date('2026-03-10T09:00:00Z');

/** Years of it, as the database itself writes them. */
async function fill(db: Db): Promise<number> {
  await insertIncidents(db, INCIDENTS);
  const people: number[] = [];
  for (let index = 0; index < 20; index++) people.push(await addPerson(db, `Person${index}`));
  await sql`
    insert into notices (user_id, event_id, incident_number, topic, words, link, happened_at, read_at, mail_due_at)
    select u.id, n, 1 + n % ${INCIDENTS}, 'block', 'Logged', '/incidents/1', now(),
      case when n % 100 > 0 then now() end, case when n % 400 = 0 then now() + interval '1 day' end
    from users u cross join generate_series(1, ${OF_EACH}) n`.execute(db);
  await sql`
    insert into timeline_entries (incident_number, kind, actor_name, detail)
    select 1 + n % ${INCIDENTS}, 'note-added', 'A', '{"text":"x"}' from generate_series(1, 20000) n`.execute(
    db,
  );
  await sql`
    insert into event_outbox (entry_id, incident_number)
    select id, incident_number from timeline_entries`.execute(db);
  await sql`
    insert into step_judgements (incident_number, version, step, due_at, look_at)
    select number, 1, 'follow-up', ${NOW}::timestamptz + (number - 2000) * interval '1 hour', now()
    from incidents on conflict do nothing`.execute(db);
  await sql`
    insert into sending_accounts (name, host, port, security, auth, from_address, is_default)
    values ('Desk', 'mail.example.com', 587, 'starttls', 'none', 'desk@example.com', false)`.execute(db);
  await sql`
    insert into notice_mails (user_id, account_id, message_id, envelope_sender, envelope_recipients, subject, raw, state, settled_at, created_at)
    select u.id, 1, u.id || '.' || n, 'desk@example.com', '{a@example.com}', 'x', 'x', 'sent', now(), now() - interval '1 day'
    from users u cross join generate_series(1, 300) n`.execute(db);
  await sql`analyze`.execute(db);
  return people[7] ?? 0;
}

type Plan = { 'Node Type': string; 'Relation Name'?: string; Plans?: Plan[] };
const scans = (plan: Plan): string[] => [
  ...(plan['Node Type'] === 'Seq Scan' ? [plan['Relation Name'] ?? ''] : []),
  ...(plan.Plans ?? []).flatMap(scans),
];

t.test('no hot query reads a large table from end to end', async (t) => {
  const { db, desk } = await testDesk(t);
  const user = await fill(db);
  const seen: CompiledQuery[] = [];
  const plugin: KyselyPlugin = {
    transformQuery({ node, queryId }) {
      seen.push(db.getExecutor().compileQuery(node, queryId));
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  const watched = db.withPlugin(plugin);
  await countUnread(watched, user);
  await listNotices(watched, user, { unread: true, limit: 50 });
  const { next } = await listNotices(watched, user, { unread: false, limit: 50 });
  await listNotices(watched, user, { unread: false, limit: 50, before: next ?? 0 });
  const newest = (await listNotices(db, user, { unread: true, limit: 1 })).notices[0]?.id ?? 0;
  await watched.transaction().execute((trx) => openNotice(trx, user, newest));
  await watched.transaction().execute((trx) => markAllRead(trx, user, newest - 1000));
  await recentMails(watched, user, 5);
  await mailDue({ ...desk, db: watched }, NOW);
  await fanOut(watched, [peopleTold(() => NOW)], 50);
  await openCalendar(watched, 'nobody');
  await readDueDates(watched, CATALOGUE, { userId: user, isAll: true }, { now: NOW, origin: '' });
  t.ok(seen.length > 20, `${seen.length} queries`);
  for (const query of seen.filter((one) => /^(?:select|update|delete)/.test(one.sql))) {
    const { rows } = await db.executeQuery<{ 'QUERY PLAN': { Plan: Plan }[] }>(
      CompiledQuery.raw(`explain (format json) ${query.sql}`, [...query.parameters]),
    );
    const found = scans(rows[0]?.['QUERY PLAN'][0]?.Plan ?? { 'Node Type': '' });
    t.strictSame(
      found.filter((table) => LARGE.includes(table)),
      [],
      query.sql.slice(0, 120),
    );
  }
});
