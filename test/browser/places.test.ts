import t from 'tap';
import { PROFILE, REFUSAL, testDesk } from '../desk.ts';
import { PNG } from '../evidence/pictures/pictures.fixture.ts';
import { isReadable } from './axe.ts';
import { NO_CHROMIUM, visit } from './chromium.ts';

const IP = '203.0.113.7';
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();

async function readDesk(t: Parameters<typeof testDesk>[0]) {
  const desk = await testDesk(t);
  await desk.api('PUT', '/profile', PROFILE);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const read = (subject: string, place: string, value: string, more: object) =>
    desk.api('POST', `/evidence/${subject}/places/${place}/readings`, { value, ...more });
  await read(IP, 'talos', 'Good', { readAt: daysAgo(40), note: 'before the move' });
  await read(IP, 'talos', 'Poor', {
    readAt: daysAgo(20),
    incident: 1,
    note: 'The page says so of the whole network.',
    pictures: [{ name: 'talos.png', base64: PNG.toString('base64') }],
  });
  await read(IP, 'proofpoint', 'not blocked', { readAt: daysAgo(9) });
  await read('harbour.example.com', 'postmaster-tools-spam-rate', '0.31', { readAt: daysAgo(1) });
  await desk.api('PUT', '/programmes/csa', {
    standing: 'member',
    since: '2025-01-01',
    expiresOn: daysAgo(-3).slice(0, 10),
    reference: 'contract 12',
  });
  await desk.api('PUT', '/programmes/validity', { standing: 'suspended' });
  const { body } = await desk.api('GET', '/reminders');
  for (const one of body.items.filter(({ key }: { key: string }) => key.startsWith('place:proofpoint')))
    await desk.api('POST', '/reminders/answers', {
      key: one.key,
      dueOn: one.dueOn,
      dismissedReason: 'the address is given back in December',
    });
  return desk;
}

const PAGES = [
  `/evidence/${IP}/places`,
  `/evidence/${IP}/places/talos?incident=1`,
  '/evidence/harbour.example.com/places',
  '/evidence/harbour.example.com/places/postmaster-tools-spam-rate',
  '/incidents/1',
  '/',
  '/reminders',
  '/settings/programmes',
  '/settings/profile',
  `/addresses/${IP}`,
];

t.test(
  'what is looked up by hand can be read by everybody, on a telephone and in the dark',
  { skip: NO_CHROMIUM },
  async (t) => {
    const desk = await readDesk(t);
    for (const options of [{ width: 1440 }, { width: 390 }, { width: 390, dark: true }]) {
      const { context, page, base, complaints } = await visit(t, desk, options);
      for (const path of PAGES) {
        await page.goto(`${base}${path}`);
        for (const summary of await page.locator('main details.more > summary').all())
          if (path.startsWith('/reminders') || path.startsWith('/settings')) await summary.click();
        await isReadable(t, page, `${path} ${JSON.stringify(options)}`);
      }
      t.strictSame(complaints, []);
      await context.close();
    }
  },
);

t.test('a value is recorded with its screenshots, without script too', { skip: NO_CHROMIUM }, async (t) => {
  const desk = await readDesk(t);
  for (const script of [true, false]) {
    const { context, page, base, complaints } = await visit(t, desk, { script });
    await page.goto(`${base}/evidence/${IP}/places`);
    const link = page.getByRole('link', { name: /^Barracuda Central/ });
    t.match(await link.getAttribute('href'), /^https:\/\/www\.barracudacentral\.org\//);
    t.strictSame(
      [await link.getAttribute('target'), await link.getAttribute('rel')],
      ['_blank', 'noreferrer'],
    );
    await page.getByRole('link', { name: /^Record.*Barracuda Central/ }).click();
    await page.selectOption('#value', 'listed');
    await page.fill('#note', 'since yesterday');
    await page.setInputFiles('#pictures', [
      { name: 'one.png', mimeType: 'image/png', buffer: PNG },
      { name: 'two.png', mimeType: 'image/png', buffer: PNG },
    ]);
    await page.getByRole('button', { name: 'Record it' }).click();
    await page.getByText('Recorded: Barracuda Central, listed.').waitFor();
    const widths = await page
      .locator('.shots img')
      .evaluateAll((all) => all.map((one) => (one as unknown as { naturalWidth: number }).naturalWidth));
    if (script) t.strictSame(widths, [1, 1], 'both are shown');
    t.strictSame(complaints, []);
    await context.close();
  }
  t.equal((await desk.db.selectFrom('evidence_files').selectAll().execute()).length, 5);
});
