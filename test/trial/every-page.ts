/**
 * Every page in a real Chromium, at phone, tablet and desk width, in light and dark and as it would be printed: what
 * overflows its window, what axe finds, what the page complains of, and a picture of each to be looked at.
 *
 *   DATABASE_URL=postgres://… npm run trial -- pages --to FOLDER [--fill demo|extreme|none] [--only WORDS]
 *
 * The database has to be empty, or be one that this or `bench -- scale` filled. `extreme`: the demonstration, with
 * every text as long and as strange as its column lets it be.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { FastifyInstance } from 'fastify';
import { type Browser, chromium, type Page } from 'playwright-core';
import { migrate } from '../../src/database/migrate.ts';
import { type Db, openDatabase } from '../../src/database/open.ts';
import { fillDemo } from '../../src/demo/fill.ts';
import { appOver, signedInCookie } from '../bench/scale/explain.ts';
import { walkedPaths } from '../bench/scale/paths.ts';
import { axe } from '../browser/axe.ts';
import { CHROMIUM, FLAGS, NO_CHROMIUM } from '../browser/chromium.ts';
import { makeExtreme } from './extremes.ts';

const tell = (words: string) => process.stdout.write(`${words}\n`);

type Look = { name: string; width: number; dark?: true; print?: true; axe?: true };
const LOOKS: Look[] = [
  { name: 'phone', width: 390, axe: true },
  { name: 'tablet', width: 768 },
  { name: 'desk', width: 1440, axe: true },
  { name: 'desk-dark', width: 1440, dark: true, axe: true },
  { name: 'phone-dark', width: 390, dark: true },
  // A4 without its margins, at 96 pixels an inch.
  { name: 'print', width: 680, print: true },
];

/** What is wider than the window, the outermost first, where the window itself scrolls. */
const OVERFLOW = `(() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide + 1) return [];
  return [...document.body.querySelectorAll('*')]
    .filter((one) => one.getBoundingClientRect().right > wide + 1 && one.checkVisibility())
    .slice(0, 3).map((one) => one.outerHTML.slice(0, 90));
})()`;

async function filled(db: Db, fill: string): Promise<void> {
  await migrate(db as never);
  const { length } = await db.selectFrom('users').select('id').limit(1).execute();
  if (fill === 'none' || length > 0) return;
  const app = await appOver(db);
  try {
    await fillDemo(app.desk, 'a trial and nothing else');
    if (fill === 'extreme') tell(`${await makeExtreme(db)} texts made extreme`);
  } finally {
    await app.close();
  }
}

/** Of a picture, in pixels: a list of a hundred rows goes on as it began. */
const MOST_HEIGHT = 4000;

type Judged = { path: string; look: string; words: string };

async function lookAt(page: Page, url: string, look: Look): Promise<string[]> {
  await page.setViewportSize({ width: look.width, height: 900 });
  await page.emulateMedia({
    colorScheme: look.dark ? 'dark' : 'light',
    media: look.print ? 'print' : 'screen',
  });
  const answer = await page.goto(url, { waitUntil: 'load' });
  if (answer?.status() !== 200) return [`answers ${answer?.status()}`];
  const wide = (await page.evaluate(OVERFLOW)) as string[];
  const found = look.axe ? await axe(page) : [];
  return [...wide.map((one) => `wider than the window: ${one}`), ...found];
}

const fileOf = (path: string) => path.replace(/[^a-z0-9]+/gi, '-').replace(/^-|-$/g, '') || 'desk';

async function walk(app: FastifyInstance, db: Db, browser: Browser, options: { to: string; only: string }) {
  await app.listen({ host: '127.0.0.1', port: 0 });
  const base = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const [name = '', value = ''] = (await signedInCookie(db)).split('=');
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Berlin' });
  await context.addCookies([{ name, value, url: base }]);
  const page = await context.newPage();
  const judged: Judged[] = [];
  let path = '';
  let look = LOOKS[0] as Look;
  const complain = (words: string) => judged.push({ path, look: look.name, words });
  page.on('console', (message) => message.type() === 'error' && complain(message.text()));
  page.on('pageerror', (error) => complain(error.message));
  mkdirSync(options.to, { recursive: true });
  let pages = 0;
  for (const { route, paths } of await walkedPaths(db, app.declaredRoutes, { limit: 1 })) {
    path = paths[0] ?? '';
    if (!path || route.startsWith('/api') || !route.includes(options.only)) continue;
    const { body, statusCode, headers } = await app.inject({
      url: path,
      headers: { cookie: `${name}=${value}` },
    });
    // Others are files, parts that a page's script asks for, pages of what these data do not have, and mails, in whose
    // sandbox no script can look around.
    if (statusCode !== 200 || !body.startsWith('<!doctype html>')) continue;
    if (String(headers['content-security-policy']).includes('sandbox')) continue;
    pages += 1;
    tell(path);
    for (look of LOOKS) {
      for (const words of await lookAt(page, base + path, look)) complain(words);
      const height = Math.min(
        MOST_HEIGHT,
        Number(await page.evaluate('document.documentElement.scrollHeight')),
      );
      const clip = { x: 0, y: 0, width: look.width, height };
      const picture = await page.screenshot({ clip, fullPage: true, type: 'jpeg', quality: 60 });
      writeFileSync(join(options.to, `${fileOf(path)}.${look.name}.jpg`), picture);
    }
  }
  return { pages, judged };
}

export async function everyPageTrial(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      to: { type: 'string' },
      fill: { type: 'string', default: 'demo' },
      only: { type: 'string', default: '' },
    },
  });
  const databaseUrl = process.env['DATABASE_URL'];
  if (NO_CHROMIUM || !databaseUrl || !values.to) {
    tell(
      NO_CHROMIUM || 'It takes DATABASE_URL, of a database that is empty, and --to FOLDER for its pictures.',
    );
    return 1;
  }
  const { db, close } = await openDatabase({ databaseUrl, dataDir: '' });
  const browser = await chromium.launch({ executablePath: CHROMIUM as string, args: FLAGS });
  try {
    await filled(db, values.fill);
    const app = await appOver(db);
    try {
      const { pages, judged } = await walk(app, db, browser, { to: values.to, only: values.only });
      for (const { path, look, words } of judged) tell(`${path} ${look}: ${words}`);
      tell(`${pages} pages in ${LOOKS.length} looks, ${judged.length} faults`);
      return judged.length === 0 && pages > 0 ? 0 : 1;
    } finally {
      await app.close();
    }
  } finally {
    await browser.close();
    await close();
  }
}
