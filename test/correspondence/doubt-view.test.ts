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
