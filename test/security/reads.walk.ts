import { type RawBuilder, sql } from 'kysely';
import type { Test } from 'tap';
import type { Db } from '../../src/database/open.ts';
import { API } from '../../src/web/api.ts';
import { noInsides } from '../bad-input/bad-input.fixture.ts';
import { BOOTSTRAP } from '../desk.ts';
import { wrongAnswer } from './answers.walk.ts';
import { atApp, type Walk, type WalkedDesk } from './walked-desk.fixture.ts';

/** What reading may write: when somebody was here, and how often a shared page was looked at. */
const MAY_CHANGE: Record<string, string[]> = {
  sessions: ['last_seen_at', 'expires_at'],
  api_tokens: ['last_used_at'],
  calendar_links: ['last_used_at'],
  shares: ['views', 'last_used_at'],
};

/** An export is a read, and stands in the audit log. */
const NOTED: Record<string, RawBuilder<unknown>> = { audit_entries: sql`kind <> 'data-exported'` };

/** A hash of all rows of each table but for those columns. */
export async function contentOf(db: Db): Promise<Record<string, string>> {
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`.execute(db);
  const hashes = rows.map(({ name }) => {
    const row = (MAY_CHANGE[name] ?? []).reduce(
      (json, column) => sql`${json} - ${sql.lit(column)}`,
      sql`to_jsonb(r)`,
    );
    return sql`select ${sql.lit(name)} as name, count(*) || ' ' || coalesce(md5(string_agg((${row})::text, '|' order by r::text)), '') as hash
      from ${sql.table(name)} as r where ${NOTED[name] ?? sql`true`}`;
  });
  const { rows: found } = await sql<{
    name: string;
    hash: string;
  }>`${sql.join(hashes, sql` union all `)}`.execute(db);
  return Object.fromEntries(found.map(({ name, hash }) => [name, hash]));
}

/** A name that stands in a request and must come back in no answer. */
const POISON = 'poison-host.example';

/** Pages that say what a secret is where it was just made, or that are reached by it. */
const NAMES_ITS_OWN: Record<string, string[]> = {
  '/set-up/:secret': ['setUp'],
  '/shared/*': ['shared'],
  '/invitation/:secret': ['invited'],
  '/new-password/:secret': ['reset'],
};

export type Read = { route: Walk; path: string; status: number; type: string; body: string; head: string };

/** Every page and every read of the API, once, by an administrator under a foreign name of the server. */
export async function readAll({ app, admin, routes }: WalkedDesk): Promise<Read[]> {
  const browser = atApp(app, admin);
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const reads: Read[] = [];
  for (const route of routes) {
    // A stream of events does not end.
    if (route.method !== 'GET' || route.url === '/events' || !route.path) continue;
    const by = route.url.startsWith(API) ? { authorization: `Bearer ${BOOTSTRAP}` } : { cookie };
    const answer = await app.inject({
      url: route.path,
      headers: { ...by, host: POISON, 'x-forwarded-host': POISON, forwarded: `host=${POISON}` },
    });
    reads.push({
      route,
      path: route.path,
      status: answer.statusCode,
      type: String(answer.headers['content-type'] ?? ''),
      body: answer.body,
      head: JSON.stringify(answer.headers),
    });
  }
  return reads;
}

/** What is answered where not a page is: signed in already, set up already, a view as the search that it is. */
const OTHERWISE: Record<string, number> = {
  '/sign-in': 303,
  '/sign-in/second-factor': 303,
  '/settings/second-factor/key': 303,
  '/sign-in/provider': 303,
  '/sign-in/provider/callback': 303,
  '/set-up/:secret': 404,
  '/views/:id': 303,
};

export function everyPageIsThere(t: Test, { routes }: WalkedDesk, reads: Read[]): void {
  const gets = routes.filter(({ method, url }) => method === 'GET' && url !== '/events');
  t.strictSame(
    gets.filter(({ path }) => !path).map(({ url }) => url),
    [],
    'there is something to read behind every route; paths.fixture.ts has rows for the parameters of paths',
  );
  const missing = reads.filter(({ status, route }) => status !== (OTHERWISE[route.url] ?? 200));
  t.strictSame(
    missing.map(({ path, status }) => `${path}: ${status}`),
    [],
    'every page is there; paths.fixture.ts has rows for the parameters of paths',
  );
  for (const { body, path, type } of reads) if (/html|problem/.test(type)) noInsides(t, body, path);
}

export function everyAnswerIsAsDeclared(t: Test, reads: Read[]): void {
  const answers = reads.filter(({ route }) => route.url.startsWith(API));
  t.strictSame(
    answers.flatMap((read) => wrongAnswer(read.route, read) ?? []),
    [],
  );
  t.ok(answers.length > 60, `${answers.length} answers`);
}

/** What stands where it must not: a secret, or the name under which somebody asked. */
export function givenAway(words: Record<string, string>, text: string, except: string[] = []): string[] {
  const forms = (word: string) => [
    word,
    Buffer.from(word).toString('base64').replace(/=+$/, ''),
    encodeURIComponent(word),
  ];
  return Object.entries(words)
    .filter(([name]) => !except.includes(name))
    .filter(([, word]) => forms(word).some((form) => text.includes(form)))
    .map(([name]) => name);
}

export function noPageGivesAway(t: Test, { canaries }: WalkedDesk, reads: Read[]): void {
  const words = { ...canaries, 'a foreign Host': POISON };
  const told = reads.flatMap(({ path, route, body, head }) =>
    givenAway(words, `${head}\n${body}`, NAMES_ITS_OWN[route.url]).map((what) => `${path}: ${what}`),
  );
  t.strictSame(told, []);
}

/** Secret addresses as no route has them: what is not found is logged as well. */
export async function askAmiss({ app, canaries }: WalkedDesk): Promise<void> {
  for (const path of [
    `/calendar/${canaries['calendar']}.ics`,
    `/shared/${canaries['shared']}`,
    `/set-up/${canaries['setUp']}`,
    `/invitation/${canaries['invited']}`,
    `/new-password/${canaries['reset']}`,
  ])
    for (const method of ['GET', 'POST', 'DELETE'] as const)
      for (const amiss of [
        path,
        `${path}/`,
        `${path}%E0%A4%A`,
        `${path}?zone=x`,
        path.replace(/^\/\w/, (start) => start.toUpperCase()),
      ])
        await app.inject({ method, url: amiss });
}
