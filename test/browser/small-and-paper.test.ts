import type { Page } from 'playwright-core';
import t from 'tap';
import { addUser } from '../../src/accounts/store.ts';
import { PASSWORD, PROFILE, REFUSAL, testDesk } from '../desk.ts';
import { accepted, minute, refused, send } from '../observations/batches.fixture.ts';
import { NO_CHROMIUM, visit } from './chromium.ts';

const START = new Date((Math.floor(Date.now() / 3_600_000) - 6) * 3_600_000);

/** What stands by itself, can be pressed and is smaller than 24 pixels either way. */
const SMALL = `[...document.querySelectorAll('a.brand, a.tag, .actions > a, .tick, .compare a, .page-head .sub a')]
  .filter((one) => one.checkVisibility())
  .filter((one) => { const { width, height } = one.getBoundingClientRect(); return width < 24 || height < 24; })
  .map((one) => one.outerHTML.slice(0, 80))`;

/** Whatever on paper could be pressed or typed into. */
const CONTROLS = `[...document.querySelectorAll('button, input:not([type="hidden"]), select, textarea, .button')]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().width > 1)
  .map((one) => one.outerHTML.slice(0, 80))`;

/** Pixels that stand over the right edge. */
const OVER = 'Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)';

async function onPhone(page: Page, url: string): Promise<void> {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(url);
}

t.test('what stands by itself on a phone is large enough for a thumb', { skip: NO_CHROMIUM }, async (t) => {
  const desk = await testDesk(t);
  for (const report of [REFUSAL, REFUSAL.replace('203.0.113.7', '203.0.113.8')])
    await desk.api('POST', '/incidents', { report });
  const { page, base, complaints } = await visit(t, desk);
  await page.goto(`${base}/incidents/1`);
  await page.click('text=Change the tags');
  await page.fill('#tags-add', 'shop');
  await page.click('form[action$="/tags"] .button');
  await page.waitForSelector('a.tag');
  for (const path of [
    '/incidents?state=open',
    '/incidents/1/compare?with=2',
    '/incidents/1',
    '/reports/load',
  ]) {
    await onPhone(page, base + path);
    t.strictSame(await page.evaluate(SMALL), [], path);
  }
  t.strictSame(complaints, []);
});

t.test('the two that are compared are named on a phone, too', { skip: NO_CHROMIUM }, async (t) => {
  const desk = await testDesk(t);
  for (const report of [REFUSAL, REFUSAL.replace('203.0.113.7', '203.0.113.8')])
    await desk.api('POST', '/incidents', { report });
  const { page, base } = await visit(t, desk);
  await onPhone(page, `${base}/incidents/1/compare?with=2`);
  const heads = page.locator('.compare thead a');
  t.strictSame(await heads.allInnerTexts(), ['#1', '#2']);
  await heads.last().focus();
  const box = await heads.last().boundingBox();
  t.ok(box && box.height >= 24 && box.width >= 24, 'what has the focus is seen');
  t.equal(await page.evaluate(OVER), 0);
});

t.test('deliveries by the hour stay a table on a phone', { skip: NO_CHROMIUM }, async (t) => {
  const desk = await testDesk(t);
  await send(desk, [accepted(minute(START, 0), 140), refused(minute(START, 60), 33)]);
  const { page, base } = await visit(t, desk);
  await onPhone(page, `${base}/incidents/1/deliveries`);
  const cells = await page.locator('.figures tbody tr').first().locator('td').all();
  const tops = await Promise.all(cells.map(async (cell) => (await cell.boundingBox())?.y));
  t.equal(new Set(tops).size, 1, 'an hour is one line');
  const head = await page.locator('.figures thead').boundingBox();
  t.ok(head && head.height > 10, 'and its columns are named');
  t.equal(await page.evaluate(OVER), 0);
});

t.test('a long name and a long title take no more than their place', { skip: NO_CHROMIUM }, async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL, title: 'Blocked '.repeat(36).trim() });
  const owner = await addUser(desk.db, {
    email: 'long@example.com',
    name: 'a-rather-long-name.'.repeat(6),
    role: 'operator',
    password: PASSWORD,
  });
  await desk.db.updateTable('incidents').set({ assignee_id: owner }).execute();
  const { page, base } = await visit(t, desk);
  for (const width of [1440, 1024, 768]) {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(base);
    t.equal(await page.evaluate(OVER), 0, `the desk, ${width} wide`);
  }
  await onPhone(page, `${base}/incidents/1/conversation`);
  const crumb = await page.locator('.crumb').boundingBox();
  t.ok(crumb && crumb.height < 70, 'the way back is a line for each page');
});

t.test('on paper is nothing to press, and what a filter says', { skip: NO_CHROMIUM }, async (t) => {
  const desk = await testDesk(t);
  await desk.api('PUT', '/profile', PROFILE);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  await desk.api('POST', '/incidents/1/messages', { direction: 'in', body: 'We cannot lift the block.' });
  const { page, base } = await visit(t, desk);
  await page.setViewportSize({ width: 680, height: 900 });
  await page.emulateMedia({ media: 'print' });
  for (const path of [
    '',
    '/incidents',
    '/reports/mitigation',
    '/reports/what-worked',
    '/incidents/1',
    '/addresses',
  ]) {
    await page.goto(base + path);
    t.strictSame(await page.evaluate(CONTROLS), [], path || 'the desk');
    t.equal(await page.evaluate(OVER), 0);
  }
  for (const path of ['/incidents/1/messages/1', '/providers/outlook-com', '/addresses/203.0.113.7']) {
    await page.goto(base + path);
    t.strictSame(await page.evaluate(CONTROLS), [], path);
  }
  t.ok(await page.isVisible('.page-head .state a'), 'how an address stands is printed');
  await page.goto(`${base}/incidents?q=outlook`);
  t.ok(await page.isVisible('#f-q'), 'a filter that is set is printed');
  t.notOk(await page.isVisible('#f-tag'));
  await page.goto(base);
  const address = await page.locator('.rows .who-what .ip').first().boundingBox();
  t.ok(address && address.height < 20, 'an address is not broken');
});

t.test('each line of a note has the direction of its own letters', { skip: NO_CHROMIUM }, async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  await desk.api('POST', '/incidents/1/notes', {
    text: 'Their answer, as it came to us by telephone:\nمرحبا',
  });
  const { page, base } = await visit(t, desk);
  await page.goto(`${base}/incidents/1`);
  await page.waitForSelector('.entry p.plain-text');
  const lines = (await page.evaluate(`(() => {
    const range = document.createRange();
    range.selectNodeContents(document.querySelector('.entry p.plain-text'));
    return [...range.getClientRects()].map(({ left, right }) => ({ left, right }));
  })()`)) as { left: number; right: number }[];
  const [first, last] = [lines[0], lines.at(-1)];
  t.ok(first && last && last.left > first.left, 'the second line begins at the right');
});

t.test('names to mention stand below what is typed', { skip: NO_CHROMIUM }, async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  await desk.api('POST', '/incidents/1/notes', { text: 'Looked at the queue.' });
  const { page, base } = await visit(t, desk);
  await page.goto(`${base}/incidents/1`);
  for (const [words, field] of [
    ['Add a note', '#n-text'],
    ['Correct', '.entry textarea'],
  ] as const) {
    await page.click(`summary:has-text("${words}")`);
    await page.fill(field, '');
    await page.locator(field).pressSequentially('@mar');
    await page.waitForSelector('#completions li');
    const [text, names] = await Promise.all([
      page.locator(field).boundingBox(),
      page.locator('#completions').boundingBox(),
    ]);
    t.ok(text && names && names.y >= text.y + text.height, words);
    await page.keyboard.press('Escape');
  }
});

t.test('a field that a key leads to is seen with its name', { skip: NO_CHROMIUM }, async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const { page, base } = await visit(t, desk);
  await page.setViewportSize({ width: 1280, height: 500 });
  await page.goto(`${base}/incidents/1`);
  await page.keyboard.press('p');
  await page.waitForSelector('#sn-until:focus');
  const label = await page.locator('label[for="sn-until"]').boundingBox();
  t.ok(label && label.y >= 0 && label.y < 500);
});

t.test(
  'on the first start’s page the example stands in line on a phone',
  { skip: NO_CHROMIUM },
  async (t) => {
    const desk = await testDesk(t);
    const { page, base } = await visit(t, desk);
    await onPhone(page, base);
    const [words, button] = await Promise.all([
      page.locator('.steps p').first().boundingBox(),
      page.locator('.steps .example .button').boundingBox(),
    ]);
    t.equal(button?.x, words?.x);
  },
);

t.test('on a tablet the ways and an address are a line each', { skip: NO_CHROMIUM }, async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL.replace('203.0.113.7', '198.51.100.124') });
  const { page, base } = await visit(t, desk);
  await page.setViewportSize({ width: 768, height: 1024 });
  await page.goto(base);
  const ways = await page.locator('#rail').boundingBox();
  t.ok(ways && ways.height < 60, 'the ways');
  const address = await page.locator('.rows .who-what .ip').first().boundingBox();
  t.ok(address && address.height < 24, 'the address');
});

t.test('all that a cell holds stands beside its name on a phone', { skip: NO_CHROMIUM }, async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL, addresses: ['203.0.113.7', '203.0.113.8'] });
  const { page, base } = await visit(t, desk);
  await onPhone(page, `${base}/incidents`);
  const places = await Promise.all(
    (await page.locator('[data-label="Address"] .ip').all()).map(async (one) => (await one.boundingBox())?.x),
  );
  t.equal(places.length, 2);
  t.equal(places[0], places[1]);
});
