import t from 'tap';
import { PROFILE, testDesk } from '../desk.ts';
import { NO_CHROMIUM, visit } from './chromium.ts';

/** What is drawn on paper as something to press or to fill in: buttons, boxes, and fields that hold nothing. */
const TO_FILL_IN = `[...document.querySelectorAll('main :is(button, input:not([type="hidden"]), select, textarea)')]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().width > 1)
  .filter((one) => one.localName === 'button' || /checkbox|radio|password|file/.test(one.type) || !(one.value || one.matches('[data-says-unset]')) || getComputedStyle(one).borderTopWidth !== '0px')
  .map((one) => one.outerHTML.slice(0, 80))`;

/** Texts of several lines of which paper shows less than all. */
const CUT_OFF = `[...document.querySelectorAll('main textarea')]
  .filter((one) => one.checkVisibility() && one.scrollHeight > one.clientHeight + 1)
  .map((one) => one.id)`;

/** Headings that have nothing below them. */
const ALONE = `[...document.querySelectorAll('main .sec > header')]
  .filter((one) => one.checkVisibility())
  .filter(({ parentElement: part, offsetHeight }) => part.offsetHeight - offsetHeight < 16)
  .map((one) => one.innerText)`;

const SETTINGS = [
  'profile',
  'account',
  'notifications',
  'programmes',
  'watching',
  'sign-in',
  'sign-in-provider',
  'personal-data',
  'users',
  'invitations',
  'tokens',
  'fields',
  'tags',
  'mail',
  'mail/accounts/new',
  'mailboxes',
  'snds',
  'webhooks',
  'backup',
  'export',
  'import',
];

t.test('settings on paper are what is set, and nothing to fill in', { skip: NO_CHROMIUM }, async (t) => {
  const desk = await testDesk(t);
  const domains = Array.from({ length: 12 }, (_none, at) => `shop-${at}.example.com`);
  await desk.api('PUT', '/profile', { ...PROFILE, sendingDomains: domains });
  const { page, base } = await visit(t, desk);
  await page.setViewportSize({ width: 680, height: 900 });
  await page.emulateMedia({ media: 'print' });
  for (const path of SETTINGS) {
    const answer = await page.goto(`${base}/settings/${path}`);
    t.equal(answer?.status(), 200, path);
    t.strictSame(await page.evaluate(ALONE), [], path);
    t.strictSame(await page.evaluate(TO_FILL_IN), [], path);
    t.strictSame(await page.evaluate(CUT_OFF), [], path);
  }
  await page.goto(`${base}/settings/profile`);
  t.ok(await page.isVisible('#name'), 'what is set is printed');
  t.ok(await page.isVisible('label[for="name"]'));
  t.notOk(await page.isVisible('label[for="optIn"]'), 'and what is not is left out');
  await page.goto(`${base}/settings/users`);
  t.ok(await page.isVisible('td [name="role"]'), 'each person’s role is printed');
  await page.goto(`${base}/settings/personal-data`);
  t.ok(await page.isVisible('#sources'), 'what stands where nothing is set, if it means something');
});
