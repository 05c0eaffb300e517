import t from 'tap';
import { PROFILE, REFUSAL, testDesk } from '../desk.ts';

const HOUR = 3_600_000;
const hoursAgo = (hours: number) => new Date(Date.now() - hours * HOUR).toISOString();

t.test(
  'a verdict that is corrected to a receipt leaves the incident waiting, with its follow-up',
  async (t) => {
    const { api, db } = await testDesk(t);
    await api('PUT', '/profile', PROFILE);
    await api('POST', '/incidents', { report: REFUSAL });
    const { body: letter } = await api('POST', '/incidents/1/letters', {});
    await api('POST', `/letters/${letter.id}/send`, { channel: 'form', sentAt: hoursAgo(3) });
    const incident = () =>
      db
        .selectFrom('incidents')
        .select(['state', 'last_verdict', 'first_answer_at', 'follow_up_due_at'])
        .executeTakeFirstOrThrow();
    const { follow_up_due_at: due } = await incident();
    t.ok(due, 'their usual time to answer runs');
    const answer = await api('POST', '/incidents/1/messages', {
      direction: 'in',
      body: 'Your IP does not qualify for mitigation.',
      sentAt: hoursAgo(2),
    });
    t.match(await incident(), { state: 'action-needed', follow_up_due_at: null, first_answer_at: Date });

    const correct = (verdict: string) => api('PATCH', `/incidents/1/messages/${answer.body.id}`, { verdict });
    t.equal((await correct('acknowledged')).status, 200);
    t.strictSame(await incident(), {
      state: 'awaiting-provider',
      last_verdict: 'acknowledged',
      first_answer_at: null,
      follow_up_due_at: due,
    });
    await correct('mitigated');
    t.match(await incident(), { state: 'mitigated', last_verdict: 'mitigated', first_answer_at: Date });
  },
);

t.test('the first answer is the first that says something, whichever is corrected', async (t) => {
  const { api, db } = await testDesk(t);
  await api('POST', '/incidents', { report: REFUSAL });
  const record = async (body: string, sentAt: string) =>
    (await api('POST', '/incidents/1/messages', { direction: 'in', body, sentAt })).body;
  const first = await record('Your IP does not qualify for mitigation.', hoursAgo(5));
  const second = await record('We have implemented mitigation for your IP.', hoursAgo(1));
  await api('PATCH', `/incidents/1/messages/${first.id}`, { verdict: 'other' });
  t.match(await db.selectFrom('incidents').select(['state', 'first_answer_at']).executeTakeFirst(), {
    state: 'mitigated',
    first_answer_at: new Date(second.at),
  });
});

t.test('a receipt for what was asked elsewhere starts the usual time to answer', async (t) => {
  const { api, db } = await testDesk(t);
  await api('POST', '/incidents', { report: REFUSAL });
  const body = 'Thank you for contacting us. We have received your request.';
  const receipt = await api('POST', '/incidents/1/messages', { direction: 'in', body });
  t.match(receipt.body, { verdict: 'acknowledged' });
  const row = await db
    .selectFrom('incidents')
    .select(['state', 'follow_up_due_at'])
    .executeTakeFirstOrThrow();
  t.equal(row.state, 'awaiting-provider');
  t.ok(row.follow_up_due_at && row.follow_up_due_at > new Date(receipt.body.at), 'nobody waits for ever');
});
