import t from 'tap';
import { addUser } from '../../../src/accounts/store.ts';
import { PASSWORD, signedIn, type TestDesk, testDesk } from '../../desk.ts';
import { entriesOf, logged } from '../../history.fixture.ts';

const bulk = async ({ api }: TestDesk, action: string, more: object = {}, numbers = [3, 1, 2, 1]) =>
  api('POST', '/incidents/bulk', { numbers, action, ...more });
const undo = async ({ api }: TestDesk, id: number) => api('POST', `/incidents/bulk/${id}/undo`);

/** What an action may change of an incident, without what each change moves on. */
async function stateOf({ db }: TestDesk) {
  const [incidents, tags, watchers, answers] = await Promise.all([
    db.selectFrom('incidents').selectAll().orderBy('number').execute(),
    db.selectFrom('incident_tags').selectAll().orderBy('incident_number').orderBy('tag_id').execute(),
    db
      .selectFrom('incident_watchers')
      .select(['incident_number', 'user_id'])
      .where('stopped_at', 'is', null)
      .execute(),
    db.selectFrom('step_answers').selectAll().execute(),
  ]);
  return {
    incidents: incidents.map(({ version, updated_at, due_at, ...row }) => row),
    tags,
    watchers,
    answers,
  };
}

t.test('each action changes all, with an entry in each, and goes back to what was', async (t) => {
  const desk = await testDesk(t);
  await logged(desk, 3);
  const ida = await addUser(desk.db, {
    email: 'ida@example.com',
    name: 'Ida',
    role: 'operator',
    password: PASSWORD,
  });
  await desk.db.updateTable('users').set({ watch_assigned: false }).execute();
  await desk.api('POST', '/incidents/3/tags', { add: ['old'] });
  const until = new Date(Date.now() + 86_400_000).toISOString();
  const asked: [string, object, number[], string][] = [
    ['assign', { assigneeId: ida }, [1, 2, 3], 'incident-assigned'],
    ['tag', { tags: ['Shop', 'old'] }, [1, 2, 3], 'incident-tagged'],
    ['untag', { tags: ['old'] }, [3], 'incident-tagged'],
    ['severity', { severity: 'critical' }, [1, 2, 3], 'incident-edited'],
    ['state', { state: 'closed', reason: 'one campaign' }, [1, 2, 3], 'state-changed'],
    ['watch', { userId: ida }, [1, 2, 3], 'watchers-changed'],
    ['put-off', { until, reason: 'a holiday' }, [1, 2, 3], 'step-snoozed'],
  ];
  for (const [action, more, numbers, kind] of asked) {
    const before = await stateOf(desk);
    const done = await bulk(desk, action, more);
    t.strictSame(done.body.changed, numbers, `${action}: ${JSON.stringify(done.body)}`);
    t.equal((await entriesOf(desk, 3)).at(-1)?.kind, kind, action);
    t.notSame(await stateOf(desk), before, `${action} does something`);
    t.strictSame((await undo(desk, done.body.id)).body, { undone: numbers, kept: [] }, action);
    t.strictSame(await stateOf(desk), before, `${action} is undone`);
    t.equal((await undo(desk, done.body.id)).status, 409, 'once');
  }
});

t.test('what somebody changed since stays, and is named; so is what could not be done', async (t) => {
  const desk = await testDesk(t);
  const { api } = desk;
  await logged(desk, 3);
  await api('PATCH', '/incidents/2', { state: 'closed', reason: 'over' });
  const done = await bulk(desk, 'state', { state: 'closed', reason: 'all over' }, [1, 2, 3, 99]);
  t.match(done.body, {
    words: 'State set to closed',
    changed: [1, 3],
    left: [
      { number: 2, why: 'it is closed already' },
      { number: 99, why: 'There is no incident #99.' },
    ],
  });
  await api('PATCH', '/incidents/3', { state: 'open', reason: 'refused again' });
  t.strictSame((await undo(desk, done.body.id)).body, {
    undone: [1],
    kept: [{ number: 3, why: 'it became open since' }],
  });
  t.equal((await api('GET', '/incidents/3')).body.state, 'open');
  t.match((await entriesOf(desk, 1)).at(-1), {
    kind: 'state-changed',
    detail: { to: 'open', reason: 'undone' },
  });
});

t.test('an action is undone for ten minutes, by whoever did it', async (t) => {
  const desk = await testDesk(t);
  await logged(desk, 1);
  const done = await bulk(desk, 'severity', { severity: 'high' }, [1]);
  const other = await signedIn(desk, 'operator');
  await other.get('/incidents');
  t.equal((await other.post(`/incidents/bulk/${done.body.id}/undo`)).statusCode, 404);
  await desk.db
    .updateTable('bulk_changes')
    .set({ undo_until: new Date(Date.now() - 1) })
    .execute();
  t.equal((await undo(desk, done.body.id)).status, 409);
  t.equal((await desk.api('GET', '/incidents/1')).body.severity, 'high');
});

t.test('what is wrong for all changes nothing', async (t) => {
  const desk = await testDesk(t);
  await logged(desk, 1);
  for (const [action, more] of [
    ['state', { state: 'closed' }],
    ['tag', { tags: [] }],
    ['severity', {}],
    ['assign', { assigneeId: 999 }],
    ['watch', {}],
    ['put-off', { until: '2020-01-01T00:00:00Z' }],
  ] as const)
    t.equal((await bulk(desk, action, more, [1])).status, 422, action);
  t.strictSame(await entriesOf(desk, 1), []);
});

t.test('the list selects, does and undoes, and keeps its filters', async (t) => {
  const desk = await testDesk(t);
  await logged(desk, 3);
  const browser = await signedIn(desk);
  t.equal(
    (await browser.get('/incidents?state=open&select=all')).body.match(/name="numbers"[^>]* checked/g)
      ?.length,
    3,
  );
  const post = (fields: Record<string, string>) =>
    browser.post('/incidents/bulk', { back: 'state=open', ...fields });
  const none = await post({ action: 'severity', severity: 'high' });
  t.equal(none.statusCode, 422);
  t.match(none.body, /Needed: one or more incidents/);
  const wrong = await post({ action: 'tag', tags: 'a;b', numbers: '2' });
  t.match(wrong.body, /name="numbers" value="2" checked/, 'what was selected stays selected');
  const done = await post({ action: 'severity', severity: 'high', numbers: '2' });
  t.equal(done.statusCode, 303);
  t.match(done.headers.location, /^\/incidents\?state=open&bulk=\d+$/);
  const told = (await browser.get(String(done.headers.location))).body;
  t.match(told, /Severity high: 1 incident\./);
  const path = /action="(\/incidents\/bulk\/\d+\/undo)"/.exec(told)?.[1] ?? '';
  const back = await browser.post(path, { back: 'state=open&evil=//x' });
  t.match((await browser.get(String(back.headers.location))).body, /Undone: 1 incident\./);
  const viewer = await signedIn(desk, 'viewer');
  t.notMatch((await viewer.get('/incidents')).body, 'name="numbers"');
});
