import { sql } from 'kysely';
import type { Test } from 'tap';
import { API } from '../../src/web/api.ts';
import { BOOTSTRAP } from '../desk.ts';
import { nowhere } from './access.walk.ts';
import type { WalkedDesk } from './walked-desk.fixture.ts';

type Schema = {
  type?: string;
  properties?: Record<string, Schema>;
  patternProperties?: Record<string, Schema>;
  additionalProperties?: unknown;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
};

/** Objects in a schema that take keys which it does not name, by where they stand. */
function openAt(schema: Schema, at: string): string[] {
  const inner = [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, one]) => openAt(one, `${at}.${name}`)),
    ...Object.values(schema.patternProperties ?? {}).flatMap((one) => openAt(one, `${at}.…`)),
    ...(schema.items ? openAt(schema.items, `${at}[]`) : []),
    ...(schema.anyOf ?? []).flatMap((one) => openAt(one, at)),
  ];
  const isClosed = schema.additionalProperties === false || schema.patternProperties !== undefined;
  return schema.type === 'object' && !isClosed ? [at, ...inner] : inner;
}

const objectIn = (schema: Schema | undefined): Schema | undefined =>
  schema?.type === 'object' ? schema : schema?.anyOf?.map(objectIn).find(Boolean);

/** Every body of the API says which keys it takes, and refuses every other by its name. */
export async function noCallTakesMore(t: Test, { app, routes }: WalkedDesk): Promise<void> {
  const bodies = routes.filter(({ url, schema }) => url.startsWith(API) && schema?.body !== undefined);
  t.ok(bodies.length > 45, `${bodies.length} bodies`);
  t.strictSame(
    bodies.flatMap(({ method, url, schema }) => openAt(schema?.body as Schema, `${method} ${url}`)),
    [],
  );
  const wrong: string[] = [];
  for (const { method, url, schema } of bodies) {
    const object = objectIn(schema?.body as Schema);
    if (!object) continue;
    const payload = {
      ...Object.fromEntries((object.required ?? []).map((name) => [name, null])),
      zqextra: 1,
    };
    const headers = { authorization: `Bearer ${BOOTSTRAP}` };
    const answer = await app.inject({ method, url: nowhere(url), headers, payload });
    if (answer.statusCode !== 422 || !answer.body.includes('zqextra'))
      wrong.push(`${method} ${url}: ${answer.statusCode} ${answer.body}`);
  }
  t.strictSame(wrong, []);
}

/** Where a word stands in a database, by table. */
export async function tablesWith(db: WalkedDesk['desk']['db'], word: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`.execute(db);
  const counts = rows.map(
    ({ name }) =>
      sql`select ${sql.lit(name)} as name from ${sql.table(name)} as r where r::text like ${`%${word}%`} limit 1`,
  );
  const found = await sql<{ name: string }>`${sql.join(
    counts.map((one) => sql`(${one})`),
    sql` union all `,
  )}`.execute(db);
  return found.rows.map(({ name }) => name);
}
