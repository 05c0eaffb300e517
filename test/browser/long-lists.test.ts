import t from 'tap';
import { REFUSAL, testDesk } from '../desk.ts';
import { NO_CHROMIUM, visit } from './chromium.ts';

for (const script of [true, false])
  t.test(
    `a provider is a letter away on a phone, ${script ? 'with' : 'without'} scripts`,
    { skip: NO_CHROMIUM },
    async (t) => {
      const desk = await testDesk(t);
      await desk.api('POST', '/incidents', { report: REFUSAL });
      const { page, base, complaints } = await visit(t, desk, { width: 390, script });
      await page.goto(`${base}/providers`);
      const rows = page.locator('.providers tbody tr');
      const all = await rows.count();
      t.ok(all > 100);
      const { height } = (await page.locator('.providers').boundingBox()) ?? { height: 0 };
      t.ok(height / all < 80, `a provider takes ${Math.round(height / all)} pixels`);

      await page.click('.letters >> text="O"');
      const reached = await page.locator('.providers a:has-text("Outlook.com")').boundingBox();
      t.ok(reached && reached.y >= 0 && reached.y < 900, 'its letter leads to it');

      await page.selectOption('#f-kind', 'block-list');
      await page.click('.filters .button');
      t.ok((await rows.count()) < all);
      t.strictSame(await page.locator('td[data-label="Kind"]:not(:has-text("block list"))').count(), 0);
      t.equal(await page.inputValue('#f-kind'), 'block-list', 'what was chosen stands there');

      await page.click('text=Clear');
      await page.check('[name="blocked"]');
      await page.click('.filters .button');
      t.strictSame(await page.locator('.providers td a').allInnerTexts(), ['Outlook.com']);

      await page.goto(`${base}/providers?q=microsoft`);
      const few = await rows.count();
      t.ok(few > 1 && few <= 30);
      t.equal(await page.locator('.letters').count(), 0, 'what is seen at a glance is not jumped in');
      t.strictSame(complaints, []);
    },
  );
