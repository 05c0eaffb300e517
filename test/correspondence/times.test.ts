import t from 'tap';
import { PROFILE, REFUSAL, testDesk } from '../desk.ts';

const tomorrow = () => new Date(Date.now() + 20 * 3_600_000);

t.test('nothing happened at a time to come: it would stand above every later answer', async (t) => {
  const desk = await testDesk(t);
  await desk.api('PUT', '/profile', PROFILE);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const refused = { status: 422, body: { detail: 'This time is in the future.' } };
  const sentAt = tomorrow().toISOString();

  const answer = { direction: 'in', body: 'Your request was received.', sentAt };
  t.match(await desk.api('POST', '/incidents/1/messages', answer), refused);
  const { body: letter } = await desk.api('POST', '/incidents/1/letters', {});
  t.match(await desk.api('POST', `/letters/${letter.id}/send`, { channel: 'form', sentAt }), refused);
  const cause = { class: 'not-found', found: 'logs of a week', foundAt: sentAt };
  t.match(await desk.api('POST', '/incidents/1/cause', cause), refused);

  const mail = `From: support@microsoft.com\r\nDate: ${tomorrow().toUTCString()}\r\nMessage-ID: <1@microsoft.com>\r\n\r\nYour request does not qualify for mitigation.\r\n`;
  const taken = await desk.api('POST', '/incidents/1/messages', Buffer.from(mail), {
    'content-type': 'message/rfc822',
  });
  t.match(taken, { status: 201, body: { verdict: 'denied' } });
  t.ok(new Date(taken.body.at) <= new Date(), 'a clock that is ahead does not count');
  const lifted = 'We have implemented mitigation for your IP.';
  await desk.api('POST', '/incidents/1/messages', { direction: 'in', body: lifted });
  t.match((await desk.api('GET', '/incidents/1')).body, { state: 'mitigated' });
});
