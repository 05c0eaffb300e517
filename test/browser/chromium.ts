import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import type { Test } from 'tap';
import { addUser } from '../../src/accounts/store.ts';
import { PASSWORD, type TestDesk } from '../desk.ts';

const PLACES = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
export const CHROMIUM = PLACES.find((place) => place && existsSync(place));

/** Why the browser tests are skipped, and what brings them; false where a Chromium is. */
export const NO_CHROMIUM = CHROMIUM
  ? false
  : 'no Chromium here; it comes with: apt-get update && apt-get install --yes chromium';

export const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

let launched: Promise<Browser> | undefined;

async function launch(): Promise<Browser> {
  // Loaded here: benches and trials use what stands in this file, and are no tests.
  const { default: tap } = await import('tap');
  const browser = await chromium.launch({ executablePath: CHROMIUM as string, args: FLAGS });
  tap.teardown(() => browser.close());
  return browser;
}

/** One for all tests of a process: its start costs more than most visits. */
function sharedBrowser(): Promise<Browser> {
  launched ??= launch();
  return launched;
}

export type Visit = { context: BrowserContext; page: Page; base: string; complaints: string[] };

/** A browser at the app, with nothing in it of other visits, and somebody signed in. Whatever the page complains of is collected. */
export async function visit(
  t: Test,
  desk: TestDesk,
  options: { width?: number; dark?: boolean; script?: boolean } = {},
): Promise<Visit> {
  if (!desk.app.server.listening) await desk.app.listen({ host: '127.0.0.1', port: 0 });
  const base = `http://127.0.0.1:${(desk.app.server.address() as AddressInfo).port}`;
  const browser = await sharedBrowser();
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1440, height: 900 },
    colorScheme: options.dark ? 'dark' : 'light',
    javaScriptEnabled: options.script ?? true,
    timezoneId: 'Europe/Berlin',
  });
  t.teardown(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
  page.on(
    'request',
    (request) => !request.url().startsWith(base) && complaints.push(`outside request: ${request.url()}`),
  );
  const email = `mara-${Math.random().toString(36).slice(2, 8)}@example.com`;
  await addUser(desk.db, {
    email,
    name: 'Mara Lindqvist',
    role: 'admin',
    password: PASSWORD,
    timeZone: 'Europe/Berlin',
  });
  await page.goto(`${base}/sign-in`);
  await page.fill('#email', email);
  await page.fill('#password', PASSWORD);
  await page.click('button[type=submit]');
  return { context, page, base, complaints };
}
