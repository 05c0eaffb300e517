import type { Page } from 'playwright-core';
import t from 'tap';
import { REFUSAL, testDesk } from '../desk.ts';
import { axe } from './axe.ts';
import { NO_CHROMIUM, visit } from './chromium.ts';

const SEVERAL = [
  REFUSAL,
  '554 IP=203.0.113.7 - None/bad reputation. Ask your postmaster for help or to contact tobr@rx.t-online.de for reset. (NOWL)',
  '554 5.7.1 Client host [203.0.113.8] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/203.0.113.8',
  '550 5.7.1 203.0.113.9 is listed at dnsbl-2.uceprotect.net, see https://www.uceprotect.net/rblcheck.php?ipr=203.0.113.9',
].join('\n');

/** Whether the button that a page is for can be pressed without scrolling. */
async function isInSight(page: Page, selector: string): Promise<boolean> {
  const box = await page.locator(selector).boundingBox();
  return box !== null && box.y >= 0 && box.y + box.height <= (page.viewportSize()?.height ?? 0);
}

t.test('what a form is sent with is in sight on a small screen', { skip: NO_CHROMIUM }, async (t) => {
  const desk = await testDesk(t);
  const { page, base, complaints } = await visit(t, desk);
  for (const [width, height] of [
    [1280, 800],
    [390, 844],
  ] as const) {
    await page.setViewportSize({ width, height });
    await page.goto(`${base}/log`);
    await page.fill('#report', SEVERAL);
    await page.waitForSelector('#preview .several');
    t.ok(await isInSight(page, '.log-submit button'), `logging, ${width} wide`);
    t.strictSame(await axe(page), []);
  }
  await page.click('.log-submit button');
  await page.waitForURL(`${base}/incidents`);
  await page.goto(`${base}/incidents/1/messages/new`);
  t.ok(await isInSight(page, '.form-end .main'), 'recording a reply');
  t.strictSame(complaints, []);
});

t.test(
  'what has to be mended has the focus, however far down it stands',
  { skip: NO_CHROMIUM },
  async (t) => {
    const desk = await testDesk(t);
    await desk.api('POST', '/incidents', { report: REFUSAL });
    const { page, base } = await visit(t, desk);
    await page.goto(`${base}/incidents/1#recover`);
    await page.locator('#r-words').evaluate((input) => input.removeAttribute('required'));
    await page.click('#recover button');
    await page.waitForSelector('#r-words[aria-invalid]');
    t.ok(await isInSight(page, '#r-words:focus'));
  },
);

t.test('a long name is read in full in the conversation on a phone', { skip: NO_CHROMIUM }, async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  await desk.api('POST', '/incidents/1/messages', {
    direction: 'in',
    from: 'Outlook.com Deliverability Support <support@microsoft.com>',
    body: '203.0.113.7 does not qualify for mitigation.',
  });
  const { page, base } = await visit(t, desk);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${base}/incidents/1/conversation`);
  const cut = (name: { scrollWidth: number; clientWidth: number }) => name.scrollWidth > name.clientWidth;
  t.notOk(await page.locator('.who-wrote').first().evaluate(cut));
});

/** The pixels between two words of a link. */
const GAPS = `(() => {
  const [first, , last] = document.querySelector('a.go[href*="merge?into"]').childNodes;
  const edges = [first, last].map((node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    return range.getBoundingClientRect();
  });
  return edges[1].left - edges[0].right;
})()`;
/** How far from the beginning of its line a link stands that has no room beside another. */
const BELOW = `(() => {
  const line = document.querySelector('.aside').appendChild(document.createElement('p'));
  line.style.inlineSize = '12rem';
  line.innerHTML = '<a class="go" href="/">All of it, and so on</a> <a class="go" href="/">Look up by hand</a>';
  return line.lastChild.getBoundingClientRect().left - line.getBoundingClientRect().left;
})()`;

t.test(
  'words of a link stand apart, and links below each other in line',
  { skip: NO_CHROMIUM },
  async (t) => {
    const desk = await testDesk(t);
    await desk.api('POST', '/incidents', { report: REFUSAL });
    await desk.api('POST', '/incidents', {
      report: `${REFUSAL}\n${REFUSAL.replace('203.0.113.7', '203.0.113.8')}`,
    });
    await desk.api('POST', '/incidents/1/split', { address: '203.0.113.8' });
    const { page, base } = await visit(t, desk);
    await page.goto(`${base}/incidents/1`);
    t.ok((await page.evaluate<number>(GAPS)) >= 3);
    t.equal(await page.evaluate(BELOW), 0);
  },
);
