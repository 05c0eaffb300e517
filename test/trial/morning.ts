/**
 * A morning: forty providers have refused mail overnight, and one person looks at each incident, by keys alone, in a
 * real Chromium. Where a letter comes next it is begun, read, copied and marked as sent; what has no letter gets a
 * note. `npm run trial -- morning [--incidents N]` tells how long each took and how many keys, and exits 0 when
 * nothing was left untouched.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium, type Page } from 'playwright-core';
import { readCatalogue } from '../../src/providers/catalogue.ts';
import { startServer } from '../bench/server.ts';
import { CHROMIUM, FLAGS, NO_CHROMIUM } from '../browser/chromium.ts';
import { apiOf, command, HARBOUR } from './desk.ts';

const EMAIL = 'trial@harbour.example.com';
const PASSWORD = 'a trial and nothing else';
const tell = (words: string) => process.stdout.write(`${words}\n`);

/** A refusal of each provider that says which address it means, each about an address of its own. */
function refusals(most: number): string[] {
  const found = readCatalogue().providers.flatMap(({ rejections }) => {
    const [text] = rejections.flatMap((rule) => (rule.identifies ? (rule.examples ?? []) : []));
    return text?.includes('203.0.113.') ? [text] : [];
  });
  return found
    .slice(0, most)
    .map((text, index) => text.replace(/203\.0\.113\.\d+/g, `198.51.100.${index + 1}`));
}

class Keys {
  pressed = 0;
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }
  async press(...keys: string[]): Promise<void> {
    for (const key of keys) {
      await this.page.keyboard.press(key);
      this.pressed += 1;
    }
  }
  /** A key that leads to another page. */
  async go(key: string, there: RegExp | ((url: URL) => boolean)): Promise<void> {
    await Promise.all([this.page.waitForURL(there, { waitUntil: 'load' }), this.press(key)]);
  }
  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
    this.pressed += text.length;
  }
}

type Done = 'letter marked as sent' | 'note';

const LETTER = /\/letters\/\d+$/;

/** Whether a letter comes next, and it can go as it is. */
async function sendLetter(keys: Keys): Promise<boolean> {
  const { page } = keys;
  if (/\/letters\/new/.test(page.url())) {
    if ((await page.locator('[data-key="n"]').count()) === 0) return false;
    await keys.go('n', LETTER);
  }
  if (!LETTER.test(page.url())) return false;
  if ((await page.locator('[data-key="m"]:not([aria-disabled])').count()) === 0) return false;
  await keys.press('c', 'm');
  await keys.go('Enter', /\/incidents\/\d+(?:\/letters\/\d+)?(?:[?#]|$)/);
  return true;
}

/** From the row of an incident, and back to it where it is still in the list. */
async function triage(keys: Keys, list: string, number: number): Promise<Done> {
  const { page } = keys;
  const back = () => keys.go('u', (url) => url.href === list);
  await keys.go('n', (url) => url.href !== list);
  let isSent = await sendLetter(keys);
  if (!isSent) {
    // The step is something else: whoever is in a hurry writes all the same.
    await back();
    await keys.go('w', /\/letters\/new$/);
    isSent = await sendLetter(keys);
  }
  if (!isSent) {
    await back();
    await keys.go('a', new RegExp(`/incidents/${number}#n-text`));
    await page.waitForFunction('document.activeElement?.id === "n-text"');
    await keys.type('Seen, no letter yet.');
    await keys.press('Tab');
    await keys.go('Enter', new RegExp(`/incidents/${number}(?:\\?|#(?!n-text)|$)`));
  }
  await back();
  return isSent ? 'letter marked as sent' : 'note';
}

export async function morningTrial(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { incidents: { type: 'string', default: '40' } } });
  if (NO_CHROMIUM) {
    tell(`The trial is skipped: ${NO_CHROMIUM}`);
    return 0;
  }
  const folder = mkdtempSync(join(tmpdir(), 'delist-desk-trial-'));
  const home = { DATA_DIR: folder, PORT: process.env['PORT'] ?? '3990' };
  const token = command(['token', 'create', '--name', 'trial', '--scope', 'write'], home);
  const member = ['user', 'add', '--email', EMAIL, '--name', 'Jonas Weber', '--role', 'admin'];
  command(member, home, PASSWORD);
  const server = await startServer(['src/main.js'], home);
  const browser = await chromium.launch({ executablePath: CHROMIUM as string, args: FLAGS });
  try {
    const api = apiOf(server.url, token);
    await api('PUT', '/profile', HARBOUR);
    const reports = refusals(Number(values.incidents));
    for (const report of reports) await api('POST', '/incidents', { report });

    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const keys = new Keys(page);
    await page.goto(`${server.url}/sign-in`);
    await keys.type(EMAIL);
    await keys.press('Tab');
    await keys.type(PASSWORD);
    await keys.go('Enter', /\/$/);
    if ((await page.locator('[data-key="m"]').count()) > 0) await keys.go('m', (url) => url.pathname !== '/');
    const list = page.url();
    const done: { number: number; did: Done; ms: number; keys: number }[] = [];
    const seen = new Set<number>();
    while (seen.size < reports.length) {
      const from = performance.now();
      const before = keys.pressed;
      // The first row that was not looked at: rows whose letter is out have left the list.
      let number = 0;
      for (let row = 0; row < reports.length && (number === 0 || seen.has(number)); row += 1) {
        await keys.press('j');
        number = Number(await page.locator('[data-current]').getAttribute('data-row', { timeout: 5000 }));
      }
      if (seen.has(number)) break;
      seen.add(number);
      const did = await triage(keys, list, number);
      done.push({ number, did, ms: performance.now() - from, keys: keys.pressed - before });
    }
    for (const one of done)
      tell(
        `#${String(one.number).padEnd(3)} ${(one.ms / 1000).toFixed(2).padStart(6)} s ${String(one.keys).padStart(3)} keys  ${one.did}`,
      );
    const all = done.reduce((sum, { ms }) => sum + ms, 0) / 1000;
    const letters = done.filter(({ did }) => did !== 'note');
    tell(
      `${done.length} of ${reports.length} incidents in ${all.toFixed(1)} s, ${letters.length} letters marked as sent, ${keys.pressed} keys.`,
    );
    return done.length === reports.length ? 0 : 1;
  } finally {
    await browser.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
