import { sql } from 'kysely';
import type { Db, Trx } from '../database/open.ts';
import { isSealedWith, open, seal, sealedWith } from './seal.ts';
import { SEALED_COLUMNS } from './sealed-columns.ts';

type Sealed = { table: string; column: string; id: number; value: Buffer };

/** `lock`: waits for whoever writes secrets, whose rows nobody else would see, and lets nobody write until it is done. */
async function eachSealed(db: Db | Trx, lock: boolean): Promise<Sealed[]> {
  const all: Sealed[] = [];
  // In the order of names, as whoever writes to several of them does: a mail that is settled before its account.
  for (const [table, columns] of Object.entries(SEALED_COLUMNS).sort(([one], [other]) =>
    one < other ? -1 : 1,
  )) {
    if (lock) await sql`lock table ${sql.table(table)} in share row exclusive mode`.execute(db);
    for (const column of columns) {
      const { rows } = await sql<{ id: number; value: Buffer }>`
        select id, ${sql.ref(column)} as value from ${sql.table(table)}
        where ${sql.ref(column)} is not null order by id`.execute(db);
      all.push(...rows.map((row) => ({ table, column, ...row })));
    }
  }
  return all;
}

/** Seals every secret with another key, all of them or none. Throws where one cannot be opened. Returns how many. */
export async function resealAll(db: Db, keys: Buffer[], to: Buffer): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const all = await eachSealed(trx, true);
    for (const { table, column, id, value } of all) {
      const purpose = `${table}.${column}`;
      await sql`update ${sql.table(table)}
        set ${sql.ref(column)} = ${seal(to, purpose, open(keys, purpose, value))} where id = ${id}`.execute(
        trx,
      );
    }
    return all.length;
  });
}

/** Ids of the keys that secrets in the database are sealed with. In one of an earlier release some columns are missing. */
export async function sealedKeyIds(db: Db | Trx): Promise<string[]> {
  const { rows: there } = await sql<{ table: string; column: string }>`
    select table_name as "table", column_name as "column" from information_schema.columns
    where table_schema = current_schema() and data_type = 'bytea'`.execute(db);
  const ids = new Set<string>();
  for (const [table, columns] of Object.entries(SEALED_COLUMNS))
    for (const column of columns) {
      if (!there.some((one) => one.table === table && one.column === column)) continue;
      const { rows } = await sql<{ value: Buffer }>`
        select distinct substring(${sql.ref(column)} for 8) as value from ${sql.table(table)}
        where ${sql.ref(column)} is not null`.execute(db);
      for (const { value } of rows) ids.add(sealedWith(value));
    }
  return [...ids].sort();
}

/** How many secrets there are, how many the newest key seals, and which cannot be opened. */
export async function checkSealed(
  db: Db,
  keys: Buffer[],
): Promise<{ all: number; byNewest: number; lost: string[] }> {
  const [newest] = keys;
  const all = await eachSealed(db, false);
  const lost = all.flatMap(({ table, column, id, value }) => {
    try {
      open(keys, `${table}.${column}`, value);
      return [];
    } catch {
      return [`${table} ${id}, ${column}`];
    }
  });
  return {
    all: all.length,
    byNewest: newest ? all.filter(({ value }) => isSealedWith(newest, value)).length : 0,
    lost,
  };
}
