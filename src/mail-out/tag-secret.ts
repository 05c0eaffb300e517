import { randomBytes } from 'node:crypto';
import type { Db, Trx } from '../database/open.ts';

/** The secret that signs reply addresses; made when it is first needed. */
export async function replyTagSecret(db: Db | Trx): Promise<Buffer> {
  const find = () => db.selectFrom('reply_tag_secret').select('secret').executeTakeFirst();
  const kept = await find();
  if (kept) return kept.secret;
  await db
    .insertInto('reply_tag_secret')
    .values({ secret: randomBytes(32) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return ((await find()) as { secret: Buffer }).secret;
}
