import t from 'tap';
import { arf } from '../complaints/mails.fixture.ts';
import { testDesk } from '../desk.ts';
import { daysAgo, report } from '../snds/reports.fixture.ts';
import { isReadable } from './axe.ts';
import { NO_CHROMIUM, visit } from './chromium.ts';

const PAGES = ['/settings/snds', '/complaints', '/addresses/203.0.113.7'];

t.test(
  'SNDS and complaints can be read by everybody, on a telephone and in the dark',
  { skip: NO_CHROMIUM },
  async (t) => {
    const desk = await testDesk(t);
    const days = [1, 2, 3, 4].map((ago) => ({
      address: '203.0.113.7',
      day: daysAgo(ago),
      filter: ago > 2 ? 'RED' : 'GREEN',
    }));
    await desk.api('POST', '/snds/imports', { text: report(...days) });
    await desk.api('POST', '/snds/imports', {
      text: `203.0.113.0,203.0.113.15,Yes,${'Blocked due to complaints '.repeat(4)}\r\n`,
    });
    const fields = ['Source-IP: 203.0.113.7', 'Original-Mail-From: <news@example.com>'];
    const date = new Date().toUTCString().replace('GMT', '+0000');
    await desk.api('POST', '/complaints', { mail: arf({ date, report: fields }) });
    await desk.db
      .insertInto('snds_feeds')
      .values({
        kind: 'data',
        link: 'https://sendersupport.olc.protection.outlook.com/snds/data.aspx?key=11111111-2222-3333-4444-555566667777',
        renewed_on: daysAgo(27),
        attested_on: daysAgo(400),
        last_error: 'SNDS asks for signing in (at login.live.com): the link has expired.',
        last_fetched_at: null,
        last_tried_at: new Date(),
        fetched_until: null,
      })
      .execute();
    for (const options of [{ width: 1440 }, { width: 390 }, { width: 390, dark: true }]) {
      const { context, page, base, complaints } = await visit(t, desk, options);
      for (const path of PAGES) {
        await page.goto(`${base}${path}`);
        for (const summary of await page.locator('main summary').all())
          if (await summary.isVisible()) await summary.click();
        await isReadable(t, page, `${path} ${JSON.stringify(options)}`);
      }
      t.strictSame(complaints, []);
      await context.close();
    }
  },
);

t.test('a report that is dropped on the page is imported', { skip: NO_CHROMIUM }, async (t) => {
  const desk = await testDesk(t);
  const { page, base } = await visit(t, desk);
  await page.goto(`${base}/settings/snds`);
  await page.setInputFiles('input[name=file]', {
    name: 'snds.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(report({ day: daysAgo(1) })),
  });
  await page.getByRole('button', { name: 'Import' }).click();
  await page.getByText(`Imported 1 row from ${daysAgo(1)} to ${daysAgo(1)}.`).waitFor();
  t.equal((await desk.db.selectFrom('snds_days').selectAll().execute()).length, 1);
});
