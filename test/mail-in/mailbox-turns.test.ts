import { sql } from 'kysely';
import t from 'tap';
import { endMailboxLeases, takeDueMailbox } from '../../src/mail-in/mailboxes/mailbox-turns.ts';
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
