import t from 'tap';
import { REFUSAL, signedIn, testDesk } from '../desk.ts';

const DENIED = 'Our review found that 203.0.113.7 does not qualify for mitigation.';

t.test('what people corrected is the measure of how answers are read', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk, 'viewer');
  t.match((await browser.get('/reports/verdicts')).body, 'No answer was read in this period.');
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const answer = (body: string) =>
    desk.api('POST', '/incidents/1/messages', { direction: 'in', from: 'support@microsoft.com', body });
  for (const n of [1, 2, 3]) t.equal((await answer(`${DENIED}\n\nNumber ${n}`)).body.verdict, 'denied');
  t.match((await browser.get('/reports/verdicts')).body, 'Nobody had to correct a verdict.');
  await desk.api('PATCH', '/incidents/1/messages/2', { verdict: 'closed' });
  const { body } = await browser.get('/reports/verdicts');
  t.match(body, /3 read, 1 corrected by people: <b>66\.6%<\/b> stood/);
  t.match(body, /<td role="cell">denied<\/td><td role="cell" data-label="Was">closed<\/td>/);
  t.match((await browser.get('/reports')).body, 'href="/reports/verdicts"');
});
