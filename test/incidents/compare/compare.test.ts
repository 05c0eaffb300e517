import t from 'tap';
import { REFUSAL, signedIn, testDesk } from '../../desk.ts';

t.test('an incident is compared with the last of its address, or with any other', async (t) => {
  const desk = await testDesk(t);
  const { api } = desk;
  await api('POST', '/incidents', { report: REFUSAL });
  t.strictSame((await api('GET', '/incidents/1/compare')).body, { number: 1, with: null, rows: [] });
  await api('PATCH', '/incidents/1', { state: 'closed', reason: 'over' });
  await api('POST', '/incidents/1/cause', { class: 'list-quality', found: 'old lists' });
  await api('POST', '/incidents', { report: '550 refused', provider: 'yahoo', addresses: ['203.0.113.7'] });
  await api('POST', '/incidents', { report: REFUSAL.replace('S3150', 'S3140') });
  const { body } = await api('GET', '/incidents/3/compare');
  t.equal(body.with, 1, 'of the same provider first');
  t.match(
    body.rows.filter(({ key }: { key: string }) => /^(codes|cause|end)$/.test(key)),
    [
      { key: 'codes', words: 'only here: S3140; only there: S3150' },
      { key: 'cause', other: 'Poor lists', words: 'only there' },
      { key: 'end', one: 'open', other: 'closed without a lift' },
    ],
  );
  t.match((await api('GET', '/incidents/3/compare?with=2')).body, { with: 2 });
  const viewer = await signedIn(desk, 'viewer');
  t.match((await viewer.get('/incidents/3')).body, /Earlier incidents here: <a href="[^"]*">#1<\/a>/);
  const page = (await viewer.get('/incidents/3/compare')).body;
  t.match(page, /only here: S3140; only there: S3150/);
  for (const [asked, says] of [
    ['99', 'There is no incident #99'],
    ['3', 'Choose another incident'],
    ['<b>', 'The number of an incident'],
  ] as const) {
    const wrong = await viewer.get(`/incidents/3/compare?with=${encodeURIComponent(asked)}`);
    t.equal(wrong.statusCode, 422);
    t.match(wrong.body, says);
  }
  t.match((await viewer.get('/incidents/1/compare')).body, 'None of its addresses was blocked before');
});
