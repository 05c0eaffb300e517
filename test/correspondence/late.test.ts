import t from 'tap';
import { PROFILE, REFUSAL, testDesk } from '../desk.ts';

const HOUR = 3_600_000;
const hoursAgo = (hours: number) => new Date(Date.now() - hours * HOUR).toISOString();

t.test('a request that is recorded after its answer hides no answer', async (t) => {
  const { api, db } = await testDesk(t);
  await api('PUT', '/profile', PROFILE);
  await api('POST', '/incidents', { report: REFUSAL });
  const record = (direction: 'in' | 'out', body: string, sentAt: string) =>
    api('POST', '/incidents/1/messages', { direction, body, sentAt });
  const incident = () =>
    db
      .selectFrom('incidents')
      .select(['state', 'round', 'first_request_at', 'last_request_at', 'follow_up_due_at', 'mitigated_at'])
      .executeTakeFirstOrThrow();

  await record('in', 'Your IP does not qualify for mitigation.', hoursAgo(2));
  t.equal((await record('out', 'Please lift the block.', hoursAgo(5))).status, 201);
  t.match(await incident(), {
    state: 'action-needed',
    round: 1,
    first_request_at: Date,
    follow_up_due_at: null,
  });

  await record('out', 'Please look at it again.', hoursAgo(1));
  const waiting = await incident();
  t.match(waiting, { state: 'awaiting-provider', follow_up_due_at: Date });
  await record('out', 'We wrote by the portal, too.', hoursAgo(200));
  t.match(await incident(), {
    state: 'awaiting-provider',
    last_request_at: waiting.last_request_at,
    follow_up_due_at: waiting.follow_up_due_at,
  });
});

t.test('a letter that is recorded after its answer takes no mitigation back', async (t) => {
  const { api, db } = await testDesk(t);
  await api('PUT', '/profile', PROFILE);
  await api('POST', '/incidents', { report: REFUSAL });
  const { body: letter } = await api('POST', '/incidents/1/letters', {});
  const body = 'We have implemented mitigation for your IP.';
  await api('POST', '/incidents/1/messages', { direction: 'in', body, sentAt: hoursAgo(2) });
  const sent = await api('POST', `/letters/${letter.id}/send`, { channel: 'form', sentAt: hoursAgo(3) });
  t.equal(sent.status, 200);
  t.match(await db.selectFrom('incidents').select(['state', 'round', 'mitigated_at']).executeTakeFirst(), {
    state: 'mitigated',
    round: 1,
    mitigated_at: Date,
  });
});
