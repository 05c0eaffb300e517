import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

const AXE = readFileSync(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

/** What axe finds on the page. It is given to the page by the debugger, since the page's policy lets no script in. */
export async function axe(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const result = await page.evaluate('axe.run(document, { resultTypes: ["violations"] })');
  return (result as { violations: { id: string; nodes: { html: string }[] }[] }).violations.map(
    (one) => `${one.id}: ${one.nodes[0]?.html.slice(0, 160)}`,
  );
}
