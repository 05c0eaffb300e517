import t from 'tap';
import { auditWords } from '../../src/audit/kinds.ts';
import { fanOut } from '../../src/notifications/fan-out.ts';
import { publish } from '../../src/notifications/outbox.ts';
import { SUBSCRIBERS } from '../../src/notifications/subscribers.ts';
import { type Browser, REFUSAL, signedIn, type TestDesk, testDesk } from '../desk.ts';

const SETTINGS = '/settings/notifications';
const tellAll = async ({ db }: TestDesk) => {
  while ((await fanOut(db, SUBSCRIBERS)) > 0);
};
const versionIn = (body: string) => /name="version" value="(\d+)"/.exec(body)?.[1] ?? '';
const idsIn = (body: string) =>
  [...body.matchAll(/action="\/notices\/(\d+)\/opening"/g)].map((one) => one[1] ?? '');
const rules = (body: string) => [...body.matchAll(/class="rule-what">([^<]*)</g)].map((one) => one[1]);

t.test('the bell counts what is unread; reading it, and all of it, works without script', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk);
  t.match((await browser.get('/notices')).body, 'Nothing is unread.');
  t.match((await browser.get('/notices?which=all')).body, 'Nothing yet.');
  for (let index = 0; index < 3; index++)
    await desk.api('POST', '/incidents', { report: REFUSAL.replace('113.7', `113.${index}`) });
  await tellAll(desk);
  const page = await browser.get('/notices');
  t.match(page.body, /class="bell-n"><span class="vh">, <\/span>3<span class="vh"> unread/);
  t.match(page.body, 'href="/incidents/3">#3 Outlook.com blocks 203.0.113.2</a>');
  const [newest = '', second = ''] = idsIn(page.body);
  const opened = await browser.post(`/notices/${newest}/opening`);
  t.equal(opened.statusCode, 303);
  t.match(opened.headers.location, /^\/incidents\/3#e\d+$/);
  await browser.post(`/notices/${second}/reading`, { as: 'read', back: '//evil.example.com/' });
  t.equal(idsIn((await browser.get('/notices')).body).length, 1);
  t.equal(idsIn((await browser.get('/notices?which=all')).body).length, 3);
  const back = await browser.post(`/notices/${second}/reading`, { as: 'unread', back: '/notices?which=all' });
  t.equal(back.headers.location, '/notices?which=all');
  await browser.post('/notices/reading', { upTo: newest });
  t.match((await browser.get('/notices')).body, 'Nothing is unread.');
  const other = await signedIn(desk);
  t.equal((await other.post(`/notices/${newest}/opening`)).statusCode, 404, 'that of somebody else');
});

t.test('many notices are paged, grouped and bounded', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk);
  for (let index = 0; index < 120; index++)
    await desk.db
      .transaction()
      .execute((trx) => publish(trx, { kind: 'import-done', words: `<i>${index}</i>`, link: '/settings' }));
  await tellAll(desk);
  const seen: string[] = [];
  let next = '/notices';
  for (let pages = 0; next !== ''; pages++) {
    t.ok(pages < 3);
    const { body } = await browser.get(next);
    t.match(body, '99+');
    t.match(body, '<summary>');
    t.notMatch(body, '<i>', 'words are words');
    seen.push(...idsIn(body));
    next =
      /href="([^"]+)" rel="next"/.exec(body)?.[1]?.replaceAll('&amp;', '&').replaceAll('&#x3D;', '=') ?? '';
  }
  t.equal(new Set(seen).size, 120);
  t.strictSame(
    seen,
    seen.toSorted((a, b) => Number(b) - Number(a)),
  );
  t.equal((await browser.get('/notices?cursor=nonsense')).statusCode, 400);
  t.equal((await browser.get('/notices?which=none')).statusCode, 400);
});

const RULE = { topics: 'block', least: 'low', way: 'product' };
async function saveRule(browser: Browser, fields: Record<string, string>) {
  const { body } = await browser.get(SETTINGS);
  return browser.post(`${SETTINGS}/rules`, { version: versionIn(body), ...fields });
}

t.test('rules are added, changed, taken away and given back', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk);
  const before = rules((await browser.get(SETTINGS)).body);
  t.match(before, [/I am mentioned; An incident is assigned to me/]);
  const added = await saveRule(browser, {
    ...RULE,
    whose: 'mine',
    providers: 'Gmail, outlook-com',
    networks: '203.0.113.0/24',
    least: 'high',
    way: 'digest',
  });
  t.equal(added.statusCode, 303);
  const { body } = await browser.get(SETTINGS);
  t.equal(rules(body).length, before.length + 1);
  t.match(
    body,
    'incidents mine, of Gmail or Outlook.com, about 203.0.113.0/24, of at least high severity',
    'in words',
  );
  t.match(body, 'your own');
  await saveRule(browser, { ...RULE, index: '0', topics: 'note' });
  t.equal(rules((await browser.get(SETTINGS)).body)[0], 'Somebody writes a note');
  const page = await browser.get(SETTINGS);
  await browser.post(`${SETTINGS}/rules/removal`, { version: versionIn(page.body), index: '0' });
  t.equal(rules((await browser.get(SETTINGS)).body).length, before.length);
  const last = await browser.get(SETTINGS);
  await browser.post(`${SETTINGS}/rules/defaults`, { version: versionIn(last.body) });
  t.strictSame(rules((await browser.get(SETTINGS)).body), before);
});

t.test('what people change about being told is in the audit log, in words', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk);
  const rule = { ...RULE, whose: 'mine', least: 'high', way: 'digest' };
  await saveRule(browser, rule);
  const { length } = rules((await browser.get(SETTINGS)).body);
  await saveRule(browser, { ...rule, index: String(length - 1), topics: 'note' });
  await saveRule(browser, { ...rule, index: String(length - 1), topics: 'note' });
  const version = async () => versionIn((await browser.get(SETTINGS)).body);
  const times = { cadence: 'hourly', digestHour: '8', breaksThrough: 'yes' };
  await browser.post(SETTINGS, {
    ...times,
    quietFrom: '22:00',
    quietUntil: '07:00',
    version: await version(),
  });
  await browser.post(`${SETTINGS}/rules/defaults`, { version: await version() });
  const written = await desk.db
    .selectFrom('audit_entries')
    .selectAll()
    .where('kind', 'like', 'notice-%')
    .orderBy('id')
    .execute();
  const block =
    'A block is logged: incidents mine, of at least high severity: here, and by mail in the digest';
  const note = block.replace('A block is logged', 'Somebody writes a note');
  t.strictSame(
    written.map(({ detail, ...entry }) => [auditWords({ ...entry, detail }), detail['changes']]),
    [
      ['changed what they are told of', [{ what: 'rule', from: '', to: block }]],
      ['changed what they are told of', [{ what: 'rule', from: block, to: note }]],
      [
        'changed when they are mailed',
        [
          { what: 'takes mail', from: 'true', to: 'false' },
          { what: 'digest', from: 'daily', to: 'hourly' },
          { what: 'quiet from', from: '', to: '22:00' },
          { what: 'quiet until', from: '', to: '07:00' },
        ],
      ],
      ['changed what they are told of', [{ what: 'rule', from: note, to: '' }]],
    ],
  );
  t.match(written, [{ actor_name: 'The operator', client_address: '127.0.0.1' }]);
  t.ok(written.every((entry) => entry.subject_user_id === entry.actor_user_id));
});

t.test('what is wrong is said beside its field, and what was typed stays', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk);
  const wrong: [Record<string, string>, RegExp][] = [
    [{ ...RULE, topics: '' }, /Choose at least one/],
    [{ ...RULE, providers: 'Nobody’s Mail' }, /“Nobody’s Mail” is no provider/],
    [{ ...RULE, networks: '10.0.0.1' }, /10\.0\.0\.1 is a private address/],
    [{ ...RULE, networks: 'x'.repeat(3000) }, /Too long/],
    [{ ...RULE, way: 'pigeon' }, /Not saved/],
  ];
  for (const [fields, words] of wrong) {
    const answer = await saveRule(browser, fields);
    t.equal(answer.statusCode, 422, String(words));
    t.match(answer.body, words);
  }
  t.match((await saveRule(browser, { ...RULE, providers: 'Nobody' })).body, 'value="Nobody"', 'kept');

  const times = { version: '0', cadence: 'daily', digestHour: '8' };
  for (const [fields, words] of [
    [{ quietFrom: '22:00' }, /Needed, or leave both empty/],
    [{ quietFrom: '22:00', quietUntil: '22:00' }, /Must be another time/],
    [{ quietFrom: '22:07', quietUntil: '07:00' }, /a quarter of an hour/],
    [{ digestHour: '24' }, /Not saved/],
  ] as [Record<string, string>, RegExp][]) {
    const answer = await browser.post(SETTINGS, { ...times, ...fields });
    t.equal(answer.statusCode, 422, String(words));
    t.match(answer.body, words);
  }
  t.equal(
    (await browser.post(SETTINGS, { ...times, quietFrom: '22:00', quietUntil: '07:00' })).statusCode,
    303,
  );
  t.match((await browser.get(SETTINGS)).body, 'value="22:00"');
  const late = await browser.post(SETTINGS, times);
  t.equal(late.statusCode, 409, 'somebody saved meanwhile, in another window');
});

t.test('settings say whether mail can be sent, and what became of it', async (t) => {
  const desk = await testDesk(t);
  const operator = await signedIn(desk);
  t.match(
    (await operator.get(SETTINGS)).body,
    /No sending account is set up[\s\S]*An administrator can set one up/,
  );
  const admin = await signedIn(desk, 'admin');
  t.match((await admin.get(SETTINGS)).body, 'href="/settings/mail">Set one up');
});
