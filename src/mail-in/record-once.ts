import { createHash } from 'node:crypto';
import { recordMessage } from '../correspondence/record.ts';
import type { NewMessage } from '../correspondence/store.ts';
import type { Trx } from '../database/open.ts';
import type { Way } from '../database/tables.ts';
import { Problem } from '../problem.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import type { Actor } from '../web/access.ts';
import { moveMessage } from './filing/filed.ts';
import { onceKey } from './once-key.ts';

/** Remembers a mail as one that came in, or finds that it has. What waits to be read is taken out of its queue. */
async function knownArrival(trx: Trx, raw: Buffer, way: Way): Promise<number> {
  const key = onceKey(raw);
  const sha256 = createHash('sha256').update(raw).digest();
  const made = await trx
    .insertInto('arrivals')
    .values({
      once_key: key,
      sha256,
      byte_length: raw.length,
      raw: null,
      way,
      state: 'read',
      mailbox_id: null,
      envelope_sender: null,
      client_address: null,
      client_helo: null,
      lease_until: null,
    })
    .onConflict((conflict) => conflict.column('once_key').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (made) return made.id;
  const known = await trx
    .selectFrom('arrivals')
    .select(['id', 'state'])
    .where('once_key', '=', key)
    .forUpdate()
    .executeTakeFirstOrThrow();
  if (known.state === 'new')
    await trx
      .updateTable('arrivals')
      .set({ state: 'read', raw: null, lease_until: null })
      .where('id', '=', known.id)
      .execute();
  return known.id;
}

/**
 * Keeps a message that a person or a program hands in. A mail that came in by another way as well is stored once: the
 * incident has it, gets it out of Unfiled, or it is said which one has it. Returns the message's id.
 */
export async function recordOnce(
  trx: Trx,
  actor: Actor,
  catalogue: Catalogue,
  number: number,
  message: NewMessage,
  { way, provider }: { way: 'page' | 'api'; provider: string },
): Promise<number> {
  const record = () => recordMessage(trx, actor, number, message, catalogue.byKey.get(provider));
  if (message.direction !== 'in' || message.rawType !== 'message/rfc822') return record();
  const arrival = await knownArrival(trx, message.raw, way);
  const known = await trx
    .selectFrom('messages')
    .select(['id', 'incident_number'])
    .where('arrival_id', '=', arrival)
    .executeTakeFirst();
  if (!known) {
    const id = await record();
    await trx
      .updateTable('messages')
      .set({ arrival_id: arrival })
      .where('id', '=', id)
      .where('arrival_id', 'is', null)
      .execute();
    return id;
  }
  const { id, incident_number: has } = known;
  if (has === number) return id;
  if (has !== null)
    throw new Problem(
      'already-exists',
      `This mail came in already and is filed with incident #${has}. Move it from there if it belongs here.`,
      { facts: { incident: has, message: id } },
    );
  await moveMessage(trx, actor, catalogue, id, number);
  return id;
}
