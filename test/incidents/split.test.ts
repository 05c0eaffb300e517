import t from 'tap';
import { PROFILE, REFUSAL, signedIn, testDesk } from '../desk.ts';

const OTHER = REFUSAL.replace('203.0.113.7', '203.0.113.8');

t.test('one of several addresses becomes an incident of its own, with what belongs to it', async (t) => {
  const desk = await testDesk(t);
  const { api, db } = desk;
  await api('PUT', '/profile', PROFILE);
  await api('POST', '/incidents', {
    report: `${REFUSAL}\n${OTHER}\n${OTHER}`,
    addresses: ['203.0.113.7', '203.0.113.8'],
  });
  const evidence = (address: string, result: string) =>
    api('POST', '/incidents/1/evidence', {
      claim: 'fcrdns-ok',
      result,
      words: 'looked up',
      source: 'dig',
      address,
    });
  await evidence('203.0.113.7', 'supports');
  await evidence('203.0.113.8', 'contradicts');
  const { body: letter } = await api('POST', '/incidents/1/letters', { template: 'outlook-com/first' });
  const judged = async () =>
    (await api('GET', `/letters/${letter.id}`)).body.claims.find(
      ({ key }: { key: string }) => key === 'fcrdns-ok',
    );
  t.match(await judged(), { status: 'contradicted', fails: ['203.0.113.8'] });
  const browser = await signedIn(desk);
  const link = '/incidents/1/split?address=203.0.113.8';
  t.match(
    (await browser.get(`/incidents/1/letters/${letter.id}`)).body,
    `href="${link.replace('=', '&#x3D;')}"`,
  );
  t.match((await browser.get(link)).body, /<option[^>]* selected[^>]*>203\.0\.113\.8</);

  const split = await api('POST', '/incidents/1/split', { address: '203.0.113.8' });
  t.match(split, { status: 201, body: { number: 2 } });
  t.match(await judged(), { status: 'supported', fails: [] });
  t.match((await api('GET', '/incidents/1')).body, {
    addresses: ['203.0.113.7'],
    rejectionCount: 1,
    title: 'Outlook.com blocks 203.0.113.7',
  });
  t.match((await api('GET', '/incidents/2')).body, {
    addresses: ['203.0.113.8'],
    rejectionCount: 2,
    title: 'Outlook.com blocks 203.0.113.8',
    provider: 'outlook-com',
    state: 'open',
    blockCodes: ['S3150'],
  });
  t.match(await db.selectFrom('evidence').select('result').where('incident_number', '=', 2).execute(), [
    { result: 'contradicts' },
  ]);
  const entries = await db
    .selectFrom('timeline_entries')
    .select(['incident_number', 'kind'])
    .where('kind', 'in', ['incident-edited', 'incident-linked', 'incident-logged'])
    .orderBy('id')
    .execute();
  t.match(
    entries.map((one) => `${one.incident_number} ${one.kind}`),
    ['1 incident-logged', '2 incident-logged', '1 incident-edited', '2 incident-linked', '1 incident-linked'],
  );
  const checks = await db.selectFrom('checks').select('networks').where('incident_number', '=', 2).execute();
  t.match(checks, [{ networks: ['203.0.113.8/32'] }]);
});

t.test('the only address, a strange one and a closed incident are refused', async (t) => {
  const { api } = await testDesk(t);
  await api('POST', '/incidents', { report: REFUSAL });
  const split = (address: string) => api('POST', '/incidents/1/split', { address });
  t.match(await split('203.0.113.7'), { status: 422, body: { detail: /only address/ } });
  t.match(await split('198.51.100.1'), { status: 422, body: { detail: /not among the addresses/ } });
  t.match(await split('no address'), { status: 422 });
  await api('PATCH', '/incidents/1', { state: 'closed', reason: 'over' });
  t.match(await split('203.0.113.7'), { status: 409, body: { type: /incident-closed/ } });
});

t.test('merging what was split off takes the split back', async (t) => {
  const desk = await testDesk(t);
  const { api } = desk;
  const report = [REFUSAL, REFUSAL.replace('203.0.113.7', '203.0.113.8')].join('\n');
  await api('POST', '/incidents', { report });
  const before = (await api('GET', '/incidents/1')).body;
  t.equal(before.addresses.length, 2);
  const { number } = (await api('POST', '/incidents/1/split', { address: '203.0.113.8' })).body;
  t.equal((await api('GET', '/incidents/1')).body.rejectionCount, 1);
  await api('POST', `/incidents/${number}/merge`, { into: 1 });
  const { addresses, rejectionCount } = (await api('GET', '/incidents/1')).body;
  t.strictSame({ addresses, rejectionCount }, { addresses: before.addresses, rejectionCount: 2 });
});
