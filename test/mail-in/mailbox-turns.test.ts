import { sql } from 'kysely';
import t from 'tap';
import { letFloodIn } from '../../src/mail-in/flood-store.ts';
import {
  endMailboxLeases,
  keepLease,
  noteBegin,
  noteLook,
  takeDueMailbox,
} from '../../src/mail-in/mailboxes/mailbox-turns.ts';
import { addMailbox } from '../../src/mail-in/mailboxes/mailboxes.ts';
import { SYSTEM } from '../../src/web/access.ts';
import { testDatabase } from '../database.ts';
import { SECRETS } from '../desk.ts';
import { settings } from './mailbox.fixture.ts';

t.test(
  'after a process was killed, its mailbox is looked at at once, not when the next look was due',
  async (t) => {
    const db = await testDatabase(t);
    await db.transaction().execute((trx) => addMailbox(trx, SECRETS, settings(143), SYSTEM));
    const put = (lease: string) =>
      sql`update mailboxes set next_look_at = now() + interval '5 minutes', lease_until = ${sql.raw(lease)}`.execute(
        db,
      );
    await put('null');
    t.equal(await takeDueMailbox(db), undefined, 'nobody held it: its time has not come');
    await put(`now() + interval '30 seconds'`);
    t.equal(await takeDueMailbox(db), undefined, 'somebody holds it');
    await put(`now() - interval '1 second'`);
    t.ok(await takeDueMailbox(db), 'its holder is gone');
    t.equal(await takeDueMailbox(db), undefined, 'and one process has it');
    await endMailboxLeases(db);
    t.ok(await takeDueMailbox(db), 'whoever is alone at its database takes it over when it starts');
  },
);

t.test('whoever was killed in the middle of a look left what a broken line leaves', async (t) => {
  const db = await testDatabase(t);
  const id = await db.transaction().execute((trx) => addMailbox(trx, SECRETS, settings(143), SYSTEM));
  const kill = () =>
    sql`update mailboxes set lease_until = now() - interval '1 second' where id = ${id}`.execute(db);
  const taken = async () => {
    const row = await takeDueMailbox(db);
    if (!row) throw new Error('it is nobody’s turn');
    return row;
  };
  const row = await taken();
  t.equal(row.failures, 0);
  await noteBegin(db, row);
  await kill();
  t.equal((await taken()).failures, 1, 'its next look marks what was stored');
  await noteLook(db, row, { uidValidity: 1, onServer: 1, untaken: 0, isRenumbered: false });
  await kill();
  t.equal((await taken()).failures, 0, 'between two looks nothing is left');
  await noteBegin(db, row);
  await endMailboxLeases(db);
  t.equal((await taken()).failures, 1, 'so for whoever is alone at its database');
});

t.test('who lets a flood in while its folder is looked at has it looked at once more, at once', async (t) => {
  const db = await testDatabase(t);
  const id = await db.transaction().execute((trx) => addMailbox(trx, SECRETS, settings(143), SYSTEM));
  const row = await takeDueMailbox(db);
  if (!row) throw new Error('it is nobody’s turn');
  let lease = row.lease_until;
  const isDue = async () => {
    const held = await keepLease(db, { id, lease_until: lease });
    lease = held?.lease_until ?? null;
    return held?.isDue;
  };
  const look = async (meanwhile: () => Promise<unknown>) => {
    await noteBegin(db, row);
    t.equal(await isDue(), false, 'who asked before it is answered by it');
    await meanwhile();
    await noteLook(db, row, { uidValidity: 1, onServer: 1, untaken: 0, isRenumbered: false });
    return isDue();
  };
  t.equal(await look(async () => undefined), false, 'nobody asked');
  const sender = 'a@provider.example';
  await sql`insert into floods (sender, first_at, last_at, held, until)
    values (${sender}, now(), now(), 1, now() + interval '1 hour')`.execute(db);
  await sql`insert into mailbox_uids (mailbox_id, uid_validity, uid, held_for)
    values (${id}, 1, 7, ${sender})`.execute(db);
  t.equal(await look(() => db.transaction().execute((trx) => letFloodIn(trx, sender))), true);
  t.equal(await look(async () => undefined), false);
});
