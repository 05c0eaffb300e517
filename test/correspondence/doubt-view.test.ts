import t from 'tap';
import { REFUSAL, signedIn, testDesk } from '../desk.ts';

t.test('an answer that is not clear shows what speaks for its verdict and what against', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk, 'viewer');
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const pageOf = async (body: string): Promise<string> => {
    const made = await desk.api('POST', '/incidents/1/messages', {
      direction: 'in',
      from: 'support@microsoft.com',
      body,
    });
    return (await browser.get(`/incidents/1/messages/${made.body.id}`)).body;
  };
  const both = await pageOf('The block on 203.0.113.7 was lifted. Your request was declined.');
  t.match(both, 'It says one thing and another.');
  t.match(both, /Speaks for it<\/dt><dd[^>]*>Your request was declined\./);
  t.match(both, /Speaks against it<\/dt><dd[^>]*>The block on 203\.0\.113\.7 was lifted\./);
  t.match(await pageOf('Best wishes to all of you.'), 'Nothing in it was understood.');
  t.notMatch(await pageOf('The block on 203.0.113.7 was lifted.'), 'Speaks against it');
});

t.test(
  'what moved an incident by a reading that is not clear says so, and a person says that it is right',
  async (t) => {
    const desk = await testDesk(t);
    const browser = await signedIn(desk);
    await desk.api('POST', '/incidents', { report: REFUSAL });
    const { body: message } = await desk.api('POST', '/incidents/1/messages', {
      direction: 'in',
      from: 'support@microsoft.com',
      body: 'The block on 203.0.113.7 was lifted. Your request was declined.',
    });
    const changes = async () =>
      (await desk.api('GET', '/incidents/1/timeline?limit=200')).body.items
        .filter(({ kind }: { kind: string }) => kind === 'state-changed' || kind === 'verdict-corrected')
        .map(
          ({ detail, summary }: { detail: { reason?: string }; summary: string }) => detail.reason ?? summary,
        );
    t.strictSame(await changes(), ['the provider’s answer, which is not clear: denied']);
    const page = `/incidents/1/messages/${message.id}`;
    t.match((await browser.get(page)).body, 'Yes, denied');
    t.equal((await browser.post(`${page}/verdict`, { verdict: 'denied' })).statusCode, 303);
    const shown = (await browser.get(page)).body;
    t.notMatch(shown, 'It says one thing and another.');
    t.notMatch(shown, 'Yes, denied');
    t.match(shown, 'set by a person');
    t.match((await changes())[1], /^Verdict confirmed/);
    await desk.api('PATCH', `/incidents/1/messages/${message.id}`, { verdict: 'denied' });
    t.equal((await changes()).length, 2, 'and once');
  },
);
