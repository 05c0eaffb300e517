import { sql } from 'kysely';
import type { Db, Trx } from '../database/open.ts';
import { findMentions, type Mention, wordsOfMentions } from './mentions.ts';

/** The people whom a text mentions, recognised against those who may sign in. */
export async function mentionedIn(db: Db | Trx, text: string): Promise<Mention[]> {
  const words = wordsOfMentions(text);
  if (words.length === 0) return [];
  const people = await db
    .selectFrom('users')
    .select(['id', 'name', 'email'])
    .where('disabled_at', 'is', null)
    .where((eb) =>
      eb.or([
        eb(sql`lower(split_part(btrim(name), ' ', 1))`, 'in', words),
        eb(sql`lower(regexp_replace(email, '@[^@]*$', ''))`, 'in', words),
      ]),
    )
    .orderBy('id')
    .execute();
  return findMentions(text, people);
}

const likeOf = (text: string) => `${text.replace(/[\\%_]/g, '\\$&')}%`;

/** People whose name, or a part of it, begins with a text: for completion. */
export const findPeople = (db: Db, text: string, limit: number) =>
  db
    .selectFrom('users')
    .select(['id', 'name'])
    .where('disabled_at', 'is', null)
    .where((eb) =>
      eb.or([
        eb('name', 'ilike', likeOf(text)),
        eb('name', 'ilike', `% ${likeOf(text)}`),
        eb('email', 'ilike', likeOf(text)),
      ]),
    )
    .orderBy('name')
    .orderBy('id')
    .limit(limit)
    .execute();
