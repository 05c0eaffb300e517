import { type RawBuilder, sql } from 'kysely';
import type { Pair } from './pairs.ts';
import type { Place } from './places.ts';

/** A name that is a word as well: it goes only from rows in which the desk wrote it as this account's. */
export type OwnName = { pair: Pair; name: string; userId: number };

/** Columns, and keys of what is kept as JSON, that hold who did something. */
const IS_WHO = /(?:^|_)by_name$|^actor_name$|^(?:filed|paused)_by$/;
const WHO_KEYS = ['actor', 'by'];
/** Entries that name the person whom they are about: whoever has an incident, or watches it. */
const ABOUT_PEOPLE: Record<string, string[]> = {
  'incident-assigned': ['from', 'to'],
  'watchers-changed': ['added', 'removed'],
};

const holds = (column: RawBuilder<unknown>, keys: string[], name: string) =>
  sql.join(
    keys.map(
      (key) =>
        sql`jsonb_path_exists(${column}, ${`$.**.${key} ? (@ == $name)`}::jsonpath, ${JSON.stringify({ name })}::jsonb)`,
    ),
    sql` or `,
  );

/** Which rows of a table have the name as this account's; undefined: none can. Of another account of the same name, none. */
export function ownRows(
  { table, columns, ofUser }: Place,
  { name, userId }: OwnName,
): RawBuilder<unknown> | undefined {
  const who = columns.flatMap((column) =>
    column.type === 'text' && IS_WHO.test(column.name)
      ? [sql`lower(${sql.ref(column.name)}) = lower(${name})`]
      : column.type === 'jsonb'
        ? [holds(sql.ref(column.name), WHO_KEYS, name)]
        : [],
  );
  const about =
    table === 'timeline_entries'
      ? Object.entries(ABOUT_PEOPLE).map(
          ([kind, keys]) => sql`(kind = ${kind} and (${holds(sql.ref('detail'), keys, name)}))`,
        )
      : [];
  // Whoever changed their name was called otherwise when they did.
  const renamed =
    table === 'audit_entries' ? [sql`(subject_user_id = ${userId} and lower(subject) = lower(${name}))`] : [];
  if (who.length === 0) return undefined;
  const did = sql`(${sql.join(who, sql` or `)})`;
  return sql.join(
    [ofUser ? sql`(${did} and actor_user_id is not distinct from ${userId})` : did, ...about, ...renamed],
    sql` or `,
  );
}
