import t from 'tap';
import { addNote } from '../../src/timeline/notes.ts';
import { SYSTEM } from '../../src/web/access.ts';
import { REFUSAL, type TestDesk, testDesk } from '../desk.ts';
import { axe } from './axe.ts';
import { NO_CHROMIUM, visit } from './chromium.ts';

const report = (ip: string) => ({ report: REFUSAL.replace('203.0.113.7', ip) });
const log = (desk: TestDesk, ip: string) => desk.api('POST', '/incidents', report(ip));
const note = (desk: TestDesk, number: number, text: string) =>
  desk.db.transaction().execute((trx) => addNote(trx, SYSTEM, number, text));

t.test('the desk by keys alone', { skip: NO_CHROMIUM }, async (t) => {
  const desk = await testDesk(t);
  for (const ip of ['203.0.113.7', '198.51.100.8', '192.0.2.9']) await log(desk, ip);
  const { page, base, complaints } = await visit(t, desk);
  await page.goto(`${base}/`);
  const focused = () => page.evaluate('document.activeElement.getAttribute("href")');
  await page.keyboard.press('j');
  t.equal(await focused(), '/incidents/1', 'the first row');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  t.equal(await focused(), '/incidents/3', 'and no further than the last');
  await page.keyboard.press('k');
  t.equal(await focused(), '/incidents/2');
  t.equal(await page.locator('[data-current]').getAttribute('data-row'), '2');

  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keys' });
  await help.waitFor();
  const keys = await help.locator('dt').allTextContents();
  t.strictSame(keys, ['j', 'k', 'o', 'n', 'e', 'w', 'r', 'a', 'p', '/', '?']);
  t.strictSame(await axe(page), [], 'with the help open');
  await page.keyboard.press('j');
  await page.keyboard.press('Escape');
  t.equal(await help.count(), 0);
  t.equal(await focused(), '/incidents/2', 'where somebody was');

  await page.keyboard.press('/');
  await page.keyboard.type('jok?');
  t.equal(await page.inputValue('[data-search]'), 'jok?', 'in a field they are letters');
  await page.locator('[data-row="2"] [data-open]').focus();
  await page.keyboard.press('n');
  await page.waitForURL(/\/incidents\/2\//);
  await page.goto(`${base}/`);
  await page.keyboard.press('j');
  await page.keyboard.press('e');
  await page.waitForURL(`${base}/incidents/1/evidence/new`);
  await page.goto(`${base}/`);
  await page.keyboard.press('j');
  await page.keyboard.press('p');
  await page.waitForURL(`${base}/incidents/1#sn-until`);
  await page.waitForFunction('document.activeElement.id === "sn-until"');
  await page.goto(`${base}/incidents`);
  await page.keyboard.press('j');
  t.equal(await focused(), '/incidents/3', 'in every list');
  await page.keyboard.press('o');
  await page.waitForURL(`${base}/incidents/3`);
  await page.keyboard.press('a');
  await page.waitForFunction('document.activeElement.id === "n-text"', undefined, { timeout: 5000 });
  await page.goto(`${base}/incidents/3`);
  await page.keyboard.press('w');
  await page.waitForURL(`${base}/incidents/3/letters/new`);
  await page.keyboard.press('e');
  await page.waitForURL(`${base}/incidents/3/evidence/new`);
  await page.keyboard.press('Escape');
  await page.goto(`${base}/?whose=everybody`);
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('o');
  await page.waitForURL(`${base}/incidents/2`);
  await page.keyboard.press('u');
  await page.waitForURL(`${base}/?whose=everybody`);
  await page.waitForFunction('document.activeElement.getAttribute("href") === "/incidents/2"');
  t.strictSame(complaints, []);
});

t.test('who turned keys off has none, and no sign of them', { skip: NO_CHROMIUM }, async (t) => {
  const desk = await testDesk(t);
  await log(desk, '203.0.113.7');
  const { page, base } = await visit(t, desk);
  await page.goto(`${base}/settings/account`);
  await page.selectOption('#singleKeys', 'no');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.goto(`${base}/`);
  for (const key of ['j', '/', '?']) await page.keyboard.press(key);
  t.equal(await page.evaluate('document.activeElement.tagName'), 'BODY');
  t.equal(await page.locator('dialog, [data-current], [aria-keyshortcuts], kbd:visible').count(), 0);
});

t.test(
  'what others do appears by itself, and nothing is lost that somebody does',
  { skip: NO_CHROMIUM },
  async (t) => {
    const desk = await testDesk(t);
    for (const ip of ['203.0.113.7', '198.51.100.8']) await log(desk, ip);
    const { page, base, complaints } = await visit(t, desk);
    const noted = (text: string) => page.locator('.timeline p.plain-text', { hasText: text });

    await t.test('on the desk', async (t) => {
      await page.goto(`${base}/`);
      await page.fill('#paste', '550 5.7.1 half written');
      await page.locator('[data-row="2"] [data-open]').focus();
      t.equal(await page.title(), '(2) Desk · Delist Desk');
      await log(desk, '192.0.2.9');
      await page.locator('[data-row="3"]').waitFor();
      t.equal(await page.title(), '(3) Desk · Delist Desk');
      t.match(await page.locator('.rail').textContent(), /Desk, 3 need you/);
      t.equal(await page.inputValue('#paste'), '550 5.7.1 half written');
      t.equal(await page.evaluate('document.activeElement.getAttribute("href")'), '/incidents/2');
      t.match(await page.locator('p.vh[role=status]').textContent(), /Needs you: 3\./);
    });

    await t.test('on an incident’s page, but not where somebody writes', async (t) => {
      await page.goto(`${base}/incidents/1`);
      await note(desk, 1, 'First news.');
      await noted('First news.').waitFor();
      await page.getByText('Put off or dismiss').click();
      await page.fill('#sn-why', 'I wait for');
      await note(desk, 2, 'Of another incident.');
      await desk.api('PATCH', '/incidents/1', { state: 'awaiting-provider', reason: 'asked by telephone' });
      await page.getByText('asked by telephone').waitFor();
      t.equal(await page.inputValue('#sn-why'), 'I wait for', 'kept as long as it is being written');
      const offer = page.getByRole('button', { name: 'Show it' });
      await offer.waitFor();
      await offer.click();
      t.match(await page.locator('.course').textContent(), /awaiting provider/);
      t.equal(await offer.count(), 0);
    });

    await t.test('after the connection was broken', async (t) => {
      await page.goto(`${base}/incidents/2`);
      await page.waitForTimeout(300);
      await page.context().setOffline(true);
      await note(desk, 2, 'Written meanwhile.');
      await page.waitForTimeout(1500);
      t.equal(await noted('Written meanwhile.').count(), 0);
      complaints.length = 0;
      await page.context().setOffline(false);
      await noted('Written meanwhile.').waitFor({ timeout: 20_000 });
    });
    t.strictSame(
      complaints.filter((one) => !/ERR_INTERNET_DISCONNECTED/.test(one)),
      [],
    );
  },
);
