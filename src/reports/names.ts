import type { Db } from '../database/open.ts';
import { type CauseClass, causeWords } from '../next-step/causes.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import type { Names } from './definition.ts';

/** What a row is called, and where more about it is. */
export type Named = { name: string; href: string };

async function people(db: Db, keys: string[]): Promise<Map<string, string>> {
  const ids = keys.map(Number).filter((id) => Number.isInteger(id) && id > 0);
  if (ids.length === 0) return new Map();
  const rows = await db.selectFrom('users').select(['id', 'name']).where('id', 'in', ids).execute();
  return new Map(rows.map(({ id, name }) => [String(id), name]));
}

/** The names of rows by their keys. */
export async function namesOf(
  db: Db,
  catalogue: Catalogue,
  names: Names,
  keys: string[],
): Promise<(key: string) => Named> {
  if (names === 'person') {
    const known = await people(db, keys);
    return (key) => ({ name: key === '' ? 'nobody’s' : (known.get(key) ?? `person ${key}`), href: '' });
  }
  if (names === 'provider')
    return (key) => ({
      name: catalogue.byKey.get(key)?.name ?? key,
      href: catalogue.byKey.has(key) ? `/providers/${key}` : `/incidents?provider=${key}`,
    });
  if (names === 'address') return (key) => ({ name: key, href: `/addresses/${key}` });
  if (names === 'cause')
    return (key) => ({
      name: key === '' ? 'no cause recorded' : causeWords(key as CauseClass) || key,
      href: '',
    });
  return (key) => ({ name: key, href: '' });
}
