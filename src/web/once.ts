import { sql } from 'kysely';
import { json } from '../database/json.ts';
import type { Db, Trx } from '../database/open.ts';
import { Problem } from '../problem.ts';
import type { Actor } from './access.ts';
import { fingerprintOf } from './fingerprint.ts';

const ownerOf = (actor: Actor) =>
  actor.userId !== null
    ? `user ${actor.userId}`
    : actor.tokenId !== null
      ? `token ${actor.tokenId}`
      : 'bootstrap token';

/**
 * Runs an effect at most once for a key: of a double click, a retry or two equal requests at a time, one acts and the
 * others get what it made, which is kept as JSON and so holds no secret. Key and effect commit in one transaction, so a
 * failed effect leaves the key free. Without a key the effect simply runs in a transaction.
 */
export async function once<Made>(
  db: Db,
  request: { actor: Actor; key: string | undefined; what: string; input: unknown },
  effect: (trx: Trx) => Promise<Made>,
): Promise<Made> {
  const { key } = request;
  if (!key) return db.transaction().execute(effect);
  const owner = ownerOf(request.actor);
  const fingerprint = fingerprintOf(request.what, request.input);
  return db.transaction().execute(async (trx) => {
    const claimed = await trx
      .insertInto('idempotency_keys')
      .values({ actor: owner, key, fingerprint, answer: null })
      .onConflict((conflict) => conflict.doNothing())
      .returning('key')
      .executeTakeFirst();
    if (!claimed) {
      // The insert waited for the other request, so its answer is there by now.
      const earlier = await trx
        .selectFrom('idempotency_keys')
        .selectAll()
        .where('actor', '=', owner)
        .where('key', '=', key)
        .executeTakeFirstOrThrow();
      if (!earlier.fingerprint.equals(fingerprint)) {
        throw new Problem('key-reused', 'This idempotency key belongs to a request with other content.');
      }
      return earlier.answer as Made;
    }
    const made = await effect(trx);
    await trx
      .updateTable('idempotency_keys')
      .set({ answer: json(made ?? null) })
      .where('actor', '=', owner)
      .where('key', '=', key)
      .execute();
    return made;
  });
}

/** Whether the effect of this key was had. */
export async function isDone(
  db: Db,
  { actor, key }: { actor: Actor; key: string | undefined },
): Promise<boolean> {
  if (!key) return false;
  const found = await db
    .selectFrom('idempotency_keys')
    .select('key')
    .where('actor', '=', ownerOf(actor))
    .where('key', '=', key)
    .executeTakeFirst();
  return found !== undefined;
}

/** Keys are kept for two days. */
export async function forgetOldKeys(db: Db): Promise<void> {
  await db
    .deleteFrom('idempotency_keys')
    .where('created_at', '<', sql<Date>`now() - interval '2 days'`)
    .execute();
}
