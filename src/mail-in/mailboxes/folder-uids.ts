import { sql } from 'kysely';
import type { Db, Trx } from '../../database/open.ts';
import type { MailboxRow } from '../../database/tables.ts';

/** What is known of messages in a folder, by UID as the server numbers them now. */
export async function knownUids(
  db: Db,
  mailboxId: number,
  uidValidity: number,
): Promise<Map<number, 'taken' | 'held' | 'put-away'>> {
  const rows = await db
    .selectFrom('mailbox_uids')
    .select([
      'uid',
      sql<boolean>`arrival_id is not null`.as('taken'),
      sql<boolean>`held_for is not null`.as('held'),
    ])
    .where('mailbox_id', '=', mailboxId)
    .where('uid_validity', '=', uidValidity)
    .execute();
  return new Map(rows.map(({ uid, taken, held }) => [uid, taken ? 'taken' : held ? 'held' : 'put-away']));
}

type Looking = Pick<MailboxRow, 'id' | 'version'>;

/** Whether a mailbox is still set up as it was when the look began, until the transaction ends. */
async function isAsItWas(trx: Trx, { id, version }: Looking): Promise<boolean> {
  const row = await trx
    .selectFrom('mailboxes')
    .select('id')
    .where('id', '=', id)
    .where('version', '=', version)
    .forShare()
    .executeTakeFirst();
  return row !== undefined;
}

/** Notes messages of floods, that they are not fetched again; but for those of floods that were let in meanwhile. */
export async function noteHeld(
  db: Db,
  mailbox: Looking,
  uidValidity: number,
  held: { uid: number; sender: string }[],
): Promise<void> {
  if (held.length === 0) return;
  await db.transaction().execute(async (trx) => {
    // Whoever lets a flood in waits for this, and then finds these messages too.
    const floods = await trx
      .selectFrom('floods')
      .select('sender')
      .where('sender', 'in', [...new Set(held.map(({ sender }) => sender))])
      .where('let_in', '=', false)
      .orderBy('sender')
      .forShare()
      .execute();
    const goOn = new Set(floods.map(({ sender }) => sender));
    const rows = held
      .filter(({ sender }) => goOn.has(sender))
      .map(({ uid, sender }) => ({
        mailbox_id: mailbox.id,
        uid_validity: uidValidity,
        uid,
        arrival_id: null,
        held_for: sender,
      }));
    if (rows.length === 0 || !(await isAsItWas(trx, mailbox))) return;
    await trx
      .insertInto('mailbox_uids')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  });
}

/** Forgets what was held and lies there no longer. */
export async function forgetHeld(
  db: Db,
  mailbox: Looking,
  uidValidity: number,
  onServer: number[],
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    if (!(await isAsItWas(trx, mailbox))) return;
    const held = await trx
      .selectFrom('mailbox_uids')
      .select(['uid', 'uid_validity'])
      .where('mailbox_id', '=', mailbox.id)
      .where('held_for', 'is not', null)
      .execute();
    const there = new Set(onServer);
    const gone = held.filter((one) => one.uid_validity !== uidValidity || !there.has(one.uid));
    for (const [validity, some] of Map.groupBy(gone, (one) => one.uid_validity))
      await trx
        .deleteFrom('mailbox_uids')
        .where('mailbox_id', '=', mailbox.id)
        .where('uid_validity', '=', validity)
        .where('uid', '=', sql<number>`any(${sql.val(some.map(({ uid }) => uid))}::bigint[])`)
        .where('held_for', 'is not', null)
        .execute();
  });
}
