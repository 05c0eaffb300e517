import t from 'tap';
import { makeDueMails } from '../../src/report-mails/make.ts';
import { listSubscriptions, sendNow } from '../../src/report-mails/store.ts';
import { signedIn } from '../desk.ts';
import { inDays, mailedDesk } from './mailed-desk.fixture.ts';

t.test('paused it is not due, resumed not for what it missed; people who left are not mailed', async (t) => {
  const desk = await mailedDesk(t, {});
  await desk.admin.post('/reports/subscriptions/1/pause');
  t.equal(await makeDueMails(desk.maker, inDays(5)), 0);
  await desk.admin.post('/reports/subscriptions/1/resumption');
  await desk.admin.post('/reports/addresses/1/removal');
  await desk.db.transaction().execute(async (trx) => {
    t.equal(await sendNow(trx, desk.maker, 1, new Date()), 1, 'only the person is left');
  });
  await desk.db.updateTable('users').set({ disabled_at: new Date() }).execute();
  await makeDueMails(desk.maker, inDays(2));
  t.match((await listSubscriptions(desk.db))[0]?.last_problem, /None of its recipients/);
});

t.test('only operators schedule, only admins confirm addresses, and bad input is told', async (t) => {
  const desk = await mailedDesk(t, {});
  const viewer = await signedIn(desk, 'viewer');
  t.equal((await viewer.post('/reports/subscriptions/1/removal')).statusCode, 403);
  const operator = await signedIn(desk, 'operator');
  t.equal((await operator.post('/reports/addresses', { address: 'x@example.com' })).statusCode, 403);
  const form = await operator.get('/reports/subscriptions/new?report=load&severity=high');
  t.match(form.body, /Have it mailed: Load per person/);
  t.match(form.body, /name="query" value="severity&#x3D;high"/);
  for (const fields of [
    { report: 'load', cadence: 'daily', hour: '7' },
    { report: 'load', cadence: 'hourly', hour: '7', people: '1' },
    { report: 'load', cadence: 'daily', hour: '24', people: '1' },
    { report: 'load', cadence: 'daily', hour: '7', people: '99999' },
    { report: 'load', cadence: 'daily', hour: '7', addresses: '99' },
  ])
    t.equal(
      (await operator.post('/reports/subscriptions', fields as never)).statusCode,
      422,
      JSON.stringify(fields),
    );
  t.equal((await operator.get('/reports/subscriptions/new?report=nothing')).statusCode, 404);
  t.equal((await desk.admin.post('/reports/addresses', { address: 'a@b@c' })).statusCode, 422);
});
