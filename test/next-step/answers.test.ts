import t from 'tap';
import { PROFILE, REFUSAL, signedIn, type TestDesk, testDesk } from '../desk.ts';
import { watched } from '../paging/queries.fixture.ts';
import { addIncidents } from './incidents.fixture.ts';

const HOUR = 3_600_000;
const later = (hours: number) => new Date(Date.now() + hours * HOUR).toISOString();
const reply = (text: string) => ({ direction: 'in', body: text, sentAt: new Date().toISOString() });

async function logged(t: Parameters<typeof testDesk>[0]): Promise<TestDesk> {
  const desk = await testDesk(t);
  await desk.api('PUT', '/profile', PROFILE);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  return desk;
}
const next = async ({ api }: TestDesk) => (await api('GET', '/incidents/1')).body.nextAction;

t.test('a step is put off, dismissed and brought back, each in the timeline', async (t) => {
  const desk = await logged(t);
  const { api } = desk;
  t.match(await next(desk), { step: 'enrol-and-write', button: { label: 'Write a letter' } });
  const until = later(30);
  t.match((await api('POST', '/incidents/1/next-step/snooze', { step: 'enrol-and-write', until })).body, {
    step: 'enrol-and-write',
    dueAt: until,
    snoozedUntil: until,
  });
  const reason = 'the hoster writes';
  const dismissed = await api('POST', '/incidents/1/next-step/dismiss', { step: 'enrol-and-write', reason });
  t.match(dismissed.body, { step: 'first-request', dismissed: [{ step: 'enrol-and-write', reason }] });
  t.match(
    await api('POST', '/incidents/1/next-step/dismiss', { step: 'enrol-and-write', reason }),
    { status: 409 },
    'it is another step by now',
  );
  await api('POST', '/incidents/1/next-step/resume', { step: 'enrol-and-write' });
  t.match(await next(desk), { step: 'enrol-and-write', dismissed: [] });
  t.equal((await api('POST', '/incidents/1/next-step/resume', { step: 'enrol-and-write' })).status, 404);

  await api('POST', '/incidents/1/next-step/dismiss', { step: 'enrol-and-write', reason });
  await api('POST', '/incidents', { report: REFUSAL.replace('messages from', 'mail from') });
  await api('POST', '/incidents', { report: `${REFUSAL} again` });
  t.match(await next(desk), { step: 'enrol-and-write' }, 'another refusal brings it back');
  const kinds = (await api('GET', '/incidents/1/timeline')).body.items.map(
    ({ kind }: { kind: string }) => kind,
  );
  t.ok(['step-snoozed', 'step-dismissed', 'step-resumed'].every((kind) => kinds.includes(kind)));
});

t.test('what cannot be done is refused, with the field', async (t) => {
  const { api } = await logged(t);
  const snooze = (body: object) => api('POST', '/incidents/1/next-step/snooze', body);
  for (const until of [later(-1), later(24 * 500)])
    t.match(await snooze({ step: 'enrol-and-write', until }), {
      status: 422,
      body: { fields: { until: /Choose/ } },
    });
  t.equal(
    (await api('POST', '/incidents/1/next-step/dismiss', { step: 'enrol-and-write', reason: ' ' })).status,
    422,
  );
  t.equal((await snooze({ step: 'enrol-and-write', until: later(1), more: 1 })).status, 422);
  t.equal((await api('POST', '/incidents/9/next-step/dismiss', { step: 'look', reason: 'x' })).status, 404);
  await api('PATCH', '/incidents/1', { state: 'closed', reason: 'over' });
  t.equal((await snooze({ step: 'closed', until: later(1) })).status, 409);
});

t.test('a cause of ours comes before any letter, and its fix is in the letter', async (t) => {
  const desk = await logged(t);
  const { api } = desk;
  const found = 'an account sent 4,000 messages on Monday';
  t.match((await api('POST', '/incidents/1/cause', { class: 'compromised-account', found })).body, {
    step: 'fix-first',
    reason: /^A compromised account was found/,
  });
  const letter = async () => (await api('POST', '/incidents/1/letters', {})).body;
  const claim = async (key: string) =>
    (await letter()).claims.find((one: { key: string }) => one.key === key)?.status;
  t.not(await claim('compromise-fixed'), 'supported', 'no letter tells of a fix before there is one');
  t.equal(await claim('no-compromise-found'), 'contradicted');
  const fixed = 'the account was closed and its password changed';
  const fixedAt = new Date(Date.now() - 30 * HOUR).toISOString();
  await api('POST', '/incidents/1/cause', { class: 'compromised-account', found, fixed, fixedAt });
  t.match(await next(desk), { step: 'enrol-and-write' });
  t.equal(await claim('compromise-fixed'), 'supported');
  t.equal(await claim('no-compromise-found'), 'unknown', 'what was closed keeps no letter back');
  t.match((await letter()).body, fixed);
  t.match((await api('GET', '/incidents/1/cause')).body, { fixed, fixedAt, recordedBy: /./ });

  await api('POST', '/incidents/1/cause', {
    class: 'not-found',
    found: 'logs, queues and web forms of a week',
  });
  t.equal(await claim('compromise-fixed'), 'unknown', 'a cause that was corrected supports nothing');
  t.equal(await claim('no-compromise-found'), 'supported');
  t.match(
    await api('POST', '/incidents/1/cause', { class: 'list-quality', found, fixed, fixedAt: later(5) }),
    { status: 422 },
    'no fix is in the future',
  );
});

t.test('the page: reason, due, button, what else, and its small forms', async (t) => {
  const desk = await logged(t);
  await desk.api('POST', '/incidents/1/messages', {
    ...reply('Our review shows that it does not qualify for mitigation.'),
  });
  const operator = await signedIn(desk);
  const page = await operator.get('/incidents/1');
  t.match(page.body, 'Answer in the same ticket and ask for a second review.');
  t.match(page.body, /letters\/new\?round&#x3D;second-review/);
  const chosen = await operator.get('/incidents/1/letters/new?round=second-review');
  t.match(chosen.body, 'second review');
  const wrong = await operator.post('/incidents/1/next-step/snooze', {
    step: 'second-review',
    until: '2020-01-01T10:00',
  });
  t.equal(wrong.statusCode, 422);
  t.match(wrong.body, /value="2020-01-01T10:00"/, 'what was typed is kept');
  t.match(wrong.body, /Choose a time that is still to come/);
  const done = await operator.post('/incidents/1/next-step/dismiss', {
    step: 'second-review',
    reason: 'we moved <b>away</b>',
  });
  t.equal(done.statusCode, 303);
  const after = (await operator.get('/incidents/1')).body;
  t.match(after, /Dismissed by The operator/);
  t.notMatch(after, '<b>away</b>');
  t.match((await operator.get('/')).body, 'href="/incidents/1');
  const viewer = await signedIn(desk, 'viewer');
  t.notMatch((await viewer.get('/incidents/1')).body, '/next-step/');
});

t.test('the desk asks the same number of questions for one incident and for thirty', async (t) => {
  const desk = await watched(t, await logged(t));
  const count = async () =>
    (
      await desk.queriesOf(() =>
        desk.app.inject({
          url: '/api/v1/incidents',
          headers: { authorization: 'Bearer a-bootstrap-token-for-tests' },
        }),
      )
    ).length;
  const one = await count();
  await addIncidents(desk.db, 29);
  t.equal(await count(), one);
  t.ok(one > 10, `${one} queries`);
});
