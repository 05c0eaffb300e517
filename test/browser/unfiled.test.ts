import { mkdirSync } from 'node:fs';
import t from 'tap';
import { testDesk } from '../desk.ts';
import { askedIncident, DENIED, DESK, MITIGATED, mail, messagesOf, take } from '../mail-in/mails.fixture.ts';
import { isReadable } from './axe.ts';
import { NO_CHROMIUM, visit } from './chromium.ts';

const SIGNED = 'css.one.microsoft.com';
const SHOTS = process.env['SCREENSHOTS'];

t.test(
  'unfiled mail is filed with one key, on a telephone and in the dark too',
  { skip: NO_CHROMIUM },
  async (t) => {
    const desk = await testDesk(t);
    const one = await askedIncident(desk);
    const other = await askedIncident(desk, { address: '203.0.113.9' });
    const both = 'About 203.0.113.7 and 203.0.113.9:\n';
    const first = await take(
      desk,
      await mail({
        text: `${both}${DENIED}`,
        signedBy: SIGNED,
        from: DESK,
        subject: 'Re: Your request about two addresses',
      }),
    );
    await take(
      desk,
      await mail({
        from: 'Mallory <m@attacker.example>',
        signedBy: 'attacker.example',
        subject: 'News of our lists',
        text: 'Hello, this is our newsletter.',
        headers: { 'List-Id': '<news.attacker.example>' },
      }),
    );
    await take(desk, await mail({ text: MITIGATED, subject: 'Mitigated' }));
    if (SHOTS) mkdirSync(SHOTS, { recursive: true });
    for (const options of [{ width: 1440 }, { width: 390 }, { width: 390, dark: true }]) {
      const { context, page, base, complaints } = await visit(t, desk, options);
      for (const path of ['/unfiled', `/unfiled/${first.id}`, '/unfiled?which=put-away']) {
        await page.goto(`${base}${path}`);
        for (const summary of await page.locator('main summary').all())
          if (await summary.isVisible()) await summary.click();
        await isReadable(t, page, `${path} ${JSON.stringify(options)}`);
        if (SHOTS)
          await page.screenshot({
            path: `${SHOTS}/${path.replace(/\W+/g, '-')}-${options.width}${'dark' in options ? '-dark' : ''}.png`,
            fullPage: true,
          });
      }
      t.strictSame(complaints, []);
      await context.close();
    }
    const { page, base } = await visit(t, desk);
    await page.goto(`${base}/unfiled`);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    t.equal(
      await page.locator('[data-current] .unfiled-subject').textContent(),
      'Re: Your request about two addresses',
    );
    await page.keyboard.press('1');
    await page.locator('.undo', { hasText: 'Filed with' }).waitFor();
    const [filed] = (await messagesOf(desk)).filter(({ id }) => id === first.id);
    t.ok([one, other].includes(filed?.incident_number ?? 0));
    await page.keyboard.press('x');
    await page.locator('.undo', { hasText: 'Put away' }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('It is unfiled again.').waitFor();
    await page.keyboard.press('n');
    t.equal(await page.locator('#new').getAttribute('open'), '', 'a new incident is one key away');

    await page.goto(`${base}/unfiled`);
    const waiting = page.locator('#part-rail a[href="/unfiled"] .n');
    const before = Number.parseInt((await waiting.textContent())?.replace(/\D+/g, '') ?? '', 10);
    await take(desk, await mail({ text: DENIED, subject: 'Came while somebody looked' }));
    const show = page.getByRole('button', { name: 'Show it' });
    await show.waitFor();
    t.match(await waiting.textContent(), new RegExp(String(before + 1)), 'the rail counts it at once');
    const row = page.locator('.unfiled', { hasText: 'Came while somebody looked' });
    t.equal(await row.count(), 0, 'rows that keys act on do not move by themselves');
    await show.click();
    await row.waitFor();
  },
);
