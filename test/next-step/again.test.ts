import t from 'tap';
import { keepSnapshot } from '../../src/evidence/snapshots.ts';
import { getIncident } from '../../src/incidents/store.ts';
import { readStep } from '../../src/next-step/store.ts';
import { CATALOGUE, PROFILE, type TestDesk, testDesk } from '../desk.ts';

const NOW = Date.now();
const at = (hours: number) => new Date(NOW - hours * 3_600_000).toISOString();
const line = (domain: string, mx: string, reply: string, hours: number) =>
  `${at(hours).slice(0, 19)}+00:00 mx1 postfix/smtp[41]: 4F2A91C0: to=<ann@${domain}>, relay=${mx}[198.51.100.9]:25, delay=1, dsn=5.7.1, status=bounced (host ${mx}[198.51.100.9] said: ${reply} (in reply to MAIL FROM command))`;
const S3150 = (hours: number) =>
  line(
    'outlook.com',
    'outlook-com.olc.protection.outlook.com',
    "550 5.7.1 Unfortunately, messages from [203.0.113.7] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150).",
    hours,
  );
const CSS = (hours: number) =>
  line(
    'example.org',
    'mx.example.org',
    '554 5.7.1 Client host [203.0.113.7] blocked using zen.spamhaus.org',
    hours,
  );
const log = (desk: TestDesk, report: string, more = {}) =>
  desk.api('POST', '/incidents', { report, ...more });
const message = (desk: TestDesk, direction: 'in' | 'out', hours: number, body: string) =>
  desk.api('POST', '/incidents/1/messages', {
    direction,
    ...(direction === 'in' ? { from: 'support@example.com' } : {}),
    subject: 'Mail from 203.0.113.7',
    sentAt: at(hours),
    body,
  });
const stepOf = async ({ db }: TestDesk, number: number) =>
  (await readStep(db, await getIncident(db, number), CATALOGUE, new Date())).step.id;

t.test(
  'an incident that was refused and closed is no way around the time between two requests',
  async (t) => {
    const desk = await testDesk(t);
    await log(desk, S3150(60));
    await message(desk, 'out', 50, 'Please look at it.');
    await message(desk, 'in', 40, 'Our investigation shows that it does not qualify for mitigation.');
    t.equal(await stepOf(desk, 1), 'second-review');
    await desk.api('PATCH', '/incidents/1', { state: 'closed', reason: 'Given up.' });
    t.equal((await log(desk, S3150(0))).status, 201);
    t.equal(await stepOf(desk, 2), 'too-soon');
    await desk.api('PATCH', '/incidents/2', { state: 'closed', reason: 'Logged by mistake.' });
    t.equal((await log(desk, S3150(0))).status, 201);
    t.equal(await stepOf(desk, 3), 'too-soon', 'nor is another that was closed without a request');
    await desk.api('POST', '/incidents/3/cause', {
      class: 'compromised-account',
      found: 'one account',
      fixed: 'closed it',
      fixedAt: at(30),
    });
    t.equal(await stepOf(desk, 3), 'enrol-and-write', 'a change is worth a request');
  },
);

t.test('what is refused while a lifting spreads is waited for, whether or not it says when', async (t) => {
  for (const report of [S3150(1), S3150(1).replace(/^\S+ mx1 .* said: /, '')]) {
    const desk = await testDesk(t);
    await log(desk, S3150(60));
    await message(desk, 'out', 50, 'Please look at it.');
    await message(desk, 'in', 10, 'We have implemented mitigation for your IP 203.0.113.7.');
    t.equal((await getIncident(desk.db, 1)).state, 'mitigated');
    await log(desk, report, { provider: 'outlook-com' });
    t.equal(await stepOf(desk, 1), 'wait-for-effect', report);
    t.equal((await getIncident(desk.db, 1)).relapses, report.startsWith('5') ? 1 : 0);
  }
});

t.test('of a block that came back, the cause that is known is that of the block before', async (t) => {
  const desk = await testDesk(t);
  await desk.api('PUT', '/profile', PROFILE);
  await log(desk, CSS(60), { provider: 'spamhaus' });
  await desk.api('POST', '/incidents/1/cause', {
    class: 'compromised-account',
    found: 'one account',
    fixed: 'closed it',
    fixedAt: at(55),
  });
  await message(desk, 'out', 50, 'Removal asked for on the page.');
  await message(desk, 'in', 49, 'The listing of 203.0.113.7 has been removed.');
  await desk.api('PATCH', '/incidents/1', { state: 'recovered', reason: 'Mail flows.' });
  await desk.db
    .updateTable('incidents')
    .set({ recovered_at: new Date(at(45)) })
    .execute();
  await desk.db
    .updateTable('incident_causes')
    .set({ recorded_at: new Date(at(54)) })
    .execute();
  await log(desk, CSS(1), { provider: 'spamhaus' });
  t.equal(await stepOf(desk, 1), 'came-back', 'and no answer in the ticket of what had ended');
});

t.test('the same found once more is no new fact, and another fix is', async (t) => {
  const desk = await testDesk(t);
  const cleaned = (words: string) =>
    desk.api('POST', '/incidents/1/evidence', {
      claim: 'list-cleaned',
      result: 'supports',
      words,
      source: 'our list',
      observedAt: at(1),
    });
  await log(desk, S3150(60));
  await message(desk, 'out', 50, 'Please look at it.');
  await message(desk, 'in', 40, 'Our investigation shows that it does not qualify for mitigation.');
  await desk.db.updateTable('incidents').set({ round: 2 }).execute();
  t.equal((await cleaned('4,000 addresses were taken off')).status, 201);
  t.equal(await stepOf(desk, 1), 'second-review');
  await desk.db
    .updateTable('evidence')
    .set({ recorded_at: new Date(at(55)) })
    .execute();
  t.equal(await stepOf(desk, 1), 'collect');
  await cleaned('4,000 addresses were taken off');
  t.equal(await stepOf(desk, 1), 'collect', 'their gate says so, too');
  await cleaned('all who did not confirm were taken off');
  t.equal(await stepOf(desk, 1), 'second-review');
});

t.test('a cause that is saved as it stands is no new fact, except of a block that came back', async (t) => {
  const desk = await testDesk(t);
  const save = async (more = {}) =>
    (
      await desk.api('POST', '/incidents/1/cause', {
        class: 'list-quality',
        found: 'an old list',
        fixed: 'took it out',
        ...more,
      })
    ).status;
  const told = async () => {
    const { recorded_at: recordedAt, fixed_at: fixedAt } = await desk.db
      .selectFrom('incident_causes')
      .selectAll()
      .executeTakeFirstOrThrow();
    return [recordedAt, fixedAt].map((one) => one?.toISOString());
  };
  await log(desk, S3150(60));
  await save({ fixedAt: at(40) });
  await message(desk, 'out', 30, 'Please look at it.');
  await message(desk, 'in', 20, 'Our investigation shows that it does not qualify for mitigation.');
  await desk.db.updateTable('incidents').set({ round: 2 }).execute();
  await desk.db
    .updateTable('incident_causes')
    .set({ recorded_at: new Date(at(35)) })
    .execute();
  await desk.db
    .updateTable('evidence')
    .set({ recorded_at: new Date(at(35)) })
    .execute();
  t.equal(await stepOf(desk, 1), 'collect');
  const before = await told();
  t.equal(await save(), 200);
  t.equal(
    await save({ found: ' an old list ', fixedAt: `${at(40).slice(0, 16)}:00Z` }),
    200,
    'a form’s minute',
  );
  t.strictSame(await told(), before);
  t.equal(await stepOf(desk, 1), 'collect');
  await save({ found: 'an old list, and another one' });
  t.equal(await stepOf(desk, 1), 'second-review', 'another finding is one');

  await desk.api('PATCH', '/incidents/1', { state: 'recovered', reason: 'Mail flows.' });
  await desk.db
    .updateTable('incidents')
    .set({ recovered_at: new Date(at(10)) })
    .execute();
  await desk.db
    .updateTable('incident_causes')
    .set({ recorded_at: new Date(at(15)) })
    .execute();
  await log(desk, S3150(5));
  const [recorded] = await told();
  await save({ found: 'an old list, and another one' });
  t.not((await told())[0], recorded, 'it is the cause of this one, too');
});

t.test('a check that finds the reverse name as it was does not mend it once more', async (t) => {
  const desk = await testDesk(t);
  const noName = (hours: number) =>
    line(
      'gmail.com',
      'gmail-smtp-in.l.google.com',
      '550-5.7.25 [203.0.113.7] The IP address sending this message does not have a PTR record setup',
      hours,
    );
  const look = (hours: number) =>
    desk.db.transaction().execute((trx) =>
      keepSnapshot(
        trx,
        'names',
        { address: '203.0.113.7' },
        {
          outcome: 'good',
          summary: 'fine',
          facts: [],
          claims: [{ claim: 'fcrdns-ok', result: 'supports', words: 'mx.example.com' }],
          raw: {},
        },
        new Date(at(hours)),
      ),
    );
  await log(desk, noName(2));
  await look(1);
  t.equal(await stepOf(desk, 1), 'repaired');
  await look(0.5);
  await log(desk, noName(0.3));
  t.equal(await stepOf(desk, 1), 'not-repaired');
  await look(0.1);
  t.equal(await stepOf(desk, 1), 'not-repaired');
});

t.test('letters of the incident before count to what a desk takes in its time', async (t) => {
  const desk = await testDesk(t);
  await desk.api('PUT', '/profile', PROFILE);
  const refused = (hours: number) =>
    line(
      'yahoo.com',
      'mta5.am0.yahoodns.net',
      '553 5.7.1 [BL21] Connections will not be accepted from 203.0.113.7, because the ip is in Spamhaus list',
      hours,
    );
  await log(desk, refused(600), { provider: 'yahoo' });
  for (const _ of [1, 2]) {
    const { body } = await desk.api('POST', '/incidents/1/letters', { template: 'yahoo/first' });
    await desk.db
      .updateTable('letters')
      .set({ state: 'sent', channel: 'form', sent_at: new Date(at(400)) })
      .where('id', '=', body.id)
      .execute();
  }
  await desk.db
    .updateTable('incidents')
    .set({
      state: 'closed',
      opened_at: new Date(at(600)),
      recovered_at: new Date(at(300)),
      closed_at: new Date(at(300)),
    })
    .execute();
  await log(desk, refused(1), { provider: 'yahoo' });
  const { situation } = await readStep(desk.db, await getIncident(desk.db, 2), CATALOGUE, new Date());
  t.equal(situation?.facts.coolsDown, true);
});
