import t from 'tap';
import { confirmRecovery } from '../../src/incidents/state-store.ts';
import { readRelapses, type StateEntry, toldIn } from '../../src/letters/relapse.ts';
import { SYSTEM } from '../../src/web/access.ts';
import { PROFILE, testDesk } from '../desk.ts';

const at = (day: number, hour = 8) => new Date(Date.UTC(2026, 2, day, hour));
const entry = (kind: string, day: number, to: StateEntry['to'] = null): StateEntry => ({
  kind,
  occurred_at: at(day),
  recorded_at: at(day),
  to,
});
const moved = (to: StateEntry['to'], day: number) => entry('state-changed', day, to);

t.test(
  'a block that came back: lifted when they lifted it, refused since the report that told it',
  async (t) => {
    const entries = [
      moved('awaiting-provider', 1),
      moved('mitigated', 3),
      moved('recovered', 4),
      entry('relapse-seen', 10),
      moved('open', 10),
    ];
    const told = (some: StateEntry[]) => {
      const found = toldIn(some);
      return found && [found.liftedAt, found.seen.occurred_at, found.flowed];
    };
    t.strictSame(told(entries), [at(3), at(10), true]);
    t.equal(told(entries.slice(0, 3)), null);
    t.equal(told([entry('relapse-seen', 10)]), null, 'nothing tells when it was lifted');
    t.strictSame(
      told([...entries, moved('mitigated', 12), entry('relapse-seen', 15)]),
      [at(12), at(15), false],
      'the newest counts',
    );
    const takenBack = [moved('mitigated', 3), moved('action-needed', 5), moved('mitigated', 8)];
    t.strictSame(
      told([...takenBack, moved('recovered', 9), entry('relapse-seen', 12)]),
      [at(8), at(12), true],
      'a lifting that was taken back is not the one that the block came back from',
    );
    t.equal(
      told([...entries, moved('closed', 11), entry('relapse-seen', 15)]),
      null,
      'closed unlifted: what was lifted before the relapse before is not it',
    );
  },
);

const line = (time: string) =>
  `${time}+00:00 mx1 postfix/smtp[41]: 4F2A91C0: to=<ann@outlook.com>, relay=outlook-com.olc.protection.outlook.com[52.101.8.47]:25, delay=1, dsn=5.7.1, status=bounced (host outlook-com.olc.protection.outlook.com[52.101.8.47] said: 550 5.7.1 Unfortunately, messages from [203.0.113.7] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150). (in reply to MAIL FROM command))`;

t.test('the next first request says so, and since when mail is refused again', async (t) => {
  const { api, db } = await testDesk(t);
  const now = Date.now();
  const day = (ago: number) => new Date(now - ago * 86_400_000).toISOString().slice(0, 19);
  await api('PUT', '/profile', { ...PROFILE, sendingDomains: ['shop.example.net'] });
  const { body: logged } = await api('POST', '/incidents', { report: line(day(9)) });
  const number = logged.number as number;
  const draft = async (template: string) =>
    (await api('POST', `/incidents/${number}/letters`, { template, language: 'en' })).body;
  t.notMatch((await draft('outlook-com/first')).body, 'An earlier block was lifted');
  await api('POST', `/incidents/${number}/messages`, {
    direction: 'in',
    from: 'support@example.com',
    subject: 'SRX1790000001ID',
    sentAt: `${day(6)}Z`,
    body: 'We have implemented mitigation for your IP (203.0.113.7) and this process may take 24 - 48 hours to replicate completely throughout our system.\n',
  });
  t.equal((await api('GET', `/incidents/${number}`)).body.state, 'mitigated');
  await api('POST', '/incidents', { report: line(day(1)) });
  t.match((await api('GET', `/incidents/${number}`)).body, { state: 'open', relapses: 1 });

  const written = (iso: string) =>
    new Date(`${iso}Z`).toLocaleDateString('en-GB', {
      day: 'numeric',
      month: 'long',
      year: 'numeric',
      timeZone: 'UTC',
    });
  // More than a letter reads of an incident: where mail began to be refused again is asked of all of them.
  const { id: _, ...newest } = await db
    .selectFrom('rejections')
    .selectAll()
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();
  const later = { ...newest, occurred_at: new Date(now - 3_600_000), recorded_at: new Date() };
  await db.insertInto('rejections').values(Array(500).fill(later)).execute();
  const since = (await readRelapses(db, [{ number, relapses: 1 }])).get(number);
  t.equal(
    since?.at.toISOString().slice(0, 19),
    day(1),
    'the block as it stands, for whoever asks of many incidents',
  );
  t.equal((await readRelapses(db, [{ number, relapses: 0 }])).size, 0);

  const again = await draft('outlook-com/first');
  t.match(again.body, `has been refused since ${written(day(1))}, `);
  t.match(again.body, `An earlier block was lifted on ${written(day(6))}; mail is refused again.`);
  const { body: summary } = await draft('management/summary');
  t.match(summary, new RegExp(`– ${written(day(9))}, .*: first refusal`));
  const told = summary.split('\n').filter((line: string) => line.startsWith('– ') && / UTC.*: /.test(line));
  t.match(
    told.map((line: string) => line.replace(/^– (.*?), .*: /, '$1: ')),
    [
      `${written(day(9))}: first refusal`,
      `${written(day(6))}: lifted`,
      `${written(day(1))}: refused again`,
      /: incident opened$/,
    ],
    'in the order in which it happened, not in that in which it was recorded',
  );
});

t.test(
  'what was refused while the lifting spread is of the block before, and so are its cause and its fix',
  async (t) => {
    const { api, db } = await testDesk(t);
    const now = Date.now();
    const ago = (hours: number) => new Date(now - hours * 3_600_000).toISOString();
    const pasted = (...hours: number[]) => hours.map((some) => line(ago(some).slice(0, 19))).join('\n');
    await api('PUT', '/profile', { ...PROFILE, sendingDomains: ['shop.example.net'] });
    const { body: logged } = await api('POST', '/incidents', { report: pasted(120) });
    const number = logged.number as number;
    await api('POST', `/incidents/${number}/cause`, {
      class: 'compromised-account',
      found: 'one account',
      fixed: 'closed it',
      fixedAt: ago(110),
    });
    await db
      .updateTable('incident_causes')
      .set({ recorded_at: new Date(ago(110)) })
      .execute();
    const draft = async () =>
      (await api('POST', `/incidents/${number}/letters`, { template: 'outlook-com/first', language: 'en' }))
        .body.body as string;
    t.match(await draft(), 'closed it');
    await api('POST', `/incidents/${number}/messages`, {
      direction: 'in',
      from: 'support@example.com',
      subject: 'SRX1790000001ID',
      sentAt: ago(100),
      body: 'We have implemented mitigation for your IP (203.0.113.7).\n',
    });
    await db
      .transaction()
      .execute((trx) =>
        confirmRecovery(trx, SYSTEM, number, { words: '200 of 200 accepted', at: new Date(ago(72)) }),
      );
    await api('POST', '/incidents', { report: pasted(90, 3, 1) });
    t.match((await api('GET', `/incidents/${number}`)).body, {
      state: 'open',
      relapses: 1,
      rejectionCount: 4,
    });
    const since = (await readRelapses(db, [{ number, relapses: 1 }])).get(number);
    t.match(
      [since?.liftedAt, since?.at].map((one) => one?.toISOString().slice(0, 19)),
      [ago(100), ago(3)].map((one) => one.slice(0, 19)),
    );
    const again = await draft();
    t.notMatch(again, 'closed it');
    await api('POST', `/incidents/${number}/cause`, {
      class: 'compromised-account',
      found: 'another account',
      fixed: 'took its key',
    });
    t.match(await draft(), 'took its key', 'what is recorded of this one is told');
  },
);
