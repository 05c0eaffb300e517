import type { Page } from 'playwright-core';
import t from 'tap';
import { PROFILE, REFUSAL, signedIn, testDesk } from '../desk.ts';
import { axe } from './axe.ts';
import { NO_CHROMIUM, visit } from './chromium.ts';

const LONG_REFUSAL =
  'Nov 25 07:01:00 mx1 postfix/smtp[99]: A1: to=<a@customer-with-a-long-host-name.subsidiary.example.com>, relay=mail-inbound-gateway-cluster-17.customer-with-a-long-host-name.example.com[198.51.100.44]:25, dsn=5.7.1, status=bounced (host mail-inbound-gateway-cluster-17.customer-with-a-long-host-name.example.com[198.51.100.44] said: 554 5.7.1 Service unavailable; Client host [2001:db8:85a3:1234:5678:8a2e:370:7334] blocked using zen.spamhaus.org (in reply to RCPT TO command))';

const overflow = (page: Page) => page.evaluate('document.documentElement.scrollWidth - innerWidth');
const state = (page: Page) => page.textContent('.page-head .state');

async function record(page: Page, base: string, text: string): Promise<string | null> {
  await page.goto(`${base}/incidents/1/messages/new`);
  await page.fill('#text', text);
  await page.fill('#from', 'Outlook.com Deliverability Support');
  await page.click('main form button.main');
  return page.textContent('.verdict .badge');
}

async function write(
  page: Page,
  base: string,
  options: { channel?: string; reference?: string } = {},
): Promise<string | null> {
  await page.goto(`${base}/incidents/1/letters/new`);
  await page.click('.templates button.main');
  const title = await page.textContent('h1');
  if (options.channel) await page.selectOption('#channel', options.channel);
  if (options.reference) await page.fill('#ref', options.reference);
  await page.click('text=Mark as sent');
  return title;
}

t.test(
  'the story in a browser, from the first paste to the closed case',
  { skip: NO_CHROMIUM },
  async (t) => {
    const desk = await testDesk(t);
    await desk.api('PUT', '/profile', {
      ...PROFILE,
      mailKinds: 'order confirmations of one shop',
      jmrpSince: '2018-05-01',
      sndsSince: '2018-05-01',
    });
    const { page, base, complaints } = await visit(t, desk);

    await page.waitForSelector('h1');
    t.match(await page.textContent('h1'), 'No incidents yet');
    t.strictSame(await axe(page), [], 'first start');

    await page.goto(`${base}/log`);
    await page.fill('#report', REFUSAL);
    await page.waitForSelector('#preview code:has-text("S3150")');
    t.equal(await page.inputValue('#f-prov'), 'Outlook.com');
    t.equal(await page.inputValue('#f-addr'), '203.0.113.7', 'the preview reads while one types');
    t.match(await page.textContent('#preview'), 'S3150');
    t.strictSame(await axe(page), [], 'log');
    await page.click('.log-submit button');
    t.match(await page.textContent('h1'), 'Outlook.com blocks 203.0.113.7');
    t.match(await state(page), 'open');
    t.strictSame(await axe(page), [], 'incident');

    t.match(
      await write(page, base, { channel: 'form', reference: 'SRX1523047712ID' }),
      'Outlook.com, first request',
    );
    t.match(await state(page), 'awaiting provider');
    t.match(
      await record(
        page,
        base,
        'Hello,\n\nOur investigation shows that 203.0.113.7 does not qualify for mitigation.',
      ),
      'denied',
    );
    await page.goto(`${base}/incidents/1`);
    t.match(await state(page), 'action needed');
    t.match(await page.textContent('.next .what'), 'second review');

    await page.goto(`${base}/incidents/1/evidence/new`);
    await page.selectOption('#claim', 'sender-score');
    await page.fill('#words', '99 of 100');
    await page.fill('#source', 'senderscore.org');
    await page.click('main form button.main');
    await page.goto(`${base}/incidents/1/letters/new`);
    await page.click('.templates button.main');
    t.match(await page.inputValue('#text'), '99 of 100', 'what was looked up is claimed');
    t.strictSame(await axe(page), [], 'composer');
    await page.fill('#text', `${await page.inputValue('#text')}\nP.S. Our queue holds 47 messages to you.\n`);
    await page.click('text=Save the draft');
    t.match(await page.inputValue('#text'), 'P.S. Our queue holds 47 messages');
    await page.click('text=Mark as sent');
    t.match(await state(page), 'awaiting provider');
    t.match(await page.textContent('.page-head .sub'), 'round 2');

    t.match(
      await record(
        page,
        base,
        'I have conducted an investigation and have implemented mitigation. It can take 24 to 48 hours.',
      ),
      'mitigated',
    );
    t.match(await write(page, base), 'asking for the cause');
    t.match(await state(page), 'mitigated');
    t.match(
      await record(
        page,
        base,
        'I am unable to provide any details, since we do not have the liberty to discuss the nature of the block.',
      ),
      'refused to explain',
    );

    await page.goto(`${base}/incidents/1`);
    await page.click('text=Mail flows again >> nth=0');
    await page.fill('#r-words', '228 of 234 accepted since midnight');
    await page.click('text=Confirm recovery');
    t.match(await state(page), 'recovered');
    await page.click('.next .button.main');
    await page.selectOption('#s-to', 'closed');
    await page.fill('#s-why', 'mail flows');
    await page.click('text=Set it');
    t.match(await state(page), 'closed');
    t.equal(await page.locator('.timeline .entry[data-kind="mail out"]').count(), 3);
    t.equal(await page.locator('.timeline .entry[data-kind="mail in"]').count(), 3);

    for (const path of [
      '/',
      '/incidents',
      '/incidents/1',
      '/incidents/1/dossier',
      '/incidents/1/letters/1',
      '/incidents/1/letters/new',
      '/incidents/1/messages/2',
      '/incidents/1/messages/new',
      '/incidents/1/evidence/new',
      '/addresses',
      '/addresses/203.0.113.7',
      '/providers',
      '/providers/outlook-com',
      '/providers/spamhaus',
      '/reports',
      '/settings/profile',
      '/settings/account',
      '/settings/users',
      '/settings/tokens',
    ]) {
      await page.goto(base + path);
      t.strictSame(await axe(page), [], `axe: ${path}`);
    }
    t.strictSame(complaints, [], 'the page never complained');
  },
);

t.test('on a telephone, in the dark, nothing runs out of the page', { skip: NO_CHROMIUM }, async (t) => {
  const desk = await testDesk(t);
  await desk.api('PUT', '/profile', PROFILE);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  await desk.api('POST', '/incidents/1/letters', {});
  await desk.api('POST', '/incidents/1/messages', {
    direction: 'in',
    body: 'It does not qualify for mitigation.',
  });
  const browser = await signedIn(desk);
  await browser.get('/incidents/1/evidence/new');
  await browser.post('/incidents/1/evidence', {
    claim: 'no-compromise-found',
    result: 'supports',
    words: 'queue, logins and outgoing rates of the last 72 hours show nothing unusual',
    source: 'logs of mail-gateway-with-a-long-name.example.com',
  });
  const { page, base, complaints } = await visit(t, desk, { width: 390, dark: true });
  for (const path of [
    '/',
    '/log',
    '/incidents',
    '/incidents/1',
    '/incidents/1/dossier',
    '/incidents/1/letters/1',
    '/incidents/1/messages/1',
    '/incidents/1/messages/new',
    '/incidents/1/evidence/new',
    '/addresses',
    '/providers',
    '/providers/gmail',
    '/providers/spamhaus',
    '/reports',
    '/settings/profile',
    '/settings/users',
    '/settings/tokens',
  ]) {
    await page.goto(base + path);
    t.ok(Number(await overflow(page)) <= 1, `${path} fits`);
  }
  await page.goto(`${base}/incidents/1`);
  t.match(
    await page.textContent('.timeline'),
    'nothing unusual',
    'the long evidence is on the page that fits',
  );
  await page.goto(`${base}/log`);
  await page.fill('#report', LONG_REFUSAL);
  await page.waitForSelector('#preview code:has-text("5.7.1")');
  t.ok(Number(await overflow(page)) <= 1, 'what is read of long names and addresses fits');
  await page.goto(base);
  t.strictSame(await axe(page), [], 'contrast holds in the dark');
  t.strictSame(complaints, []);
});

t.test('without script: paste, read, log', { skip: NO_CHROMIUM }, async (t) => {
  const desk = await testDesk(t);
  const { page, base } = await visit(t, desk, { script: false });
  await page.goto(`${base}/log`);
  await page.fill('#report', REFUSAL);
  await page.click('text=Read it');
  t.equal(await page.inputValue('#f-prov'), 'Outlook.com');
  t.match(await page.inputValue('#report'), 'S3150', 'the text is still there');
  await page.click('.log-submit button');
  t.match(await page.textContent('h1'), 'Outlook.com blocks 203.0.113.7');
  await desk.api('PATCH', '/incidents/1', { state: 'mitigated', reason: 'they said so' });
  await page.reload();
  await page.click('.next .button.main');
  await page.fill('#r-words', 'all accepted');
  await page.click('text=Confirm recovery');
  t.match(await state(page), 'recovered', 'the button unfolds the form that it means');
});

t.test(
  'stored-xss-by-mail: a hostile mail runs nothing and asks for nothing',
  { skip: NO_CHROMIUM },
  async (t) => {
    const desk = await testDesk(t);
    await desk.api('POST', '/incidents', { report: REFUSAL });
    const html =
      '<p>Hi</p><script>alert(1)</script><img src="http://192.0.2.1/x.png" onerror="alert(2)"><svg><animate onbegin=alert(3) attributeName=x dur=1s></svg><a href="javascript:alert(4)">x</a><style>@import "http://192.0.2.1/a.css";</style><form action="http://192.0.2.1/"><input></form><math><mtext><table><mglyph><style><img src onerror=alert(5)></style></mglyph></table></mtext></math>';
    const mail = [
      'From: "</title><script>alert(6)</script>" <a@example.com>',
      'To: us@example.com',
      'Subject: <img src=x onerror=alert(7)>',
      'Date: Wed, 25 Nov 2026 08:00:00 +0000',
      'MIME-Version: 1.0',
      'Content-Type: text/html; charset=utf-8',
      '',
      html,
    ].join('\r\n');
    await desk.api('POST', '/incidents/1/messages', mail, { 'content-type': 'message/rfc822' });
    const { page, base, complaints } = await visit(t, desk);
    await page.goto(`${base}/incidents/1/messages/1`);
    await page.click('text=As HTML, without anything active');
    await page.waitForTimeout(500);
    t.match(await page.frameLocator('.mail-frame iframe').locator('body').innerHTML(), 'Hi');
    await page.goto(`${base}/incidents/1`);
    t.strictSame(complaints, []);
  },
);

t.test('"/" goes to the search field, and not while somebody types', { skip: NO_CHROMIUM }, async (t) => {
  const desk = await testDesk(t);
  const { page, base } = await visit(t, desk);
  await page.goto(`${base}/incidents`);
  await page.keyboard.press('/');
  t.equal(await page.evaluate('document.activeElement.name'), 'q');
  await page.goto(`${base}/log`);
  await page.focus('#report');
  await page.keyboard.press('/');
  t.equal(await page.inputValue('#report'), '/');
});
