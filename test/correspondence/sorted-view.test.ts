import t from 'tap';
import { REFUSAL, signedIn, testDesk } from '../desk.ts';

t.test('an answer that sorts addresses shows the result of each', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk, 'viewer');
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const body =
    'We have completed our review.\n\nMitigated:\n203.0.113.7\n\nNot qualified for mitigation:\n203.0.113.9\n';
  await desk.api('POST', '/incidents/1/messages', { direction: 'in', from: 'support@microsoft.com', body });
  const page = (await browser.get('/incidents/1/messages/1')).body;
  t.match(page, /<code>203\.0\.113\.7<\/code><\/td><td role="cell" data-label="Result">.*?mitigated</s);
  t.match(
    page,
    /<code>203\.0\.113\.9<\/code> <span class="quiet">not in this incident<\/span><\/td><td role="cell" data-label="Result">.*?denied</s,
  );
});

t.test('the one result that is the verdict itself is not said twice', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk, 'viewer');
  await desk.api('POST', '/incidents', { report: REFUSAL });
  for (const network of ['203.0.113.7', '203.0.113.9']) {
    const body = `We have completed our review.\n\nNot qualified for mitigation:\n${network}\n`;
    await desk.api('POST', '/incidents/1/messages', { direction: 'in', from: 'support@microsoft.com', body });
  }
  const page = async (id: number) => (await browser.get(`/incidents/1/messages/${id}`)).body;
  t.notMatch(await page(1), 'data-label="Result"');
  t.match(await page(2), 'not in this incident', 'an address of somebody else is always named');
});
