import { setTimeout } from 'node:timers/promises';
import { sql } from 'kysely';
import t from 'tap';
import type { Trx } from '../../src/database/open.ts';
import { mergeInto, undoMerge } from '../../src/incidents/merge/store.ts';
import { splitOff } from '../../src/incidents/split.ts';
import { SYSTEM } from '../../src/web/access.ts';
import { PROFILE, REFUSAL, signedIn, type TestDesk, testDesk } from '../desk.ts';

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

/** The embedded database runs one transaction at a time. */
const skip = process.env['TEST_DATABASE_URL'] ? false : 'needs TEST_DATABASE_URL';

/** Reports the other address while a change of incidents is about to be committed; says where the report went. */
async function reportedMeanwhile(desk: TestDesk, change: (trx: Trx) => Promise<unknown>): Promise<number> {
  const changed = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const changing = desk.db.transaction().execute(async (trx) => {
    await change(trx);
    changed.resolve();
    await goOn.promise;
  });
  await Promise.race([changed.promise, changing]);
  const reporting = desk.api('POST', '/incidents', { report: OTHER });
  const waits = sql<{ n: number }>`select count(*)::int as n from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`;
  for (let n = 0; n < 200 && (await waits.execute(desk.db)).rows[0]?.n === 0; n++) await setTimeout(10);
  goOn.resolve();
  await changing;
  const { status, body } = await reporting;
  return status === 200 ? body.appendedTo : -status;
}

t.test('what is reported meanwhile goes to the incident that has its address then', { skip }, async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: [REFUSAL, OTHER].join('\n') });
  const now = new Date();
  const given = { address: '203.0.113.8', providerName: 'Outlook.com', now };
  const split = (trx: Trx) => splitOff(trx, SYSTEM, 1, given);
  t.equal(await reportedMeanwhile(desk, split), 2, 'when it is split off');
  const merge = (trx: Trx) => mergeInto(trx, SYSTEM, 2, { into: 1, reason: '', now });
  t.equal(await reportedMeanwhile(desk, merge), 1, 'when it is merged');
  const undo = (trx: Trx) => undoMerge(trx, SYSTEM, { merged: 2, survivor: 1 }, now);
  t.equal(await reportedMeanwhile(desk, undo), 2, 'when that is undone');
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

t.test('a title that we made names what is left, also where addresses came later', async (t) => {
  const { api } = await testDesk(t);
  await api('POST', '/incidents', { report: REFUSAL });
  t.match(await api('POST', '/incidents', { report: `${REFUSAL}\n${OTHER}` }), { body: { appendedTo: 1 } });
  await api('POST', '/incidents/1/split', { address: '203.0.113.7' });
  t.equal((await api('GET', '/incidents/1')).body.title, 'Outlook.com blocks 203.0.113.8');
  await api('POST', '/incidents', { report: `${REFUSAL.replace('203.0.113.7', '203.0.113.9')}\n${OTHER}` });
  await api('PATCH', '/incidents/1', { title: 'Of the shop, 203.0.113.8' });
  await api('POST', '/incidents/1/split', { address: '203.0.113.8' });
  t.equal((await api('GET', '/incidents/1')).body.title, 'Of the shop, 203.0.113.8', 'a person’s stays');
});
