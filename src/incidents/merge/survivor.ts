import type { Db, Trx } from '../../database/open.ts';

/** Where an incident is a part of another: its survivor's number. */
export async function survivorOf(db: Db | Trx, number: number): Promise<number | null> {
  const row = await db
    .selectFrom('incidents')
    .select('merged_into')
    .where('number', '=', number)
    .executeTakeFirst();
  return row?.merged_into ?? null;
}
