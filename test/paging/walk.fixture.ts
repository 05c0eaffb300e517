import type { Test } from 'tap';
import type { Browser, TestDesk } from '../desk.ts';

type Api = TestDesk['api'];
type Item = Record<string, unknown>;

/** More pages than any list here has: a list that never ends fails instead of hanging. */
const MOST_PAGES = 500;

/** `path` with further parameters in its query. */
export function withQuery(path: string, query: Record<string, string | number>): string {
  const url = new URL(path, 'http://desk');
  for (const [key, value] of Object.entries(query)) url.searchParams.set(key, String(value));
  return `${url.pathname}${url.search}`;
}

/** Follows `next` to the end. Every page but the last is full, and the last one says that it is the last. */
export async function walkApi(
  t: Test,
  api: Api,
  path: string,
  limit: number,
  options: { field?: string; between?: (page: number) => Promise<void> } = {},
): Promise<Item[]> {
  const items: Item[] = [];
  let next: string | null = null;
  for (let page = 1; page <= MOST_PAGES; page++) {
    const answer = await api('GET', withQuery(path, next ? { limit, cursor: next } : { limit }));
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    const found = answer.body[options.field ?? 'items'] as Item[];
    items.push(...found);
    next = answer.body.next;
    if (next === null) {
      t.equal(answer.body.next, null, `${path}: the last page says so`);
      return items;
    }
    if (found.length !== limit) t.fail(`${path}: page ${page} has ${found.length} of ${limit} rows`);
    await options.between?.(page);
  }
  throw new Error(`${path} has no end`);
}

const plain = (html: string) =>
  html.replaceAll('&#x3D;', '=').replaceAll('&#x2F;', '/').replaceAll('&amp;', '&');

/** Where the link to the following page leads; undefined on the last page. */
export function nextLink(html: string): string | undefined {
  const link =
    /<a href="([^"]+)" rel="next">/.exec(html) ?? /<p class="more-link"><a href="([^"]+)#h-tl">/.exec(html);
  return link?.[1] && plain(link[1]);
}

/** Follows the link to the next page to the end and gives what `row` finds, in order, with the links followed. */
export async function walkPages(
  browser: Browser,
  path: string,
  row: RegExp,
  between?: (page: number) => Promise<void>,
): Promise<{ rows: string[]; links: string[] }> {
  const rows: string[] = [];
  const links: string[] = [];
  for (let url: string | undefined = path; url && links.length <= MOST_PAGES; ) {
    const page = await browser.get(url);
    if (page.statusCode !== 200) throw new Error(`${url}: ${page.statusCode}`);
    rows.push(...[...page.body.matchAll(row)].map((match) => match[1] ?? ''));
    url = nextLink(page.body);
    if (url) links.push(url);
    if (url) await between?.(links.length);
  }
  if (links.length > MOST_PAGES) throw new Error(`${path} has no end`);
  return { rows, links };
}

/** The link back to the first page, with its filters. */
export const firstLink = (html: string) =>
  plain(/<a href="([^"]+?)(?:#h-tl)?">(?:Newest|First|From the start)<\/a>/.exec(html)?.[1] ?? '');
