import { readFileSync } from 'node:fs';
import t from 'tap';
import { PROFILE, REFUSAL, testDesk } from '../desk.ts';
import { NO_CHROMIUM, visit } from './chromium.ts';

t.test('a letter that is being written outlasts a look at another page', { skip: NO_CHROMIUM }, async (t) => {
  const desk = await testDesk(t);
  await desk.api('PUT', '/profile', PROFILE);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  await desk.api('POST', '/incidents/1/letters', {});
  const { page, base } = await visit(t, desk);
  await page.goto(`${base}/incidents/1/letters/1`);
  const saved = await page.inputValue('#text');
  const typed = `${saved}\n\nP.S. ${'Shops wait for their order mail. '.repeat(200)}`;
  await page.fill('#text', typed);
  t.match(await page.textContent('[data-unsaved]'), 'Not saved');

  const [file] = await Promise.all([page.waitForEvent('download'), page.click('text=.txt')]);
  t.match(readFileSync(await file.path(), 'utf8'), 'P.S.', 'a file holds what stands in the form');
  t.equal((await desk.api('GET', '/letters/1')).body.body, saved, 'and saves nothing');

  await page.emulateMedia({ media: 'print' });
  await page.evaluate('window.dispatchEvent(new Event("beforeprint"))');
  t.match(await page.textContent('.paper'), 'P.S.');
  t.ok(await page.isVisible('.paper'));
  t.notOk(await page.isVisible('#text'), 'a field would be cut off on paper');
  t.notOk(await page.isVisible('text=Mark as sent'));
  await page.emulateMedia({ media: 'screen' });

  await page.click('text=Record evidence');
  await page.goBack();
  await page.reload();
  t.equal(await page.inputValue('#text'), typed);
  await page.click('text=Save the draft');
  await page.waitForSelector('.flash');
  t.equal(await page.inputValue('#text'), typed);
  t.equal(await page.textContent('[data-unsaved]'), '');
});
