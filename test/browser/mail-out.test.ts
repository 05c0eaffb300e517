import t from 'tap';
import { mailDesk } from '../mail-out/mail-out.fixture.ts';
import { axe } from './axe.ts';
import { NO_CHROMIUM, visit } from './chromium.ts';

const SHOTS = process.env['SHOTS'];

t.test(
  'a letter is sent from the composer, undone, sent again, and decided on, with and without script',
  { skip: NO_CHROMIUM },
  async (t) => {
    const desk = await mailDesk(t, {
      script: { end: (socket) => socket.destroy() },
      account: { undoSeconds: 120 },
    });
    for (const options of [
      { width: 1440, script: false },
      { width: 390, dark: true, script: true },
    ]) {
      const { context, page, base, complaints } = await visit(t, desk, options);
      const look = async (name: string) => {
        if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}-${options.width}.png`, fullPage: true });
        if (options.script) t.strictSame(await axe(page), [], `${name} has no fault that axe finds`);
        const over = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        t.ok((over as number) <= 0, `${name}: nothing stands over the edge`);
      };
      const letter = await desk.draft();
      await page.goto(`${base}/incidents/${desk.number}/letters/${letter}`);
      await page.getByLabel('To', { exact: true }).fill('support@provider.example.net');
      await look('composer');
      await page.getByRole('button', { name: 'Send', exact: true }).click();
      await page.waitForURL(/messages\/\d+$/);
      t.match(await page.textContent('.flash'), 'Sent in 120 s.');
      await look('queued');
      await page.getByRole('button', { name: 'Undo' }).click();
      await page.waitForURL(/letters\/\d+$/);
      t.match(await page.textContent('.flash'), 'nothing was sent');
      await page.getByLabel('To', { exact: true }).fill('support@provider.example.net');
      await page.getByRole('button', { name: 'Send', exact: true }).click();
      await page.waitForURL(/messages\/\d+$/);
      await desk.db
        .updateTable('dispatches')
        .set({ due_at: new Date() })
        .where('state', '=', 'queued')
        .execute();
      await desk.work();
      await page.goto(`${base}/incidents/${desk.number}`);
      t.match(await page.textContent('.next .what'), 'Say whether the mail arrived');
      await look('uncertain');
      await page.getByRole('button', { name: 'It arrived' }).click();
      await page.waitForURL(/messages\/\d+$/);
      t.match(await page.textContent('.dispatch'), 'said by Mara Lindqvist');
      for (const [name, path] of [
        ['accounts', '/settings/mail'],
        ['account', `/settings/mail/accounts/${desk.account}`],
        ['new-account', '/settings/mail/accounts/new'],
      ] as const) {
        await page.goto(`${base}${path}`);
        await look(name);
      }
      t.strictSame(complaints, [], 'the browser complains of nothing');
      await context.close();
    }
    t.equal(desk.server.messages.length, 2, 'what was undone never left');
  },
);
