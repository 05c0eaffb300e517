import t from 'tap';
import { PASSWORD, REFUSAL, signedIn, testDesk } from '../../desk.ts';

const T_ONLINE =
  '554 IP=203.0.113.7 - None/bad reputation. Ask your postmaster for help or to contact tobr@rx.t-online.de for reset. (NOWL)';
const STRANGER = '550 5.7.1 Message from 203.0.113.10 rejected by local policy of mail.example.org';
const BOTH = `${REFUSAL}\n${T_ONLINE}`;

const button = (page: string) => /<button class="button main" type="submit">([^<]*)/.exec(page)?.[1];

t.test('the page says before it is logged what becomes of several blocks', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk);
  t.match((await browser.get('/log')).body, /<textarea id="report"[^>]* autofocus/, 'one can paste at once');
  const preview = async (fields: Record<string, string>) => {
    const { body } = await browser.post('/log/preview', fields);
    return { body, says: [/<p class="notice">(.*?)<\/p>/.exec(body)?.[1], button(body)] };
  };
  t.strictSame((await preview({ report: BOTH })).says, [
    '<b>2 blocks in one report.</b> One incident is logged for each provider.',
    'Log 2 incidents',
  ]);
  t.strictSame((await preview({ report: `${REFUSAL}\n${STRANGER}` })).says, [
    '<b>2 blocks in one report.</b> One incident is logged for each provider that is known.',
    'Log 1 incident',
  ]);

  await t.test('where a provider is chosen, one is logged', async (t) => {
    t.strictSame((await preview({ report: BOTH, provider: 'T-Online' })).says, [
      '<b>2 blocks in one report.</b> Only the part of T-Online is logged.',
      'Log the incident',
    ]);
    t.strictSame((await preview({ report: `${REFUSAL}\n${STRANGER}`, provider: 'mimecast' })).says, [
      '<b>2 blocks in one report.</b> Only the part whose provider is unknown is logged, as one of Mimecast.',
      'Log the incident',
    ]);
    t.strictSame((await preview({ report: BOTH, provider: 'gmail' })).says, [
      '<b>2 blocks in one report.</b> The whole report is logged as one incident of Gmail.',
      'Log the incident',
    ]);
  });

  await t.test('and what takes it is offered', async (t) => {
    await desk.api('POST', '/incidents', { report: T_ONLINE });
    const { body, says } = await preview({ report: BOTH, provider: 'T-Online' });
    t.equal(says[1], 'Log it');
    t.match(body, /name="to" value="1" checked/);
    const both = await preview({ report: BOTH });
    t.equal(both.says[1], 'Log all 2');
    t.match(both.body, /Goes to <a href="\/incidents\/1">#1<\/a>, open\./);
    t.notMatch(both.body, 'name="to"');
  });
});

const COMPLAINT = [
  'From: loop@provider.example',
  'Subject: complaint about a message',
  'MIME-Version: 1.0',
  'Content-Type: multipart/report; report-type=feedback-report; boundary="b"',
  '',
  '--b',
  'Content-Type: message/feedback-report',
  '',
  'Feedback-Type: abuse',
  'Version: 1',
  'User-Agent: Loop/1.0',
  'Source-IP: 203.0.113.7',
  '',
  '--b--',
].join('\r\n');

t.test('what is a complaint is shown the way to where it counts, and a refusal is not', async (t) => {
  const browser = await signedIn(await testDesk(t));
  const preview = async (report: string) => (await browser.post('/log/preview', { report })).body;
  t.match(await preview(COMPLAINT), /href="\/complaints#mail"/);
  t.notMatch(await preview(REFUSAL), /\/complaints/);
});

t.test('an incident that was shown for one block takes no block of another provider', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  await browser.get('/log');
  const logged = await browser.post('/log', { report: BOTH, to: '1' });
  t.equal(logged.statusCode, 303, 'as where the text was changed after it was read');
  const { body } = await desk.api('GET', '/incidents');
  t.strictSame(
    body.items.map((one: { number: number; provider: string; rejectionCount: number }) => [
      one.number,
      one.provider,
      one.rejectionCount,
    ]),
    [
      [2, 't-online', 1],
      [1, 'outlook-com', 2],
    ],
  );
  t.equal(logged.headers['location'], '/incidents');
  t.match(
    (await browser.get('/incidents')).body,
    'Logged <a href="/incidents/2">#2</a>. Added to <a href="/incidents/1">#1</a>.</p>',
    'what was done leads to where it was done',
  );
});

t.test('a name that reads like an incident leads to none', async (t) => {
  const desk = await testDesk(t);
  const admin = await signedIn(desk, 'admin');
  const person = { name: '#1', email: 'one@example.com', role: 'viewer', password: PASSWORD };
  t.equal((await admin.post('/settings/users', person)).statusCode, 303);
  t.match((await admin.get('/settings/users')).body, '<p class="flash" role="status">#1 added.</p>');
});

t.test('what is known of addresses stands beside them', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk);
  await browser.get('/log');
  const notes = async () =>
    /<span class="ip">203\.0\.113\.7<\/span> ([^<]*)/.exec(
      (await browser.post('/log/preview', { report: REFUSAL })).body,
    )?.[1];
  t.equal(await notes(), 'not known yet; a documentation address');
  await desk.db
    .insertInto('addresses')
    .values({ network: '203.0.113.7/32', label: 'web-3' } as never)
    .execute();
  t.equal(await notes(), 'web-3; a documentation address');
});

t.test('what is brought to an incident goes to it, and the page says so', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const page = (await browser.get('/log?incident=1')).body;
  t.match(page, '<b>What you paste goes to #1, Outlook.com blocks 203.0.113.7.</b>');
  t.equal(button(page), 'Add it to #1');
  const brought = (report: string, more = {}) => ({ report, incident: '1', ...more });
  const preview = async (report: string) => (await browser.post('/log/preview', brought(report))).body;

  await t.test('whatever the report leaves open', async (t) => {
    const silent = await preview('550 5.7.1 Message blocked due to poor reputation');
    t.match(silent, /name="to" value="1" checked/);
    t.match(silent, 'That of #1; the report does not say.');
    t.match(silent, /name="addresses"[^>]* value="203\.0\.113\.7"/);
    const words = await preview('They phoned: still nothing.');
    t.match(words, 'It is kept with #1 all the same, and counts as no refusal.');
    t.match(words, /name="to" value="1" checked/);
  });

  await t.test('an address that is new to it is named', async (t) => {
    t.match(await preview(REFUSAL.replaceAll('203.0.113.7', '203.0.113.8')), '203.0.113.8 is new to it.');
  });

  await t.test('and what another provider refused does not go to it', async (t) => {
    t.match(await preview(T_ONLINE), 'Refused by T-Online, so it does not go to #1.');
    t.match(await preview(BOTH), /Goes to <a href="\/incidents\/1">#1<\/a>/);
    t.equal((await browser.post('/log', brought(T_ONLINE))).headers['location'], '/incidents/2');
  });

  await t.test('also where nothing was shown before it was sent', async (t) => {
    t.match((await browser.get('/log?incident=1')).body, 'those of #1 are taken');
    const added = await browser.post('/log', brought(REFUSAL.replaceAll('203.0.113.7', '203.0.113.8')));
    t.equal(added.headers['location'], '/incidents/1');
    await browser.get('/log?incident=1');
    t.equal((await browser.post('/log', brought('Still nothing.'))).headers['location'], '/incidents/1');
    await browser.get('/log?incident=1');
    const apart = await browser.post('/log', brought(REFUSAL, { to: 'new' }));
    t.equal(apart.headers['location'], '/incidents/3');
  });

  await t.test('unless it is closed by then', async (t) => {
    await desk.api('PATCH', '/incidents/1', { state: 'closed', reason: 'over' });
    t.match((await browser.get('/log?incident=1')).body, '<b>#1 is closed.</b>');
    const refused = await browser.post('/log', brought(REFUSAL));
    t.equal(refused.statusCode, 409);
    t.match(refused.body, 'Incident #1 is closed; log a new one.');
    t.match(refused.body, REFUSAL.slice(0, 40), 'and what was pasted stands there');
    t.notMatch(refused.body, 'name="incident"', 'so that sending it again logs it');
  });

  t.match((await browser.get('/log?incident=99')).body, '<h1>Log a block</h1>', 'no incident is asked for');
});
