import type { Page } from 'playwright-core';
import t from 'tap';
import { recordMessage } from '../../src/correspondence/record.ts';
import { readMessage } from '../../src/correspondence/take-message.ts';
import { hostileMails, REAL_MAILS, VECTORS } from '../correspondence/hostile.fixture.ts';
import { CATALOGUE, REFUSAL, type TestDesk, testDesk } from '../desk.ts';
import { NO_CHROMIUM, visit } from './chromium.ts';

const GENERATED = 50;
const FRAMES_AT_ONCE = 40;

const asMail = (html: string) =>
  Buffer.from(
    `From: Desk <desk@example.com>\r\nSubject: ${html.slice(0, 60).replace(/[^ -~]/g, ' ')}\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n${html}`,
  );

/** Records mails as an incident's answers; the ids of their messages. */
async function record({ db }: TestDesk, mails: Buffer[]): Promise<number[]> {
  const ids: number[] = [];
  const actor = { userId: null, tokenId: null, name: 'a test' };
  for (const [at, rawMail] of mails.entries()) {
    const message = await readMessage(
      { direction: 'in', channel: 'email', rawMail, at: new Date(Date.UTC(2026, 2, 1) + at * 60_000) },
      { catalogue: CATALOGUE, provider: 'outlook-com' },
    );
    ids.push(
      await db
        .transaction()
        .execute((trx) => recordMessage(trx, actor, 1, message, CATALOGUE.byKey.get('outlook-com'))),
    );
  }
  return ids;
}

/** In the page: shows messages in frames, as the message's page does, and reads each with the browser's own parser. */
const SHOW = `async (ids) => {
  document.querySelectorAll('iframe').forEach((frame) => frame.remove());
  const wrong = [];
  const words = /^(html|head|meta|title|style|body|p|br|div|span|b|strong|i|em|u|s|a|ul|ol|li|blockquote|pre|code|h[1-6]|hr|table|thead|tbody|tfoot|tr|td|th|caption|dl|dt|dd|sup|sub|img)$/;
  await Promise.all(ids.map(async (id) => {
    const url = '/incidents/1/messages/' + id + '/html';
    const answer = await fetch(url);
    if (answer.status !== 200) wrong.push(id + ' answers ' + answer.status);
    // Without our own style, which this page's policy would not let in.
    const text = (await answer.text()).replace(/<style>[^<]*<\\/style>/, '');
    const read = new DOMParser().parseFromString(text, 'text/html');
    if (read.querySelectorAll('style, meta, title').length !== 3) wrong.push(id + ' has a head of its own');
    for (const element of read.querySelectorAll('*')) {
      if (!words.test(element.localName) || element.namespaceURI !== 'http://www.w3.org/1999/xhtml')
        wrong.push(id + ' has ' + element.localName);
      for (const { name, value } of element.attributes) {
        const ours = element.localName === 'meta';
        const fits = { href: /^(https?:\\/\\/|mailto:)/i, src: /^data:image\\/(png|jpeg|gif|webp);base64,/, rel: /^noopener noreferrer nofollow$/, target: /^_blank$/, alt: /^/, width: /^\\d+$/, height: /^\\d+$/, colspan: /^\\d+$/, rowspan: /^\\d+$/ }[name];
        if (!ours && !fits?.test(value)) wrong.push(id + ' has ' + name + '=' + value.slice(0, 60));
      }
    }
    const frame = document.createElement('iframe');
    frame.sandbox = 'allow-popups allow-popups-to-escape-sandbox';
    await new Promise((loaded) => {
      frame.onload = loaded;
      frame.src = url;
      document.body.append(frame);
    });
  }));
  return wrong;
}`;

async function showAll(page: Page, ids: number[]): Promise<string[]> {
  const wrong: string[] = [];
  for (let at = 0; at < ids.length; at += FRAMES_AT_ONCE) {
    const some = JSON.stringify(ids.slice(at, at + FRAMES_AT_ONCE));
    wrong.push(...((await page.evaluate(`(${SHOW})(${some})`)) as string[]));
  }
  return wrong;
}

// Stored script through a mail: FreeScout CVE-2026-32754; IRIS GHSA-593r-747g-p92p; Zammad CVE-2018-1000154;
// RTIR CVE-2026-105456; mutation: DOMPurify CVE-2025-26791, CVE-2026-0540; CSS: Zimbra CVE-2025-66376.
t.test(
  'hostile mails in a browser: no script runs, no request leaves, nothing crashes',
  { skip: NO_CHROMIUM, timeout: 600_000 },
  async (t) => {
    const desk = await testDesk(t);
    await desk.api('POST', '/incidents', { report: REFUSAL, provider: 'outlook-com' });
    const { page, base, complaints, context } = await visit(t, desk);
    let crashes = 0;
    page.on('crash', () => {
      crashes += 1;
    });
    const requests: string[] = [];
    page.context().on('request', (request) => requests.push(request.url()));

    const generated = hostileMails(7);
    const mails = [
      ...VECTORS.map(({ html }) => asMail(html)),
      ...REAL_MAILS,
      ...Array.from({ length: GENERATED }, () => generated.next()),
    ];
    const ids = await record(desk, mails);
    t.equal(ids.length, mails.length);
    await page.goto(`${base}/incidents/1/messages/${ids[0]}`);
    t.strictSame(await showAll(page, ids), [], `${ids.length} messages`);

    // The pages around them: names, subjects, texts and quotes of the same mails.
    await page.goto(`${base}/incidents/1/conversation`);
    t.equal(await page.locator('.mail').count(), 50);
    await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
    for (const id of ids.filter((_id, at) => at % 60 === 0)) {
      await page.goto(`${base}/incidents/1/messages/${id}`);
      await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
      await page.goto(`${base}/incidents/1/messages/${id}/source-text`);
    }
    await page.goto(`${base}/incidents/1?show=mail`);

    t.strictSame(complaints, [], 'no dialog, no error, no breach of a policy');
    t.strictSame(
      requests.filter((url) => !url.startsWith(`${base}/`) && !url.startsWith('data:image/')),
      [],
      `of ${requests.length} requests none left`,
    );
    t.equal(crashes, 0);
    t.equal(context.pages().length, 1, 'no window was opened');
    t.equal((await page.goto(`${base}/healthz`))?.status(), 200, 'the server stays up');
  },
);

const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

t.test(
  'a mail’s own pictures are shown; those of other servers only after somebody asked, for this message',
  { skip: NO_CHROMIUM },
  async (t) => {
    const desk = await testDesk(t);
    await desk.api('POST', '/incidents', { report: REFUSAL });
    const mail = [
      'From: Desk <desk@example.com>',
      'MIME-Version: 1.0',
      'Content-Type: multipart/related; boundary=b',
      '',
      '--b',
      'Content-Type: text/html',
      '',
      '<p>Own: <img src="cid:logo@x" width=40 height=40> Theirs: <img src="https://canary.example/1.png" alt="logo"></p><a href="https://example.com/form">The form</a>',
      '--b',
      'Content-Type: image/svg+xml; name=logo.svg',
      'Content-ID: <logo@x>',
      'Content-Transfer-Encoding: base64',
      '',
      PNG,
      '--b--',
      '',
    ].join('\r\n');
    const [id] = await record(desk, [Buffer.from(mail)]);
    const { page, base, complaints } = await visit(t, desk);
    const asked: string[] = [];
    await page.context().route('https://canary.example/**', (route) => {
      asked.push(route.request().headers()['referer'] ?? 'no referrer');
      return route.fulfill({ contentType: 'image/png', body: Buffer.from(PNG, 'base64') });
    });
    const url = `${base}/incidents/1/messages/${id}`;
    const frame = page.frameLocator('.mail-frame iframe');
    await page.goto(url);
    await page.click('text=As HTML');
    t.equal(await frame.locator('img').count(), 1);
    t.match(
      await frame.locator('img').getAttribute('src'),
      /^data:image\/png;base64,/,
      'by its octets, not its name',
    );
    t.match(await frame.locator('body').textContent(), '[picture: logo]');
    t.strictSame(asked, []);
    t.strictSame(complaints, []);

    await page.click('text=Show remote pictures');
    await frame.locator('img[alt=logo]').waitFor();
    await page.waitForTimeout(300);
    t.strictSame(asked, ['no referrer'], 'it is asked for once, without a word on where from');
    t.match(complaints.join(), /^outside request: https:\/\/canary\.example\/1\.png$/);
    await page.goto(url);
    await page.click('text=As HTML');
    await frame.locator('body').waitFor();
    t.equal(asked.length, 1, 'the next look asks for nothing');
  },
);
