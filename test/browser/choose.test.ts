import type { Page } from 'playwright-core';
import t from 'tap';
import { testDesk } from '../desk.ts';
import { axe } from './axe.ts';
import { NO_CHROMIUM, visit } from './chromium.ts';

const UNKNOWN = '550 5.7.1 Rejected by local policy, your server 203.0.113.7 has a poor reputation';

const names = (page: Page) =>
  page
    .locator('[role=option][data-value]')
    .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-value')));

t.test(
  'the provider that was not recognised is found by any part of its names',
  { skip: NO_CHROMIUM },
  async (t) => {
    const desk = await testDesk(t);
    const { page, base, complaints } = await visit(t, desk);
    await page.goto(`${base}/log`);
    await page.fill('#report', UNKNOWN);
    await page.waitForSelector('#preview .read .text');
    t.equal(await page.inputValue('#f-prov'), '', 'nobody is guessed');

    await page.click('#f-prov');
    t.equal((await names(page)).length, desk.app.desk.catalogue.providers.length, 'a click shows all');
    await page.keyboard.type('tmail');
    t.strictSame((await names(page)).includes('Outlook.com'), true, 'by the middle of another name: Hotmail');
    await page.keyboard.type(' micro');
    t.strictSame(await names(page), ['Outlook.com'], 'all words count');
    t.equal(await page.getAttribute('#f-prov', 'aria-expanded'), 'true');
    t.strictSame(await axe(page), []);
    await page.keyboard.press('Enter');
    await page.waitForSelector('.read .from:has-text("Chosen by hand")');
    t.equal(await page.inputValue('#f-prov'), 'Outlook.com');
    t.equal(await page.locator('[role=listbox]').count(), 0);
    t.equal(
      await page.evaluate('document.activeElement.id'),
      'f-prov',
      'the place is kept when the preview is renewed',
    );

    await page.keyboard.press('ArrowDown');
    t.match(
      await page.textContent('[aria-selected=true]'),
      'Outlook.com',
      'the list opens at what is chosen',
    );
    await page.keyboard.press('ArrowDown');
    const second = await page.getAttribute('[aria-selected=true]', 'data-value');
    t.not(second, 'Outlook.com');
    await page.keyboard.press('Escape');
    t.equal(await page.inputValue('#f-prov'), 'Outlook.com', 'Escape changes nothing');

    await page.fill('#f-prov', 'no such thing');
    t.match(await page.textContent('[role=listbox]'), 'None is called that.');
    await page.keyboard.press('Tab');
    await page.waitForSelector('.read .from:has-text("is no provider of the catalogue")');
    await page.fill('#f-addr', '203.0.113.7');
    await page.click('.log-submit button');
    t.match(await page.textContent('#error-provider'), 'is no provider of the catalogue');
    t.equal(await page.inputValue('#f-prov'), 'no such thing', 'what was typed stays');

    await page.fill('#f-prov', 'hotmail');
    await page.click('[role=option] >> text=Outlook.com');
    await page.click('.log-submit button');
    t.match(await page.textContent('h1'), 'Outlook.com blocks 203.0.113.7');
    t.strictSame(complaints, [
      'Failed to load resource: the server responded with a status of 422 (Unprocessable Entity)',
    ]);
  },
);

t.test(
  'incidents are filtered by a provider found in the same way, on a telephone as well',
  { skip: NO_CHROMIUM },
  async (t) => {
    const desk = await testDesk(t);
    await desk.api('POST', '/incidents', {
      report: '550 refused',
      provider: 'yahoo',
      addresses: ['203.0.113.9'],
    });
    const { page, base } = await visit(t, desk, { width: 390 });
    const fits = async () =>
      ((await page.evaluate('document.documentElement.scrollWidth - innerWidth')) as number) <= 0;
    await page.goto(`${base}/log`);
    await page.click('#f-prov');
    t.ok(await fits(), 'nothing is wider than the screen');
    await page.goto(`${base}/incidents`);
    await page.fill('#f-provider', 'aol');
    t.strictSame((await names(page))[0], 'Yahoo');
    t.ok(await fits(), 'here as well');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.waitForURL(/provider=Yahoo/);
    t.match(await page.textContent('table'), '#1');
  },
);

t.test(
  'without script the browser’s own list is there, and a name or a domain is taken',
  { skip: NO_CHROMIUM },
  async (t) => {
    const desk = await testDesk(t);
    const { page, base } = await visit(t, desk, { script: false });
    await page.goto(`${base}/log`);
    await page.fill('#report', UNKNOWN);
    await page.fill('#f-prov', 'hotmail.de');
    t.equal(await page.getAttribute('#f-prov', 'list'), 'provider-choices');
    await page.click('.log-submit button');
    t.match(await page.textContent('h1'), 'Outlook.com blocks 203.0.113.7');
  },
);
