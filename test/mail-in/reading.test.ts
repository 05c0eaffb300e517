import t from 'tap';
import { arf } from '../complaints/mails.fixture.ts';
import { signedIn, testDesk } from '../desk.ts';
import {
  arrive,
  askedIncident,
  DENIED,
  DESK,
  kindsOf,
  MITIGATED,
  mail,
  messagesOf,
  NO_DNS,
  RECEIVED,
  readAll,
  stateOf,
  take,
} from './mails.fixture.ts';

const SIGNED = 'css.one.microsoft.com';

t.test('an answer that is proven moves its incident by itself', async (t) => {
  const desk = await testDesk(t);
  const number = await askedIncident(desk);
  const raw = await mail({ subject: 'SRX1234567890ID', text: MITIGATED, signedBy: SIGNED });
  const message = await take(desk, raw);
  t.match(message, {
    incident_number: number,
    verdict: 'mitigated',
    proven: true,
    applied: true,
    kind: 'reply',
    filed_by: 'its sender and the address 203.0.113.7',
  });
  t.ok(message.raw.equals(raw), 'byte for byte');
  t.match(message.authenticity, { fromDomain: SIGNED, provenBy: `DMARC passed for ${SIGNED}` });
  t.equal(await stateOf(desk, number), 'mitigated');
  const arrival = await desk.db.selectFrom('arrivals').selectAll().executeTakeFirstOrThrow();
  t.match(arrival, { state: 'read', raw: null });
});

t.test('a receipt opens the ticket, and the next mail is filed by it', async (t) => {
  const desk = await testDesk(t);
  const number = await askedIncident(desk);
  await askedIncident(desk, { address: '203.0.113.9' });
  const receipt = await mail({
    subject: 'Case SRX1234567890ID about 203.0.113.7',
    text: RECEIVED,
    signedBy: SIGNED,
    headers: { 'Auto-Submitted': 'auto-replied' },
  });
  t.match(await take(desk, receipt), { incident_number: number, kind: 'automatic', verdict: 'acknowledged' });
  t.equal(await stateOf(desk, number), 'awaiting-provider');
  const answer = await mail({ subject: 'Re: SRX1234567890ID', text: DENIED, signedBy: SIGNED });
  t.match(await take(desk, answer), { incident_number: number, filed_by: 'ticket SRX1234567890ID' });
  t.equal(await stateOf(desk, number), 'action-needed');
});

t.test('an answer that is not proven is filed, and moves nothing until a person accepts it', async (t) => {
  const desk = await testDesk(t);
  const number = await askedIncident(desk);
  const message = await take(desk, await mail({ text: MITIGATED }));
  t.match(message, { incident_number: number, verdict: 'mitigated', applied: false, proven: null });
  t.equal(await stateOf(desk, number), 'awaiting-provider');
  const before = await desk.db.selectFrom('incidents').selectAll().executeTakeFirstOrThrow();
  t.match(before, { last_verdict: null, last_answer_at: null, first_answer_at: null });
  const browser = await signedIn(desk);
  const conversation = `/incidents/${number}/conversation`;
  t.match((await browser.get(conversation)).body, /<\/svg>not proven<\/span>/);
  const waits = /An answer says <b>mitigated<\/b>, but is not proven to be from them: it has moved nothing/;
  t.match((await browser.get(`/incidents/${number}`)).body, waits);
  await browser.get(`/incidents/${number}/messages/${message.id}`);
  const answer = await browser.post(`/incidents/${number}/messages/${message.id}/acceptance`);
  t.notMatch((await browser.get(conversation)).body, 'not proven');
  t.notMatch((await browser.get(`/incidents/${number}`)).body, waits);
  t.equal(answer.statusCode, 303);
  t.equal(await stateOf(desk, number), 'mitigated');
  t.ok((await kindsOf(desk, number)).includes('verdict-accepted'));
});

t.test('a resolver that fails makes nothing proven, and nothing forged', async (t) => {
  const desk = await testDesk(t);
  await askedIncident(desk);
  const raw = await mail({ text: MITIGATED, signedBy: SIGNED });
  const message = await take(
    desk,
    raw,
    { clientAddress: '192.0.2.25', envelopeSender: 'x@microsoft.com' },
    NO_DNS,
  );
  t.match(message, { proven: null, applied: false });
  t.match(message.authenticity, { unknown: 'the DNS did not answer', provenBy: '' });
});

t.test('what a machine wrote never moves a state but as a receipt', async (t) => {
  const desk = await testDesk(t);
  const number = await askedIncident(desk);
  const raw = await mail({
    text: `203.0.113.7: ${DENIED}`,
    signedBy: SIGNED,
    headers: { 'Auto-Submitted': 'auto-generated' },
  });
  t.match(await take(desk, raw), {
    incident_number: number,
    verdict: 'denied',
    proven: true,
    applied: false,
  });
  t.equal(await stateOf(desk, number), 'awaiting-provider');
});

t.test('a desk moves the incidents with its provider only', async (t) => {
  const desk = await testDesk(t);
  const number = await askedIncident(desk);
  const [sent] = await messagesOf(desk);
  await desk.db
    .updateTable('messages')
    .set({ message_id: '<ours@harbour.example.com>' })
    .where('id', '=', sent?.id as number)
    .execute();
  const raw = await mail({
    from: 'Somebody <a@attacker.example>',
    text: MITIGATED,
    signedBy: 'attacker.example',
    inReplyTo: '<ours@harbour.example.com>',
  });
  const message = await take(desk, raw);
  t.match(message, {
    incident_number: number,
    proven: null,
    applied: false,
    filed_by: 'the message that it answers',
  });
  t.equal(await stateOf(desk, number), 'awaiting-provider');
});

t.test('what cannot be filed waits, with likely incidents and why', async (t) => {
  const desk = await testDesk(t);
  const one = await askedIncident(desk);
  const other = await askedIncident(desk, { address: '203.0.113.9' });
  const message = await take(
    desk,
    await mail({ text: 'About 203.0.113.7 and 203.0.113.9: not yet.', from: DESK }),
  );
  t.equal(message.incident_number, null);
  t.strictSame(message.suggestions?.map(({ incident }) => incident).sort(), [one, other]);
  t.match(message.suggestions?.[0]?.why, /it is from its provider and names 203\.0\.113\.\d/);
});

t.test('a mail that breaks the reader is kept unread, with its source', async (t) => {
  const desk = await testDesk(t);
  const raw = await mail({ text: 'Hello.' });
  const id = await arrive(desk, raw);
  const broken = { ...desk.desk, world: () => Promise.reject(new Error('broken')) };
  const { readNext } = await import('../../src/mail-in/reading/reading.ts');
  for (let n = 0; n < 3; n += 1) {
    await desk.db.updateTable('arrivals').set({ lease_until: null }).execute();
    t.equal(await readNext(broken, { warn: () => {} }), true);
  }
  t.equal((await messagesOf(desk)).length, 0);
  await desk.db.updateTable('arrivals').set({ lease_until: null }).execute();
  await readAll(desk);
  const [message] = await messagesOf(desk);
  t.match(message, { arrival_id: id, incident_number: null, problem: /broke the reader three times/ });
  t.ok(message?.raw.equals(raw));
});

t.test('two readers at a time read each mail once', async (t) => {
  const desk = await testDesk(t);
  await askedIncident(desk);
  for (let n = 0; n < 12; n += 1) await arrive(desk, await mail({ text: `${MITIGATED}\n${n}` }));
  await Promise.all([readAll(desk), readAll(desk), readAll(desk)]);
  const messages = (await messagesOf(desk)).filter(({ direction }) => direction === 'in');
  t.equal(messages.length, 12);
  t.equal(new Set(messages.map(({ arrival_id }) => arrival_id)).size, 12);
});

t.test('a report of a feedback loop becomes a complaint, and no message', async (t) => {
  const desk = await testDesk(t);
  await arrive(desk, Buffer.from(arf()));
  await readAll(desk);
  t.strictSame(await messagesOf(desk), []);
  t.match(await desk.db.selectFrom('complaints').selectAll().execute(), [{ source: 'mail' }]);
  t.match(await desk.db.selectFrom('arrivals').selectAll().execute(), [{ state: 'read', raw: null }]);
});

t.test('a delivery report about our letter is its failure', async (t) => {
  const desk = await testDesk(t);
  const number = await askedIncident(desk);
  const { id } = await desk.db
    .updateTable('messages')
    .set({ message_id: '<ours@harbour.example.com>' })
    .returning('id')
    .executeTakeFirstOrThrow();
  const account = await desk.db
    .insertInto('sending_accounts')
    .values({
      name: 'Desk',
      host: 'mail.example.com',
      port: 587,
      security: 'starttls',
      auth: 'none',
      secret: null,
      oauth_client_secret: null,
      dkim_key: null,
      from_address: 'desk@harbour.example.com',
      disabled_at: null,
      last_sent_at: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await desk.db
    .insertInto('dispatches')
    .values({
      message_id: id,
      account_id: account.id,
      envelope_sender: 'desk@harbour.example.com',
      envelope_recipients: ['desk@provider.example'],
      state: 'sent',
      settled_at: new Date(),
      settled_by_name: null,
      lease_until: null,
      last_attempt_at: null,
      before: '{}',
    })
    .execute();
  const report = [
    'From: MAILER-DAEMON@mx.example.com',
    'To: desk@harbour.example.com',
    'Subject: Undelivered Mail Returned to Sender',
    'Message-ID: <dsn@mx.example.com>',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
    '',
    '--b',
    '',
    'Your mail could not be delivered.',
    '--b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.example.com',
    '',
    'Final-Recipient: rfc822; desk@provider.example',
    'Action: failed',
    'Status: 5.1.1',
    'Diagnostic-Code: smtp; 550 5.1.1 No such user',
    '--b',
    'Content-Type: text/rfc822-headers',
    '',
    'Message-ID: <ours@harbour.example.com>',
    '--b--',
    '',
  ].join('\r\n');
  const message = await take(desk, Buffer.from(report), { envelopeSender: '' });
  t.match(message, { incident_number: number, kind: 'delivery-report', verdict: 'other', applied: false });
  t.match(await desk.db.selectFrom('dispatches').selectAll().executeTakeFirstOrThrow(), {
    state: 'failed',
    server_words: /desk@provider\.example: .*No such user/,
  });
  t.equal(await stateOf(desk, number), 'action-needed');
});
