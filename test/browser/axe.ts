import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import type { Test } from 'tap';

const AXE = readFileSync(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

/** What axe finds on the page. It is given to the page by the debugger, since the page's policy lets no script in. */
export async function axe(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const result = await page.evaluate('axe.run(document, { resultTypes: ["violations"] })');
  return (result as { violations: { id: string; nodes: { html: string }[] }[] }).violations.map(
    (one) => `${one.id}: ${one.nodes[0]?.html.slice(0, 160)}`,
  );
}

/** A page as everybody can read it: axe finds no fault, and nothing stands over the edge. */
export async function isReadable(t: Test, page: Page, what: string): Promise<void> {
  t.strictSame(await axe(page), [], what);
  const over = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
  t.ok((over as number) <= 0, `${what}: nothing stands over the edge`);
}
