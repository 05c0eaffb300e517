import t from 'tap';
import { signedIn } from '../../desk.ts';
import { API, KEY, PAGE, sentInTrial, sides, TEXT, withTrial, withWordings } from './trials.fixture.ts';

t.test('an admin starts a comparison, sees what comes of both, and uses the better one', async (t) => {
  const desk = await withWordings(t, 1);
  const admin = await signedIn(desk, 'admin');
  t.match(
    (await admin.get(PAGE)).body,
    /<option value="1" selected>version 1.*<option value="0" selected>the built-in text/s,
  );
  const same = await admin.post(`${PAGE}/trials`, { a: '1', b: '1' });
  t.equal(same.statusCode, 422);
  t.match(same.body, 'Choose another one than wording A.');
  t.equal((await admin.post(`${PAGE}/trials`, { a: '0', b: '1' })).statusCode, 303);
  t.match((await admin.get(PAGE)).body, /None was drafted yet\..*Too few answers to compare/s);

  await sentInTrial(desk, null, 0, { lifted: 40, denied: 0 });
  await sentInTrial(desk, 1, 0, { lifted: 1, denied: 3 });
  await sentInTrial(desk, 1, 1, { lifted: 5, denied: 1 });
  const few = (await admin.get(PAGE)).body;
  t.match(few, 'each wording needs 5; A has 4, B has 6.', 'letters from outside it do not count');
  t.match(few, '83% <span');
  t.notMatch(few, '25% <span', 'no share over fewer than five');
  await sentInTrial(desk, 1, 0, { lifted: 2, denied: 2 });
  t.match((await admin.get(PAGE)).body, 'They cannot be told apart yet');
  await sentInTrial(desk, 1, 0, { lifted: 0, denied: 30 });
  await sentInTrial(desk, 1, 1, { lifted: 28, denied: 2 });
  t.match((await admin.get(PAGE)).body, 'Wording B did better: 92% lifted against 8%');

  const saved = await admin.post(PAGE, { ...TEXT, body: 'Third,\n\n{{address}}\n', version: '1', note: '' });
  t.equal(saved.statusCode, 303);
  t.match((await admin.get(PAGE)).body, 'It is in force when that ends.');
  t.match((await admin.get(`${PAGE}/edit`)).body, 'Two wordings of this template are being compared');
  await desk.api('POST', '/incidents/1/letters', { template: KEY });
  t.match((await sides(desk)).at(-1), 'A', 'the new version waits');
  await admin.get(PAGE);
  t.equal((await admin.post(`${PAGE}/trials/ending`, { trial: '1', use: 'b' })).statusCode, 303);
  const ended = (await admin.get(PAGE)).body;
  t.match(ended, /Ended .*The admin: wording B used from then on/);
  t.match((await desk.api('GET', API)).body, { version: 3, body: TEXT.body });
  const again = await admin.post(`${PAGE}/trials/ending`, { trial: '1' });
  t.equal(again.statusCode, 409);
  t.match(again.body, 'The admin ended this comparison already.');
});

t.test('the API starts, lists with results, and ends; one comparison of a template at a time', async (t) => {
  const desk = await withWordings(t, 1);
  const { api } = desk;
  const started = await Promise.all([1, 2].map(() => api('POST', `${API}/trials`, { a: 1, b: 0 })));
  t.strictSame(started.map(({ status }) => status).sort(), [201, 409]);
  await sentInTrial(desk, 1, 1, { lifted: 4, denied: 1 });
  await sentInTrial(desk, 1, 0, { lifted: 0, denied: 1 });
  t.match((await api('GET', `${API}/trials`)).body, {
    items: [
      {
        state: 'open',
        a: {
          wording: 1,
          sent: 5,
          answered: 5,
          lifted: 4,
          denied: 1,
          share: { percent: 80, from: 38, to: 96 },
        },
        b: { wording: 0, sent: 1, share: null, medianMitigationSeconds: null },
        compared: 'too-few',
        endedAt: null,
      },
    ],
    next: null,
  });
  t.match((await api('PATCH', `${API}/trials/1`, { state: 'ended', use: 'b' })).body, {
    state: 'ended',
    used: 'b',
  });
  t.match((await api('GET', API)).body, { state: 'built-in', version: 2 });
  t.equal((await api('PATCH', `${API}/trials/1`, { state: 'ended' })).status, 409);
  t.equal((await api('PATCH', '/letter-templates/gmail/first/en/trials/1', { state: 'ended' })).status, 404);
  t.equal((await api('POST', `${API}/trials`, { a: 1, b: 0 })).status, 201, 'the next may begin');
  const page = await api('GET', `${API}/trials?limit=1`);
  t.match(page.body.items, [{ id: /^\d+$/, state: 'open' }]);
  t.match((await api('GET', `${API}/trials?limit=1&cursor=${page.body.next}`)).body.items, [{ id: 1 }]);
});

t.test('only what can be told apart is compared', async (t) => {
  const { api } = await withWordings(t, 1);
  await api('PUT', API, { ...TEXT, title: 'Another title' });
  for (const [url, body, words] of [
    [API, { a: 0, b: 0 }, 'Choose another one'],
    [API, { a: 1, b: 2 }, 'Subject and text are the same'],
    [API, { a: 0, b: 7 }, 'version 7'],
    ['/letter-templates/outlook-com/thanks/en', { a: 0, b: 1 }, 'ask for nothing'],
    ['/letter-templates/gmail/first/fr', { a: 0, b: 1 }, 'No letter is drafted'],
  ] as const) {
    const refused = await api('POST', `${url}/trials`, body);
    t.equal(refused.status, 422);
    t.match(JSON.stringify(refused.body), words);
  }
});

t.test('all see a comparison; only admins start and end one', async (t) => {
  const desk = await withTrial(t, 1);
  const operator = await signedIn(desk, 'operator');
  const list = (await operator.get('/settings/letters?state=compared')).body;
  t.match(list, new RegExp(`href="${PAGE}"`));
  t.match(list, '>1 of ', 'and no other');
  const page = (await operator.get(PAGE)).body;
  t.match(page, 'given one of the two by turn');
  t.notMatch(page, 'End the comparison');
  t.equal((await operator.post(`${PAGE}/trials`, { a: '0', b: '1' })).statusCode, 403);
  t.equal((await operator.post(`${PAGE}/trials/ending`, { trial: '1' })).statusCode, 403);
});

t.test('a comparison is never deleted', async (t) => {
  const { db } = await withTrial(t, 1);
  await t.rejects(db.deleteFrom('wording_trials').execute(), { message: /never deleted/ });
});
