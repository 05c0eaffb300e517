import t from 'tap';
import type { DayCount } from '../../src/letters/course.ts';
import { perDayOf, trafficOf, weeksOf } from '../../src/letters/course.ts';
import { PROFILE, testDesk } from '../desk.ts';

const NOW = new Date('2026-03-11T08:15:00Z');
const day = (ago: number, accepted: number, refused: number, address = '203.0.113.7'): DayCount => ({
  address,
  day: new Date(Date.UTC(2026, 2, 11 - ago)),
  accepted,
  refused,
});

t.test('weeks end with the last whole day, and a day without mail is none', async (t) => {
  const days = [day(0, 999, 0), day(1, 10, 5), day(1, 5, 0, '203.0.113.8'), day(7, 8, 0), day(8, 40, 2)];
  t.strictSame(weeksOf(days, NOW), [
    { from: new Date('2026-02-25'), to: new Date('2026-03-03'), least: 42, most: 42 },
    { from: new Date('2026-03-04'), to: new Date('2026-03-10'), least: 8, most: 20 },
  ]);
  t.strictSame(weeksOf([], NOW), []);
});

t.test('traffic and volume of the last seven days', async (t) => {
  const days = [day(0, 1, 2), day(1, 70, 7), day(30, 5000, 0)];
  t.strictSame(trafficOf(days, NOW), { accepted: 71, refused: 9 });
  t.equal(trafficOf([day(20, 5, 5)], NOW), null, 'nothing counted is no nought');
  t.equal(
    perDayOf(days, (address) => address === '203.0.113.7', NOW),
    11,
  );
  t.equal(
    perDayOf(days, () => false, NOW),
    null,
  );
});

const REFUSAL = (ip: string) =>
  `550 5.7.1 Unfortunately, messages from [${ip}] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150). [MX01.example.net]`;

t.test('an incident’s course stands in its letters, and nothing else does', async (t) => {
  const { api } = await testDesk(t);
  await api('PUT', '/profile', { ...PROFILE, sendingDomains: ['shop.example.net'] });
  const logged = async (ip: string) =>
    (await api('POST', '/incidents', { report: REFUSAL(ip), provider: 'outlook-com' })).body.number as number;
  const number = await logged('203.0.113.7');
  const draft = async (template: string, language = 'en') =>
    (await api('POST', `/incidents/${number}/letters`, { template, language })).body;

  const notice = await draft('customers/notice');
  t.match(notice.body, 'We are looking into it and taking it up with');
  t.equal(notice.route, null, 'not the provider’s form');
  await api('POST', `/letters/${notice.id}/send`, { channel: 'email' });
  t.match((await draft('mailbox-provider/escalation')).body, /^(?![\s\S]*Our requests so far)/);
  t.match(
    (await api('GET', `/incidents/${number}`)).body,
    { state: 'open', round: 0 },
    'a notice asks the desk nothing',
  );

  const first = await draft('outlook-com/first');
  const sent = await api('POST', `/letters/${first.id}/send`, {
    channel: 'form',
    reference: 'SRX1790000001ID',
  });
  t.equal(sent.status, 200);
  await api('POST', `/incidents/${number}/messages`, {
    direction: 'in',
    from: 'support@example.com',
    subject: 'SRX1790000001ID',
    body: 'Hello,\n\nBefore we can help, we need more information. Who operates this server? Please provide a sample of the headers.\n',
  });
  const answers = await draft('mailbox-provider/answer-info');
  t.match(answers.body, '1. “Who operates this server?”\n[answer]');
  t.match(answers.missing, [{ key: 'answers', where: 'letter' }]);
  t.equal((await api('POST', `/letters/${answers.id}/send`, { channel: 'email' })).status, 422);

  const escalation = await draft('mailbox-provider/escalation');
  t.match(escalation.body, /Our requests so far:\n\n– .*, ticket SRX1790000001ID: answered /);
  const summary = await draft('management/summary');
  t.match(summary.body, /request sent by .*, ticket SRX1790000001ID; answered/);
  t.match(summary.body, '– None on record.');
  t.match(summary.missing, [{ key: 'decision' }, { key: 'prevention' }]);
  const status = await draft('public/status');
  t.match(status.subject, /^Identified: /);
  t.notMatch(status.body, /SRX|Weber|203\.0\.113\.7/, 'no ticket, no person');
});

t.test('who reads no letters is offered none, and the answer says why', async (t) => {
  const { api } = await testDesk(t);
  const { body } = await api('POST', '/incidents', {
    report: '554 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using dnsbl-1.uceprotect.net',
    provider: 'uceprotect',
    addresses: ['203.0.113.7'],
  });
  const answer = await api('POST', `/incidents/${body.number}/letters`, {});
  t.equal(answer.status, 422);
  t.match(JSON.stringify(answer.body), /seven days after the last hit/);
  t.equal(
    (await api('POST', `/incidents/${body.number}/letters`, { template: 'customers/notice' })).status,
    201,
  );
});
