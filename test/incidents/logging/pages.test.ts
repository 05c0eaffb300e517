import t from 'tap';
import { REFUSAL, signedIn, testDesk } from '../../desk.ts';

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
