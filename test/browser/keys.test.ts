import t from 'tap';
import { REFUSAL, testDesk } from '../desk.ts';
import { NO_CHROMIUM, visit } from './chromium.ts';

t.test('u goes where the help says that it goes', { skip: NO_CHROMIUM }, async (t) => {
  const desk = await testDesk(t);
  const { page, base, complaints } = await visit(t, desk);
  await page.waitForURL(`${base}/`);
  page.setDefaultTimeout(10_000);
  const said = async () => {
    await page.keyboard.press('?');
    const line = page.locator('#keys dl > div', { has: page.locator('kbd:text-is("u")') });
    const words = await line.locator('dd').textContent();
    await page.keyboard.press('Escape');
    return words;
  };
  await page.goto(`${base}/settings`);
  t.equal(await said(), 'to the desk', 'where no list was left');
  await page.keyboard.press('u');
  await page.waitForURL(`${base}/`);

  await desk.api('POST', '/incidents', { report: REFUSAL });
  await page.goto(`${base}/incidents`);
  await page.goto(`${base}/incidents/1`);
  t.equal(await said(), 'back to the list');
  await page.keyboard.press('u');
  await page.waitForURL(`${base}/incidents`);
  t.strictSame(complaints, []);
});
