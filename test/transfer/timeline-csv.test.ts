import t from 'tap';
import { REFUSAL, signedIn, testDesk } from '../desk.ts';

t.test('timelines as CSV: of one incident, and across incidents by filters', async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  await desk.api('POST', '/incidents', { report: REFUSAL.replaceAll('203.0.113.7', '198.51.100.9') });
  await desk.api('POST', '/incidents/1/notes', { text: '=1+1, "quoted"\nsecond line' });
  const browser = await signedIn(desk, 'viewer');
  const rows = async (path: string) =>
    (await browser.get(path)).body
      .trimEnd()
      .split('\r\n')
      .slice(1)
      .map((line) => line.split(','));
  const one = await browser.get('/incidents/1/timeline.csv');
  t.match(one.headers['content-disposition'], 'incident-1-timeline.csv');
  t.match(one.body, /^incident,provider,occurredAt/);
  t.match(one.body, `"'=1+1, ""quoted""\nsecond line"`, 'a note is no formula');
  t.equal((await browser.get('/incidents/9/timeline.csv')).statusCode, 404);

  const numbers = async (query: string) =>
    [...new Set((await rows(`/reports/timelines.csv?${query}`)).map(([number]) => number))].filter((one) =>
      /^\d+$/.test(one ?? ''),
    );
  t.strictSame(await numbers(''), ['1', '2']);
  t.strictSame(await numbers('address=198.51.100.0/24'), ['2']);
  t.strictSame(await numbers('provider=gmail'), []);
  t.strictSame(await numbers('show=notes&from=&until='), ['1']);
  t.strictSame(await numbers('until=2020-01-01'), []);
  const today = new Date().toISOString().slice(0, 10);
  t.strictSame(await numbers(`from=${today}&until=${today}`), ['1', '2'], 'the last day is included');
  t.equal((await browser.get('/reports/timelines.csv?from=tomorrow')).statusCode, 422);
  t.equal((await browser.get('/reports/timelines.csv?address=nowhere')).statusCode, 422);
  t.equal((await browser.get('/reports/timelines')).statusCode, 200);
});
