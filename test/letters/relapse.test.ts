import t from 'tap';
import { readBlockedAgain, relapseIn, type StateEntry } from '../../src/letters/relapse.ts';
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
    t.strictSame(
      relapseIn(entries, []),
      { liftedAt: at(3), at: at(10) },
      'the moment of the entry, of a log',
    );
    const refusal = (day: number, told: number) => ({ occurred_at: at(day, 6), recorded_at: at(told) });
    t.strictSame(
      relapseIn(entries, [refusal(10, 10), refusal(9, 10), refusal(3, 3), refusal(2, 10)]),
      { liftedAt: at(3), at: at(9, 6) },
      'not what was refused while the lifting spread, nor before it',
    );
    t.equal(relapseIn(entries.slice(0, 3), []), null);
    t.equal(relapseIn([entry('relapse-seen', 10)], []), null, 'nothing tells when it was lifted');
    t.strictSame(
      relapseIn([...entries, moved('mitigated', 12), entry('relapse-seen', 15)], []),
      { liftedAt: at(12), at: at(15) },
      'the newest counts',
    );
    const takenBack = [moved('mitigated', 3), moved('action-needed', 5), moved('mitigated', 8)];
    t.strictSame(
      relapseIn([...takenBack, moved('recovered', 9), entry('relapse-seen', 12)], []),
      { liftedAt: at(8), at: at(12) },
      'a lifting that was taken back is not the one that the block came back from',
    );
    t.equal(
      relapseIn([...entries, moved('closed', 11), entry('relapse-seen', 15)], []),
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
  const since = (await readBlockedAgain(db, [{ number, relapses: 1 }])).get(number);
  t.equal(
    since?.at.toISOString().slice(0, 19),
    day(1),
    'the block as it stands, for whoever asks of many incidents',
  );
  t.equal((await readBlockedAgain(db, [{ number, relapses: 0 }])).size, 0);

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
