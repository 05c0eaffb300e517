import t from 'tap';
import { PROFILE, REFUSAL, type TestDesk, testDesk } from '../desk.ts';
import { axe } from './axe.ts';
import { NO_CHROMIUM, visit } from './chromium.ts';

const SHOTS = process.env['SHOTS'];

const DENIED = [
  'From: Outlook.com Deliverability Support <support@example.com>',
  'To: Jonas Weber <postmaster@harbour.example.com>',
  'Subject: RE: SRX1234567890ID 203.0.113.7 blocked',
  'Date: Tue, 10 Mar 2026 11:02:00 +0000',
  'Message-ID: <denied@example.com>',
  'MIME-Version: 1.0',
  'Content-Type: multipart/related; boundary=b',
  '',
  '--b',
  'Content-Type: multipart/alternative; boundary=c',
  '',
  '--c',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'Hello,',
  '',
  'We have completed reviewing the IP you submitted. Our investigation has determined that the above IP does not qualify for mitigation.',
  '',
  'Regards,',
  'Sofia',
  '-- ',
  'Outlook.com Deliverability Support',
  '',
  'On Mon, 9 Mar 2026 at 09:20, Jonas Weber wrote:',
  '> We ask you to lift the block of 203.0.113.7.',
  '> Nothing on our side explains it.',
  '--c',
  'Content-Type: text/html; charset=utf-8',
  '',
  '<div><p><img src="cid:logo@x" alt="logo" width=120 height=40></p><h2>Hello,</h2><p>We have completed reviewing the IP you submitted. Our investigation has determined that the above IP <b>does not qualify for mitigation</b>.</p><table border=1><tr><th>IP</th><th>Result</th></tr><tr><td>203.0.113.7</td><td>Not qualified</td></tr></table><p>Regards,<br>Sofia</p><p><a href="https://example.com/help">Help</a> <img src="https://canary.example/t.png" alt="tracker"></p></div>',
  '--c--',
  '--b',
  'Content-Type: image/png; name="logo.png"',
  'Content-ID: <logo@x>',
  'Content-Disposition: inline; filename="logo.png"',
  'Content-Transfer-Encoding: base64',
  '',
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  '--b',
  'Content-Type: application/pdf',
  'Content-Disposition: attachment; filename="report \u202efdp.exe.pdf"',
  '',
  '%PDF-1.7',
  '--b--',
  '',
].join('\r\n');

const at = (minute: number, day = 10) => new Date(Date.UTC(2026, 2, day, 9, minute)).toISOString();

async function fill(desk: TestDesk): Promise<void> {
  await desk.api('PUT', '/profile', PROFILE);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const { body: letter } = await desk.api('POST', '/incidents/1/letters', {});
  await desk.api('POST', `/letters/${letter.id}/send`, {
    channel: 'form',
    reference: 'SRX1234567890ID',
    sentAt: at(20, 9),
    fields: letter.fields
      .filter(({ value }: { value: string }) => value)
      .map(({ label, value }: { label: string; value: string }) => ({ label, value })),
  });
  await desk.api('POST', '/incidents/1/messages', {
    direction: 'in',
    from: 'Outlook.com Deliverability Support <support@example.com>',
    subject: 'SRX1234567890ID',
    body: 'Thank you for contacting us. We have received your request and will get back to you within 24 hours.\n\nPlease do not reply.',
    sentAt: at(22, 9),
  });
  await desk.api('POST', '/incidents/1/messages', Buffer.from(DENIED), { 'content-type': 'message/rfc822' });
}

t.test(
  'the conversation: by keys, on paper, on a telephone, in the dark',
  { skip: NO_CHROMIUM },
  async (t) => {
    const desk = await testDesk(t);
    await fill(desk);
    const { page, base, complaints } = await visit(t, desk);
    const shot = (name: string) =>
      SHOTS ? page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true }) : null;
    await page.goto(`${base}/incidents/1/conversation`);
    t.strictSame(await axe(page), []);
    const cut = await page
      .locator('.who-wrote')
      .evaluateAll((names) => names.filter((name) => name.scrollWidth > name.clientWidth).length);
    t.equal(cut, 0, 'there is room for who wrote');
    await shot('conversation-wide');
    const open = () => page.locator('.mail[open]').evaluateAll((mails) => mails.map(({ id }) => id));
    t.strictSame(await open(), ['m3'], 'the newest');
    t.match(await page.locator('#m3 mark').textContent(), 'does not qualify for mitigation');

    await page.keyboard.press('k');
    await page.keyboard.press('k');
    await page.keyboard.press('o');
    t.strictSame(await open(), ['m2', 'm3']);
    await page.keyboard.press('k');
    await page.keyboard.press('o');
    await page.keyboard.press('k');
    t.strictSame(await open(), ['m1', 'm2', 'm3'], 'before the first there is nothing');
    await page.keyboard.press('j');
    await page.keyboard.press('o');
    t.strictSame(await open(), ['m1', 'm3']);
    await shot('conversation-open');

    await page.reload();
    await page.emulateMedia({ media: 'print' });
    for (const words of ['We have received your request', 'Nothing on our side explains it', 'Sofia'])
      t.ok(await page.locator(`.mail-body >> text=${words}`).first().isVisible(), `on paper: ${words}`);
    t.notOk(await page.locator('text=Record a reply').isVisible());
    await shot('conversation-print');
    await page.emulateMedia({ media: 'screen', colorScheme: 'dark' });
    t.strictSame(await axe(page), []);
    await shot('conversation-dark');
    await page.setViewportSize({ width: 390, height: 800 });
    t.strictSame(await axe(page), []);
    const over = (await page.evaluate('document.documentElement.scrollWidth - innerWidth')) as number;
    t.ok(over <= 0, `nothing runs out of a telephone: ${over}`);
    await shot('conversation-phone');

    await page.click('button:has-text("Answer")');
    await page.waitForSelector('#text');
    t.match(page.url(), /\/incidents\/1\/letters\/2$/);
    t.notMatch(await page.inputValue('#text'), /^>|We have completed reviewing/m, 'nothing is quoted');
    t.strictSame(complaints, []);
  },
);

t.test('a message: its parts, its header, its HTML in the dark', { skip: NO_CHROMIUM }, async (t) => {
  const desk = await testDesk(t);
  await fill(desk);
  const { page, base, complaints } = await visit(t, desk, { dark: true });
  const shot = (name: string) =>
    SHOTS ? page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true }) : null;
  await page.goto(`${base}/incidents/1/messages/3`);
  t.match(
    await page.locator('main').textContent(),
    '⟨U+202E⟩',
    'a sign that turns the direction is written out',
  );
  await page.click('text=The whole header');
  t.match(await page.locator('pre.source').textContent(), 'Message-ID: <denied@example.com>');
  await page.click('text=As HTML');
  const frame = page.frameLocator('.mail-frame iframe');
  await frame.locator('h2').waitFor();
  t.strictSame(await axe(page), []);
  await page.click('text=The whole header');
  await page.locator('.mail-frame').scrollIntoViewIfNeeded();
  await shot('message-dark');
  const [file] = await Promise.all([page.waitForEvent('download'), page.click('text=Download as .eml')]);
  t.equal(file.suggestedFilename(), 'incident-1-message-3.eml');
  await page.click('text=Source');
  await page.waitForSelector('h1:has-text("Source")');
  t.match(await page.locator('pre.source').textContent(), 'does not qualify for mitigation');
  t.strictSame(await axe(page), []);
  await shot('source-dark');
  await page.goto(`${base}/incidents/1/messages/1`);
  t.match(await page.locator('.entered').textContent(), 'the text of this message');
  t.strictSame(await axe(page), []);
  await page.emulateMedia({ colorScheme: 'light' });
  await shot('message-fields');
  await page.goto(`${base}/incidents/1/messages/3`);
  await page.click('text=As HTML');
  await frame.locator('h2').waitFor();
  await shot('message-light');
  await page.setViewportSize({ width: 390, height: 800 });
  await shot('message-phone');
  await page.goto(`${base}/incidents/1/messages/new?direction=out`);
  t.strictSame(await axe(page), []);
  await shot('record-form-phone');
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(`${base}/incidents/1?show=mail`);
  await shot('incident');
  t.strictSame(complaints, []);
});
