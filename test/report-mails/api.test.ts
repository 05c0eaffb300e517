import { sql } from 'kysely';
import t from 'tap';
import { createToken } from '../../src/accounts/token-store.ts';
import { addReportAddress } from '../../src/report-mails/store.ts';
import { SYSTEM } from '../../src/web/access.ts';
import { testDesk } from '../desk.ts';
import { addPerson } from '../notifications/people.fixture.ts';

t.test('schedules by API: listed, made once for a key, changed, paused, removed', async (t) => {
  const desk = await testDesk(t);
  const { api } = desk;
  const ada = await addPerson(desk.db, 'ada');
  await desk.db.transaction().execute((trx) => addReportAddress(trx, SYSTEM, 'boss@example.com'));
  const wanted = {
    report: 'mitigation',
    query: 'provider=gmail',
    cadence: 'weekly',
    weekday: 2,
    hour: 7,
    timeZone: 'Europe/Berlin',
    userIds: [ada],
    addresses: ['Boss@example.com'],
  };
  const key = { 'idempotency-key': 'schedule-1' };
  const made = await api('POST', '/report-schedules', wanted, key);
  t.equal(made.status, 201);
  const { addresses, ...same } = wanted;
  t.match(made.body, { ...same, id: 1, addresses: ['boss@example.com'], paused: false, lastMails: [] });
  t.equal(new Date(made.body.nextDueAt).getUTCDay(), 2, `on a Tuesday, for ${addresses.join()}`);
  t.equal((await api('POST', '/report-schedules', wanted, key)).body.id, 1, 'one for its key');
  t.strictSame((await api('GET', '/report-schedules')).body, { items: [made.body], next: null });

  const hourly = await api('PATCH', '/report-schedules/1', { cadence: 'daily', hour: 9 });
  t.match(hourly, { status: 200, body: { cadence: 'daily', weekday: null, hour: 9, userIds: [ada] } });
  t.not(hourly.body.nextDueAt, made.body.nextDueAt, 'due by the new times');
  const others = await api('PATCH', '/report-schedules/1', { addresses: [], query: 'period=last-month' });
  t.match(others.body, { addresses: [], query: 'period=last-month', nextDueAt: hourly.body.nextDueAt });
  t.match(await api('PATCH', '/report-schedules/1', { paused: true }), {
    body: { paused: true, nextDueAt: null },
  });
  t.match(await api('PATCH', '/report-schedules/1', { paused: false }), { body: { paused: false } });
  const replayed = await api('POST', '/report-schedules', wanted, key);
  t.strictSame(replayed.body, made.body, 'the same key is answered as it was, whatever changed since');
  t.equal((await api('DELETE', '/report-schedules/1')).status, 204);
  t.match(await api('POST', '/report-schedules', wanted, key), { status: 201, body: { id: 1 } });
  t.equal((await api('GET', '/report-schedules/1')).status, 404);
  t.strictSame((await api('GET', '/report-schedules')).body.items, []);
  const audit = await desk.db
    .selectFrom('audit_entries')
    .select('detail')
    .where('kind', '=', 'report-subscription-changed')
    .orderBy('id')
    .execute();
  t.strictSame(
    audit.map(({ detail }) => detail['what']),
    ['made', 'changed', 'changed', 'paused', 'went on with', 'removed'],
  );
});

t.test('what makes no schedule is said by its field', async (t) => {
  const desk = await testDesk(t);
  const ada = await addPerson(desk.db, 'ada');
  const good = { report: 'mitigation', cadence: 'daily', hour: 7, userIds: [ada] };
  const refused = async (body: object, field: string) => {
    const answer = await desk.api('POST', '/report-schedules', { ...good, ...body });
    t.match(answer, { status: 422, body: { fields: { [field]: String } } }, JSON.stringify(body));
  };
  await refused({ userIds: [] }, 'userIds');
  await refused({ userIds: [99] }, 'userIds');
  await refused({ userIds: undefined, addresses: [] }, 'addresses');
  await refused({ addresses: ['nobody@example.com'] }, 'addresses');
  await refused({ timeZone: 'Nowhere/City' }, 'timeZone');
  await refused({ query: 'period=never' }, 'period');
  await refused({ hour: 24 }, 'hour');
  const many = await Promise.all(Array.from({ length: 2 }, (_, n) => addPerson(desk.db, `p${n}`)));
  await desk.db.transaction().execute(async (trx) => {
    for (let n = 0; n < 50; n += 1) await addReportAddress(trx, SYSTEM, `r${n}@example.com`);
  });
  const addresses = Array.from({ length: 50 }, (_, n) => `r${n}@example.com`);
  await refused({ userIds: many, addresses }, 'userIds');
  t.equal((await desk.api('PATCH', '/report-schedules/7', { hour: 8 })).status, 404);
});

t.test(
  'addresses of nobody here: listed, confirmed once for a key, used by a schedule, removed',
  async (t) => {
    const { api, db } = await testDesk(t);
    const key = { 'idempotency-key': 'address-1' };
    const body = { address: ' boss@example.com ' };
    const made = await api('POST', '/report-addresses', body, key);
    t.match(made, { status: 201, body: { address: 'boss@example.com', confirmedBy: 'bootstrap token' } });
    t.strictSame((await api('POST', '/report-addresses', body, key)).body, made.body);
    t.strictSame((await api('GET', '/report-addresses')).body, { items: [made.body], next: null });
    t.match(await api('POST', '/report-addresses', { address: 'BOSS@example.com' }), {
      status: 422,
      body: { fields: { address: /confirmed already/ } },
    });
    t.match(await api('POST', '/report-addresses', { address: 'a@b@c' }), {
      body: { fields: { address: String } },
    });
    const schedule = { report: 'mitigation', cadence: 'daily', hour: 7, addresses: [made.body.address] };
    t.equal((await api('POST', '/report-schedules', schedule)).status, 201);
    t.equal((await api('DELETE', `/report-addresses/${made.body.id}`)).status, 204);
    t.equal((await api('DELETE', `/report-addresses/${made.body.id}`)).status, 404);
    t.strictSame((await api('GET', '/report-addresses')).body.items, []);
    t.match((await api('GET', '/report-schedules')).body.items, [{ addresses: [] }]);
    const { secret } = await createToken(db, { name: 'x', scope: 'write', createdBy: null });
    const headers = { authorization: `Bearer ${secret}` };
    t.equal((await api('POST', '/report-addresses', body, headers)).status, 403, 'an administrator’s');
    await sql`insert into report_addresses (address, confirmed_by_name)
      select n || '@example.com', 'a test' from generate_series(1, 499) as n`.execute(db);
    t.equal((await api('POST', '/report-addresses', body)).status, 201, 'the last that a list has');
    t.match(await api('POST', '/report-addresses', { address: 'more@example.com' }), {
      status: 422,
      body: { fields: { address: 'There are 500 addresses already; remove one first.' } },
    });
  },
);
