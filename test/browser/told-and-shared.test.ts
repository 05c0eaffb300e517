import t from 'tap';
import { fanOut } from '../../src/notifications/fan-out.ts';
import { SUBSCRIBERS } from '../../src/notifications/subscribers.ts';
import { takeImport } from '../../src/transfer/import/queue.ts';
import { runImport } from '../../src/transfer/import/worker.ts';
import { CATALOGUE, REFUSAL, type TestDesk, testDesk } from '../desk.ts';
import { hookDesk } from '../webhooks/webhooks.fixture.ts';
import { axe } from './axe.ts';
import { NO_CHROMIUM, type Visit, visit } from './chromium.ts';

const SHOTS = process.env['SHOTS'];

/** The journeys, each once at a desk with script and once on a telephone in the dark. */
const SCREENS = [{ width: 1440 }, { width: 390, dark: true }];

/** Looks at what a person sees: nothing that axe finds, nothing over the edge; a picture where one is wanted. */
async function look(t: Parameters<typeof testDesk>[0], { page }: Visit, name: string) {
  const { width } = page.viewportSize() ?? { width: 0 };
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}-${width}.png`, fullPage: true });
  t.strictSame(await axe(page), [], `${name} has no fault that axe finds`);
  const over = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
  t.ok((over as number) <= 0, `${name}: nothing stands over the edge`);
}

const press = ({ page }: Visit, name: string) => page.getByRole('button', { name, exact: true }).click();

for (const screen of SCREENS) {
  const at = `at ${screen.width} px`;

  t.test(
    `a webhook is added, and its log shows what was delivered, ${at}`,
    { skip: NO_CHROMIUM },
    async (t) => {
      const desk = await hookDesk(t);
      const visited = await visit(t, desk, screen);
      const { page, base, complaints } = visited;
      await page.goto(`${base}/settings/webhooks/new`);
      await look(t, visited, 'webhook-new');
      await page.getByLabel('Name').fill('Pager');
      await page.getByLabel('Address').fill(desk.receiver.url());
      await page.locator('form .form-end button').first().click();
      await page.getByText('The secret that signs what is sent.').waitFor();
      t.match(await page.inputValue('#new-secret'), /^whsec_/);
      await desk.api('PATCH', '/incidents/1', { state: 'action-needed', reason: 'They telephoned.' });
      await desk.fanOut();
      await desk.work();
      await page.goto(`${base}/settings/webhooks`);
      await page.getByRole('link', { name: 'Pager' }).click();
      await page.waitForURL(/webhooks\/\d+$/);
      await look(t, visited, 'webhook');
      await page.goto(`${page.url()}/deliveries`);
      await page.getByRole('row').nth(1).getByRole('link').first().click();
      t.match(await page.textContent('main'), /204/, 'the answer of the receiver');
      await look(t, visited, 'webhook-delivery');
      t.strictSame(complaints, []);
    },
  );

  t.test(`a notice is read, and a rule says what one is told, ${at}`, { skip: NO_CHROMIUM }, async (t) => {
    const desk = await testDesk(t);
    const visited = await visit(t, desk, screen);
    const { page, base, complaints } = visited;
    await desk.api('POST', '/incidents', { report: REFUSAL });
    while ((await fanOut(desk.db, SUBSCRIBERS)) > 0);
    await page.goto(`${base}/notices`);
    await look(t, visited, 'notices');
    await page.locator('form[action$="/opening"] button').first().click();
    await page.waitForURL(/\/incidents\/1/);
    await page.goto(`${base}/notices`);
    await page.getByText('Nothing is unread.').waitFor();
    await page.goto(`${base}/settings/notifications`);
    await page.getByText('Another rule').click();
    const form = page.locator('form:has(button:text("Add the rule"))');
    await form.getByLabel('An answer comes').check();
    await form.locator('select[name=way]').selectOption('at-once');
    await look(t, visited, 'notice-rule');
    await form.getByRole('button').click();
    await page.locator('.flash').waitFor();
    const rules = await page.locator('.rule-what').allTextContents();
    t.ok(
      rules.some((words) => /answer/i.test(words)),
      rules.join('; '),
    );
    t.strictSame(complaints, []);
  });

  t.test(
    `a share link is made, read without an account, and revoked, ${at}`,
    { skip: NO_CHROMIUM },
    async (t) => {
      const desk = await testDesk(t);
      await desk.api('POST', '/incidents', { report: REFUSAL });
      await desk.api('POST', '/incidents/1/notes', { text: 'The customer is leaving.' });
      const visited = await visit(t, desk, screen);
      const { page, base, context, complaints } = visited;
      await page.goto(`${base}/incidents/1/shares`);
      await page.getByLabel('For whom').fill('The auditor');
      await look(t, visited, 'share-new');
      await press(visited, 'See what it shows');
      await page.getByText('This is what the reader will see.').waitFor();
      await press(visited, 'Make the link');
      const link = await page.inputValue('#link');
      const path = new URL(link, base).pathname;
      const stranger = await context
        .browser()
        ?.newContext({ viewport: { width: screen.width, height: 900 } });
      t.teardown(() => stranger?.close());
      const reader = await stranger?.newPage();
      if (!reader) throw new Error('no second browser');
      t.equal((await reader.goto(`${base}${path}`))?.status(), 200);
      t.match(await reader.textContent('h1'), 'Outlook.com blocks 203.0.113.7');
      t.notMatch(await reader.textContent('main'), 'The customer is leaving.');
      await look(t, { ...visited, page: reader }, 'shared');
      await page.goto(`${base}/incidents/1/shares`);
      await page.getByRole('button', { name: /^Revoke/ }).click();
      await page
        .getByText(/revoked/)
        .first()
        .waitFor();
      await look(t, visited, 'share-revoked');
      t.equal((await reader.goto(`${base}${path}`))?.status(), 404);
      await look(t, { ...visited, page: reader }, 'share-gone');
      t.strictSame(complaints, []);
    },
  );

  t.test(`a table is looked at, and only then brought in, ${at}`, { skip: NO_CHROMIUM }, async (t) => {
    const desk = await testDesk(t);
    const visited = await visit(t, desk, screen);
    const { page, base, complaints } = visited;
    await page.goto(`${base}/settings/import`);
    await page.setInputFiles('#file', {
      name: 'old.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(
        'Case;Subject;ISP;IP Address;Status;Created\n1;Blocked;gmail.com;203.0.113.7;Open;2026-03-11\n',
      ),
    });
    await press(visited, 'Take the file');
    await page.waitForURL(/\/settings\/import\/\d+$/);
    await look(t, visited, 'import-table');
    await press(visited, 'Look at all rows');
    await page.locator('#sums').waitFor();
    t.match(await page.textContent('#sums'), /New incidents\s*1/);
    t.equal(await incidentsOf(desk), 0, 'looking brings nothing in');
    await look(t, visited, 'import-looked');
    await press(visited, 'Bring it in');
    await page.waitForURL(/\/settings\/import\/\d+$/);
    await bringIn(desk);
    await page.reload();
    await look(t, visited, 'import-done');
    t.equal(await incidentsOf(desk), 1);
    t.strictSame(complaints, []);
  });
}

/** What a worker does with an import that waits. */
async function bringIn({ db }: TestDesk): Promise<void> {
  const row = await takeImport(db);
  if (!row) throw new Error('no import waits');
  await runImport({ db, catalogue: CATALOGUE }, { ...row, state: 'running' }, { stopped: () => false });
}

const incidentsOf = async ({ db }: TestDesk) =>
  (await db.selectFrom('incidents').select('number').execute()).length;
