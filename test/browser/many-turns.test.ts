import t from 'tap';
import { REFUSAL, testDesk } from '../desk.ts';
import { NO_CHROMIUM, visit } from './chromium.ts';

/** Each line is drawn by itself, and each piece of another direction: 100,000 of them took Chromium half a minute. */
const TURNING = 'א\na\n'.repeat(50_000);

t.test('an answer that turns its direction on each line is drawn soon', { skip: NO_CHROMIUM }, async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const { status, body } = await desk.api('POST', '/incidents/1/messages', {
    direction: 'in',
    body: `We looked at it.\n\n${TURNING}`,
  });
  t.equal(status, 201);
  const { page, base } = await visit(t, desk);
  page.setDefaultTimeout(15_000);
  const here = `${base}/incidents/1/messages/${body.id}`;
  for (const url of [`${base}/incidents/1/conversation`, here, `${here}/source-text`]) {
    await page.goto(url);
    t.ok(await page.evaluate('document.body.offsetHeight > 100'), url.slice(base.length));
    const said = page.locator(url.startsWith(here) ? 'text=too often to be shown' : 'text=The rest of it');
    t.ok(await said.count(), 'what is not drawn is said');
  }
  const whole = await page.context().request.get(`${here}/source`);
  t.ok((await whole.text()).includes(TURNING), 'and is in the download');
});
