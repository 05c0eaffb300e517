import t from 'tap';
import { PROFILE, REFUSAL, type TestDesk, testDesk } from '../../desk.ts';

const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000);
type Finding = { key: string; level: string; advice: string; until: string | null };

/** A draft of that template, and what the gate says by a rule to stop. */
async function drafted({ api }: TestDesk, number: number, template: string) {
  const { body } = await api('POST', `/incidents/${number}/letters`, { template });
  const found = (body.findings as Finding[]).filter(({ key }) => /^(too-soon|limit-of-requests)$/.test(key));
  return { id: body.id as number, found };
}
const nextOf = async ({ api }: TestDesk, number: number) =>
  (await api('GET', `/incidents/${number}`)).body.nextAction as { step: string; reason: string };

t.test('a letter that the next step holds back for want of a change is warned of in its words', async (t) => {
  const desk = await testDesk(t);
  await desk.api('PUT', '/profile', PROFILE);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const say = (direction: 'in' | 'out', hours: number, body: string) =>
    desk.api('POST', '/incidents/1/messages', {
      direction,
      ...(direction === 'in' ? { from: 'support@example.com' } : {}),
      subject: 'Mail from 203.0.113.7',
      sentAt: ago(hours).toISOString(),
      body,
    });
  await say('out', 80, 'Please look at it.');
  await say('in', 70, 'Our investigation shows that it does not qualify for mitigation.');
  await desk.api('PATCH', '/incidents/1', { state: 'closed', reason: 'Given up.' });
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const next = await nextOf(desk, 2);
  t.equal(next.step, 'too-soon');
  const { found } = await drafted(desk, 2, 'outlook-com/first');
  t.match(found, [{ key: 'too-soon', level: 'warn', advice: next.reason }]);
  t.equal(
    found[0]?.until?.slice(0, 13),
    ago(80 - 336)
      .toISOString()
      .slice(0, 13),
  );
  t.strictSame(
    (await drafted(desk, 2, 'outlook-com/second-review')).found,
    [],
    'an answer in the ticket may go',
  );
  await desk.api('POST', '/incidents/2/cause', {
    class: 'compromised-account',
    found: 'one account',
    fixed: 'closed it',
    fixedAt: ago(30).toISOString(),
  });
  t.strictSame((await drafted(desk, 2, 'outlook-com/first')).found, [], 'a change is worth a request');
});

t.test('so is one too many for a desk that takes only so many', async (t) => {
  const desk = await testDesk(t);
  await desk.api('PUT', '/profile', PROFILE);
  const report =
    '553 5.7.1 [BL21] Connections will not be accepted from 203.0.113.7, because the ip is in Spamhaus list';
  await desk.api('POST', '/incidents', { report, provider: 'yahoo' });
  for (const _ of [1, 2]) {
    const { id, found } = await drafted(desk, 1, 'yahoo/first');
    t.strictSame(found, []);
    await desk.db
      .updateTable('letters')
      .set({ state: 'sent', channel: 'form', sent_at: ago(400) })
      .where('id', '=', id)
      .execute();
  }
  await desk.db
    .updateTable('incidents')
    .set({ state: 'closed', opened_at: ago(600), recovered_at: ago(300), closed_at: ago(300) })
    .execute();
  await desk.api('POST', '/incidents', { report, provider: 'yahoo' });
  const { found } = await drafted(desk, 2, 'yahoo/first');
  t.match(found, [
    { key: 'limit-of-requests', level: 'warn', advice: /No more than two tickets in 30 days/ },
  ]);
});
