import t from 'tap';
import { signedIn, testDesk } from '../desk.ts';

/** Lists of a desk in which nothing has happened yet. */
const LISTS = [
  '/incidents',
  '/unfiled',
  '/unfiled?which=put-away',
  '/addresses',
  '/notices',
  '/notices?which=all',
  '/reminders',
  '/complaints',
  '/reports/mitigation',
  '/reports/relapses',
  '/reports/load',
  '/reports/what-worked',
  '/reports/verdicts',
  '/settings/mail',
  '/settings/webhooks',
  '/settings/tokens',
];

t.test('an empty list says what will be in it, and leads to what fills it', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk, 'admin');
  for (const url of LISTS) {
    const { body, statusCode } = await browser.get(url);
    t.equal(statusCode, 200, url);
    const said = [...body.matchAll(/<p class="hint empty">(.*?)<\/p>/gs)].map(([, words]) => words ?? '');
    t.ok(said.length > 0, url);
    t.ok(
      said.some((words) => words.includes('<a href="/')),
      `${url}: ${said}`,
    );
    for (const words of said) t.ok(words.replace(/<[^>]*>/g, '').split(' ').length > 3, `${url}: ${words}`);
  }
});

t.test('and by no link that the reader may not follow', async (t) => {
  const desk = await testDesk(t);
  for (const role of ['viewer', 'operator', 'admin'] as const) {
    const browser = await signedIn(desk, role);
    const links = new Set<string>();
    for (const url of LISTS) {
      const { body } = await browser.get(url);
      for (const [, words] of body.matchAll(/<p class="hint empty">(.*?)<\/p>/gs))
        for (const [, href] of (words ?? '').matchAll(/<a href="([^"]+)"/g)) links.add(href ?? '');
    }
    t.ok(links.size > 3);
    for (const href of links)
      t.equal((await browser.get(href.replaceAll('&amp;', '&'))).statusCode, 200, `${role}: ${href}`);
  }
});
