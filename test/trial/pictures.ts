/**
 * The pictures of README and tour, taken anew of the demonstration in a Chromium, wide, light and some dark as well:
 * `npm run trial -- pictures [--only NAME,…] [--to FOLDER]`. Times in them are those of the day on which they are taken.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium, type Page } from 'playwright-core';
import { ADDRESSES } from '../../src/demo/organisation.ts';
import { STORIES } from '../../src/demo/stories.ts';
import { CHROMIUM, FLAGS, NO_CHROMIUM } from '../browser/chromium.ts';
import { withPalette } from './palette.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const WIDTH = 1440;
/** A page of documents should not wait for its pictures. */
const MOST_OCTETS = 120_000;

const tell = (words: string) => process.stdout.write(`${words}\n`);

/** Stories are logged in their order, one incident each. */
const newestOf = (provider: string, address: string): string => {
  const place = STORIES.findLastIndex(
    (story) => story.provider === provider && ADDRESSES[story.address]?.text === address,
  );
  return `/incidents/${place + 1}`;
};
/** Denied, asked again, lifted. */
const LIFTED = newestOf('outlook-com', '203.0.113.7');
/** Denied, and waits for our answer. */
const DENIED = newestOf('outlook-com', '192.0.2.80');

const PASTE = `${new Date(Date.now() - 3 * 3_600_000).toISOString()} mx-out-2 postfix/smtp[20417]: 4F0C2A91: to=<p.hansen@hotmail.com>, relay=hotmail-com.olc.protection.outlook.com[192.0.2.201]:25, delay=1.9, dsn=5.7.1, status=bounced (host hotmail-com.olc.protection.outlook.com[192.0.2.201] said: 550 5.7.1 Unfortunately, messages from [198.51.100.25] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150). (in reply to MAIL FROM command))`;

/** Of a conversation, the answers with a verdict that counts. */
const UNFOLD = `for (const mail of document.querySelectorAll('details.mail'))
  mail.open = /denied|mitigated/.test(mail.querySelector('.badge')?.textContent ?? '')`;
const MARGIN = 24;

type Shot = {
  name: string;
  /** Brings the page to what is shown. */
  show: (page: Page, base: string) => Promise<unknown>;
  /** The part of the page that is shown, from its top; left out: the page. */
  of?: string;
  height: number;
  isDarkToo?: true;
};

const SHOTS: Shot[] = [
  { name: 'desk', show: (page, base) => page.goto(base), height: 1200, isDarkToo: true },
  { name: 'incident', show: (page, base) => page.goto(base + DENIED), height: 1000, isDarkToo: true },
  {
    name: 'log',
    show: async (page, base) => {
      await page.goto(`${base}/log`);
      await page.fill('#report', PASTE);
      await page.waitForSelector('#preview code:has-text("S3150")');
    },
    height: 780,
  },
  {
    name: 'evidence',
    show: (page, base) => page.goto(`${base}/evidence/198.51.100.25`),
    height: 1000,
  },
  {
    name: 'letter',
    show: async (page, base) => {
      await page.goto(`${base}${DENIED}/letters/new`);
      await Promise.all([page.waitForURL(/\/letters\/\d+$/), page.click('.templates button.main')]);
    },
    height: 1000,
  },
  {
    name: 'reply',
    show: async (page, base) => {
      await page.goto(`${base}${LIFTED}/conversation`);
      await page.evaluate(UNFOLD);
    },
    height: 1000,
  },
  { name: 'recovery', show: (page, base) => page.goto(base + LIFTED), height: 900 },
  { name: 'timeline', show: (page, base) => page.goto(base + LIFTED), of: '.two', height: 1100 },
  { name: 'report', show: (page, base) => page.goto(`${base}/reports/blocked-by-provider`), height: 1000 },
];

/** The demonstration as a process of its own, with somebody to sign in as. */
async function startDemo() {
  const server = spawn(process.execPath, ['src/main.js', '--demo'], {
    cwd: ROOT,
    env: { ...process.env, PORT: process.env['PORT'] || '0', LOG_LEVEL: 'silent' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = async () => {
    const gone = once(server, 'exit');
    server.kill('SIGTERM');
    await gone;
  };
  return new Promise<{ base: string; email: string; password: string; stop: () => Promise<void> }>(
    (resolve, reject) => {
      let said = '';
      server.once('exit', () => reject(new Error('The demonstration did not start.')));
      server.stdout.setEncoding('utf8').on('data', (piece: string) => {
        said += piece;
        const found = /answers at (\S+)[\s\S]*Sign in as (\S+) with (\S+)/.exec(said);
        if (found) resolve({ base: found[1] ?? '', email: found[2] ?? '', password: found[3] ?? '', stop });
      });
    },
  );
}

async function take(page: Page, base: string, shot: Shot, folder: string): Promise<boolean> {
  let isSmall = true;
  await page.setViewportSize({ width: WIDTH, height: shot.height });
  await shot.show(page, base);
  const whole = { x: 0, y: 0, width: Number(await page.evaluate('document.body.clientWidth')) };
  const part = shot.of ? await page.locator(shot.of).boundingBox() : null;
  for (const colorScheme of shot.isDarkToo ? (['light', 'dark'] as const) : (['light'] as const)) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.mouse.move(0, 0);
    const { x, y, width } = part
      ? { x: part.x - MARGIN, y: part.y - MARGIN, width: part.width + 2 * MARGIN }
      : whole;
    const clip = { x, y, width, height: shot.height };
    const picture = withPalette(await page.screenshot({ clip, fullPage: true, animations: 'disabled' }));
    const name = `${shot.name}${colorScheme === 'dark' ? '-dark' : ''}.png`;
    writeFileSync(join(folder, name), picture);
    if (picture.length > MOST_OCTETS) isSmall = false;
    tell(`${name.padEnd(20)} ${String(picture.length).padStart(7)} octets${isSmall ? '' : ': too large'}`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  return isSmall;
}

export async function picturesTrial(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      to: { type: 'string', default: join(ROOT, 'src/docs/pictures') },
    },
  });
  if (NO_CHROMIUM) {
    tell(`No pictures: ${NO_CHROMIUM}`);
    return 1;
  }
  const wanted = values.only?.split(',');
  const shots = SHOTS.filter(({ name }) => wanted?.includes(name) ?? true);
  mkdirSync(values.to, { recursive: true });
  const demo = await startDemo();
  const browser = await chromium.launch({ executablePath: CHROMIUM as string, args: FLAGS });
  try {
    const page = await browser.newPage({
      colorScheme: 'light',
      locale: 'en-GB',
      timezoneId: 'Europe/Berlin',
    });
    await page.goto(`${demo.base}/sign-in`);
    await page.fill('#email', demo.email);
    await page.fill('#password', demo.password);
    await Promise.all([page.waitForURL(`${demo.base}/`), page.click('button[type=submit]')]);
    let areSmall = true;
    for (const shot of shots) areSmall = (await take(page, demo.base, shot, values.to)) && areSmall;
    return areSmall && shots.length > 0 ? 0 : 1;
  } finally {
    await browser.close();
    await demo.stop();
  }
}
