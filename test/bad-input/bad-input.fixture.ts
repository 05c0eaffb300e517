import { sql } from 'kysely';
import type { Test } from 'tap';
import type { Db } from '../../src/database/open.ts';
import { type Browser, PROFILE, REFUSAL, type TestDesk, testDesk } from '../desk.ts';
import { unescaped } from '../unescaped.ts';

/** Tables that a request may touch without having done anything: who was seen when. */
const NOT_COUNTED = ['sessions', 'sign_in_failures', 'schema_migrations'];

type Counts = Record<string, number>;

/** The counts of a database, and as of which transactions. */
const counted = new WeakMap<Db, { asOf: string; counts: Counts }>();

/** How many rows each table holds. As long as no transaction has written anything, they are counted once. */
export async function rowCounts(db: Db): Promise<Counts> {
  const { rows } = await sql<{ at: string }>`select pg_current_snapshot()::text as at`.execute(db);
  const asOf = rows[0]?.at ?? '';
  const known = counted.get(db);
  if (known?.asOf === asOf) return known.counts;
  const counts = await countRows(db);
  counted.set(db, { asOf, counts });
  return counts;
}

async function countRows(db: Db): Promise<Counts> {
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`.execute(db);
  // One statement for all: a test asks this before and after each of hundreds of requests.
  const counts = rows
    .filter((row) => !NOT_COUNTED.includes(row.name))
    .map(({ name }) => sql`select ${sql.lit(name)} as name, count(*)::integer as n from ${sql.table(name)}`);
  const answer = await sql<{ name: string; n: number }>`${sql.join(counts, sql` union all `)}`.execute(db);
  return Object.fromEntries(answer.rows.map(({ name, n }) => [name, n]));
}

/** What an action writes, as rows more or less by table; tables that stayed are left out. */
export async function rowsWritten(db: Db, action: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = await rowCounts(db);
  await action();
  const after = await rowCounts(db);
  return Object.fromEntries(
    Object.entries(after)
      .map(([table, n]) => [table, n - (before[table] ?? 0)] as const)
      .filter(([, change]) => change !== 0),
  );
}

/** Runs what must be refused, and checks that not a row of it stayed. */
export async function nothingWritten<Answer>(
  t: Test,
  db: Db,
  what: string,
  action: () => Promise<Answer>,
): Promise<Answer> {
  let answer: Answer | undefined;
  t.strictSame(
    await rowsWritten(db, async () => {
      answer = await action();
    }),
    {},
    `${what}: nothing was written`,
  );
  return answer as Answer;
}

type Injected = { statusCode: number; headers: Record<string, unknown>; body: string };

/** Text of a page as a reader sees it. */
export const plainOf = (html: string) => unescaped(html.replace(/<[^<>]*>/g, ' ')).replace(/\s+/g, ' ');

/** A page that refuses: its status, its words, and no inside of the server on it. */
export function refusedPage(
  t: Test,
  page: Injected,
  expected: { status: number; says: RegExp; keeps?: string; what: string },
): void {
  const { what } = expected;
  t.equal(page.statusCode, expected.status, `${what}: status`);
  t.match(page.headers['content-type'], 'text/html', `${what}: is a page`);
  const words = plainOf(page.body);
  t.match(words, expected.says, `${what}: says what was wrong`);
  noInsides(t, page.body, what);
  if (expected.keeps)
    t.ok(words.includes(expected.keeps.replace(/\s+/g, ' ').trim()), `${what}: keeps what was typed`);
}

/** Nothing of how the server is made. */
export function noInsides(t: Test, body: string, what: string): void {
  t.notMatch(
    body,
    /\bat (?:async )?[\w.<>]+ \(|node_modules|\.ts:\d+|node:internal|insert into "|select "|\[object Object\]|violates|must match (?:pattern|format)|TypeError/,
    `${what}: shows nothing of the inside`,
  );
}

type ApiAnswer = { status: number; body: unknown; headers: Record<string, unknown> };

/** An API answer that refuses, as RFC 9457 writes it. */
export function refusedJson(
  t: Test,
  answer: ApiAnswer,
  expected: { status: number; says: RegExp; what: string },
): void {
  const { what, status } = expected;
  t.equal(answer.status, status, `${what}: status ${JSON.stringify(answer.body)?.slice(0, 300)}`);
  t.match(answer.headers['content-type'], 'application/problem+json', `${what}: problem+json`);
  t.match(
    answer.body,
    { type: /^\/problems#/, title: /./, status, detail: expected.says, instance: /^[0-9a-f-]+$/ },
    what,
  );
  noInsides(t, JSON.stringify(answer.body), what);
}

/** A desk with a profile, incident 1 of Outlook.com, and a draft whose id is given. */
export async function deskWithDraft(t: Test): Promise<TestDesk & { letter: number }> {
  const desk = await testDesk(t, { WEBHOOK_PRIVATE_TARGETS: '127.0.0.1:9' });
  await desk.api('PUT', '/profile', PROFILE);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const { body } = await desk.api('POST', '/incidents/1/letters', { template: 'outlook-com/first' });
  return { ...desk, letter: body.id };
}

export type Part = { name: string; value: string | Buffer; file?: string; type?: string };

/** A form as a browser sends it when it has a field for a file. */
export function multipart(parts: Part[]): { payload: Buffer; type: string } {
  const boundary = '----form-boundary-7d91a2';
  const chunks = parts.flatMap(({ name, value, file, type }) => [
    Buffer.from(
      `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${file === undefined ? '' : `; filename="${file}"`}\r\n${file === undefined ? '' : `content-type: ${type ?? 'application/octet-stream'}\r\n`}\r\n`,
    ),
    Buffer.from(value as string),
    Buffer.from('\r\n'),
  ]);
  return {
    payload: Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]),
    type: `multipart/form-data; boundary=${boundary}`,
  };
}

export const cookiesOf = (browser: Browser) =>
  [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');

/** Sends a form with a file field by the browser's session. */
export function postParts(browser: Browser, url: string, parts: Part[]) {
  const { payload, type } = multipart([{ name: '_csrf', value: browser.csrf }, ...parts]);
  return browser.app.inject({
    method: 'POST',
    url,
    payload,
    headers: { cookie: cookiesOf(browser), 'content-type': type },
  });
}

/** Sends a raw mail over the API. */
export async function postMail(desk: TestDesk, incident: number, mail: string | Buffer): Promise<ApiAnswer> {
  const answer = await desk.app.inject({
    method: 'POST',
    url: `/api/v1/incidents/${incident}/messages`,
    headers: { authorization: 'Bearer a-bootstrap-token-for-tests', 'content-type': 'message/rfc822' },
    payload: Buffer.from(mail as string),
  });
  return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
}
