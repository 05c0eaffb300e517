import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium, type Page } from 'playwright-core';
import { mailFrame } from '../../src/correspondence/mail-frame.ts';
import { CHROMIUM } from '../browser/chromium.ts';
import { hostileMails, showHostile } from '../correspondence/hostile.fixture.ts';

/** How many mails are made, and how many of them are also shown in frames, as a message's page shows them. */
const MAILS = Number(process.env['HOSTILE'] ?? 100_000);
const SHOWN = Number(process.env['HOSTILE_SHOWN'] ?? 2000);
const TOGETHER = 250;
const FRAMES_TOGETHER = 20;

/** In a browser: whatever its parser finds in sanitised HTML that must not be there. */
const PARSE = `(mails) => mails.flatMap((html) => {
  const read = new DOMParser().parseFromString(html, 'text/html');
  return [...read.querySelectorAll('*')].flatMap((element) => [
    ...(/^(script|style|svg|math|form|iframe|object|embed|base|meta|link|template|input|button)$/.test(element.localName) || element.namespaceURI !== 'http://www.w3.org/1999/xhtml' ? [element.localName] : []),
    ...[...element.attributes].filter(({ name, value }) =>
      name === 'href' ? !/^(https?:\\/\\/|mailto:)/i.test(value) : name === 'src' ? !value.startsWith('data:image/') : /^(on|style|srcdoc|action|formaction|background|srcset|poster)/.test(name),
    ).map(({ name, value }) => name + '=' + value.slice(0, 80)),
  ]);
})`;

/** Serves documents with the header fields that hold them in, and a page that shows some of them in frames. */
function frameServer() {
  const documents = new Map<string, Awaited<ReturnType<typeof mailFrame>>>();
  const server = createServer((request, response) => {
    const document = documents.get(request.url ?? '');
    if (document) return response.writeHead(200, document.headers).end(document.document);
    const frames = [...documents.keys()].map(
      (url) => `<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" src="${url}"></iframe>`,
    );
    return response
      .writeHead(200, { 'content-type': 'text/html' })
      .end(`<!doctype html><link rel=icon href=data:,>${frames.join('')}`);
  });
  return { documents, server };
}

async function showAll(page: Page, base: string): Promise<void> {
  await page.goto(`${base}/`, { waitUntil: 'load', timeout: 0 });
}

/** Reads, folds, sanitises and shows generated hostile mails; every one is checked, whatever it is. */
export async function benchHostile(): Promise<void> {
  const { documents, server } = frameServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const browser = CHROMIUM
    ? await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
    : null;
  const page = await browser?.newPage();
  const events: string[] = [];
  page?.on('dialog', (dialog) => {
    events.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page?.on('crash', () => events.push('crash'));
  page?.on('console', (message) => message.type() === 'error' && events.push(message.text()));
  page
    ?.context()
    .on(
      'request',
      (request) => !/^data:|^http:\/\/127\.0\.0\.1:/.test(request.url()) && events.push(request.url()),
    );

  const mails = hostileMails(Number(process.env['SEED'] ?? 1));
  const wrong: string[] = [];
  let shown = 0;
  let slowest = 0;
  let octets = 0;
  let spent = 0;
  for (let done = 0; done < MAILS; ) {
    const batch: string[] = [];
    documents.clear();
    for (let at = 0; at < TOGETHER && done < MAILS; at += 1, done += 1) {
      const raw = mails.next();
      octets += raw.length;
      const began = performance.now();
      const found = await showHostile(raw);
      wrong.push(...found.wrong);
      const took = performance.now() - began;
      spent += took;
      slowest = Math.max(slowest, took);
      batch.push(found.shown);
      if (shown < SHOWN && documents.size < FRAMES_TOGETHER) {
        shown += 1;
        documents.set(
          `/${shown}`,
          await mailFrame(found.html, { own: new Map(), remote: false, theme: 'system' }),
        );
      }
    }
    if (page) {
      wrong.push(...((await page.evaluate(`(${PARSE})(${JSON.stringify(batch)})`)) as string[]));
      if (documents.size > 0) await showAll(page, base);
    }
    if (done % 2_500 < TOGETHER)
      console.log(`  ${done} mails, ${wrong.length} wrong, ${events.length} events`);
  }
  await browser?.close();
  server.close();
  console.log(
    `hostile: ${MAILS} mails (${Math.round(octets / 1e6)} MB), ${page ? 'each read again by the browser’s parser' : 'no browser here'}, ${page ? shown : 0} shown in frames`,
  );
  console.log(
    `hostile: ${wrong.length} wrong, ${events.length} scripts, requests, errors or crashes; ${(spent / MAILS).toFixed(2)} ms a mail, slowest ${Math.round(slowest)} ms, ${Math.round(process.memoryUsage().rss / 1e6)} MB resident`,
  );
  for (const one of [...wrong, ...events].slice(0, 20)) console.log(`  ${one}`);
  if (wrong.length + events.length > 0) process.exitCode = 1;
}
