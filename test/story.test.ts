import t from 'tap';
import { PROFILE, REFUSAL, testDesk } from './desk.ts';

const MINUTE = 60_000;

t.test('the story, by the API: blocked, denied, mitigated, no reason given, recovered, closed', async (t) => {
  const { api } = await testDesk(t);
  await api('PUT', '/profile', {
    ...PROFILE,
    mailKinds: 'order confirmations of one shop',
    jmrpSince: '2018-05-01',
    sndsSince: '2018-05-01',
  });

  const start = Date.now() - 100 * 60 * MINUTE;
  const at = (minutes: number) => new Date(start + minutes * MINUTE).toISOString();
  const line = `${at(0)} web-3 postfix/smtp[812]: 4DF1A2C0E1: to=<p.hansen@hotmail.com>, relay=hotmail-com.olc.protection.outlook.com[192.0.2.201]:25, dsn=5.7.1, status=bounced (host hotmail-com.olc.protection.outlook.com[192.0.2.201] said: ${REFUSAL} (in reply to MAIL FROM command))`;
  const logged = await api('POST', '/incidents', { report: line });
  t.equal(logged.status, 201);
  t.match(logged.body, {
    number: 1,
    provider: 'outlook-com',
    addresses: ['203.0.113.7'],
    reason: 'ip-reputation',
    state: 'open',
    round: 0,
    blockCodes: ['S3150'],
  });
  t.equal(logged.body.firstRejectionAt, at(0), 'the log’s own time is the first rejection');

  const first = await api('POST', '/incidents/1/letters', {});
  t.equal(first.status, 201);
  t.equal(first.body.template, 'outlook-com/first');
  t.strictSame(first.body.missing, []);
  t.equal(first.body.route.kind, 'form');
  t.match(first.body.route.url, /^https?:/);
  t.match(first.body.body, /203\.0\.113\.7/);
  t.equal(
    first.body.claims.find((claim: { key: string }) => claim.key === 'jmrp-enrolled').status,
    'supported',
  );
  t.notMatch(first.body.body, /block lists/, 'what nobody looked up is not claimed');
  const sent = await api('POST', `/letters/${first.body.id}/send`, {
    channel: 'form',
    reference: 'SRX1523047712ID',
    sentAt: at(90),
  });
  t.equal(sent.status, 200);
  t.equal((await api('GET', '/incidents/1')).body.state, 'awaiting-provider');

  const reply = (minutes: number, body: string) =>
    api('POST', '/incidents/1/messages', {
      direction: 'in',
      from: 'Outlook.com Deliverability Support',
      subject: 'RE: SRX1523047712ID',
      body,
      sentAt: at(minutes),
    });
  const denied = await reply(
    192,
    'Hello,\n\nOur investigation shows that 203.0.113.7 does not qualify for mitigation. Please comply with our policies and subscribe to JMRP and SNDS.',
  );
  t.equal(denied.status, 201);
  t.match(denied.body, { verdict: 'denied', ticket: 'SRX1523047712ID' });
  t.equal((await api('GET', '/incidents/1')).body.state, 'action-needed');

  await api('POST', '/incidents/1/evidence', {
    claim: 'no-public-listing',
    result: 'supports',
    words: '0 of 42 lists',
    source: 'own resolver',
    observedAt: at(1400),
  });
  await api('POST', '/incidents/1/evidence', {
    claim: 'sender-score',
    result: 'supports',
    words: '99 of 100',
    source: 'senderscore.org',
    observedAt: at(1410),
  });
  const second = await api('POST', '/incidents/1/letters', {});
  t.equal(second.body.template, 'outlook-com/second-review');
  const answered = await api('POST', `/letters/${second.body.id}/send`, {
    channel: 'email',
    sentAt: at(1465),
  });
  t.equal(answered.status, 200);
  t.match(
    answered.body.claims.find((claim: { key: string }) => claim.key === 'sender-score'),
    { status: 'supported' },
  );

  const mitigated = await reply(
    1970,
    'Hello,\n\nRecent activity of your IP was flagged as suspicious. I have conducted an investigation and have implemented mitigation for your deliverability problem. It may take 24 - 48 hours to replicate.',
  );
  t.equal(mitigated.body.verdict, 'mitigated');
  const cause = await api('POST', '/incidents/1/letters', {});
  t.equal(cause.body.template, 'outlook-com/ask-cause');
  await api('POST', `/letters/${cause.body.id}/send`, { channel: 'email', sentAt: at(1982) });
  t.equal(
    (await api('GET', '/incidents/1')).body.state,
    'mitigated',
    'a question about the cause moves nothing',
  );
  const refused = await reply(
    2400,
    'Hello,\n\nI am unable to provide any details about this situation, since we do not have the liberty to discuss the nature of the block.',
  );
  t.equal(refused.body.verdict, 'refused-to-explain');

  t.equal(
    (await api('PATCH', '/incidents/1', { state: 'recovered', reason: '228 of 234 accepted since midnight' }))
      .body.state,
    'recovered',
  );
  const closed = await api('PATCH', '/incidents/1', { state: 'closed', reason: 'mail flows' });
  t.match(closed.body, { state: 'closed', round: 2 });
  t.strictSame(
    closed.body.durations,
    { blocked: 1970 * 60, toFirstRequest: 90 * 60, toFirstAnswer: 102 * 60, toMitigation: 1880 * 60 },
    'right to the second',
  );

  const timeline = await api('GET', '/incidents/1/timeline?limit=200');
  const kinds = timeline.body.items.map((entry: { kind: string }) => entry.kind);
  const states = timeline.body.items
    .filter((entry: { kind: string }) => entry.kind === 'state-changed')
    .map((entry: { detail: { to: string } }) => entry.detail.to);
  t.strictSame(states, [
    'awaiting-provider',
    'action-needed',
    'awaiting-provider',
    'mitigated',
    'recovered',
    'closed',
  ]);
  t.equal(kinds.filter((kind: string) => kind === 'letter-sent').length, 3);
  t.equal(kinds.filter((kind: string) => kind === 'message-received').length, 3);
  t.equal(kinds[0], 'rejection-recorded', 'the timeline begins with what happened first');
  const times = timeline.body.items.map((entry: { occurredAt: string }) => entry.occurredAt);
  t.strictSame(times, times.toSorted());
});
