import { setTimeout } from 'node:timers/promises';
import t from 'tap';
import { REFUSAL } from '../desk.ts';
import type { Step } from '../mail-out/smtp.fixture.ts';
import { killedDesk } from './killed.fixture.ts';
import { RULE } from './mail.fixture.ts';

const PATIENCE_MS = 90_000;

t.test(
  'kill -9 while a notice is mailed: sent after the restart before the server hears of it, never twice after',
  async (t) => {
    const desk = await killedDesk(t, [{ ...RULE, topics: ['block'] }]);
    const { smtp, inDatabase } = desk;
    let api = await desk.start();
    let logged = 0;

    const mails = () =>
      inDatabase((db) =>
        db.selectFrom('notice_mails').select(['id', 'state', 'attempts']).orderBy('id').execute(),
      );
    /** As if the last mail was long ago, and whoever held one had lost it. */
    const later = () =>
      inDatabase(async (db) => {
        await db
          .updateTable('notice_mails')
          .set({ created_at: new Date(Date.now() - 600_000) })
          .execute();
        await db
          .updateTable('notice_mails')
          .set({ lease_until: new Date(Date.now() - 1000) })
          .where('lease_until', 'is not', null)
          .execute();
      });

    /** Something happens, and the server is killed at a step of the dialogue about it. */
    async function killAt(step: 'auth' | 'data' | 'end', good: string): Promise<void> {
      const killed = new Promise<void>((resolve) => {
        const kill: Step = (socket) => {
          smtp.script = {};
          void desk.stop().then(() => {
            socket.write(`${good}\r\n`);
            resolve();
          });
        };
        smtp.script = { [step]: kill };
      });
      logged += 1;
      await api('POST', '/incidents', { report: REFUSAL.replace('113.7', `113.${logged}`) });
      await killed;
    }

    /** Starts it again, lets it do what it will, and ends it in order. */
    async function letRun(until: () => boolean): Promise<void> {
      await later();
      api = await desk.start();
      for (const began = Date.now(); !until() && Date.now() - began < PATIENCE_MS; ) await setTimeout(100);
      await setTimeout(2500);
    }

    await killAt('auth', '235 ok');
    await letRun(() => smtp.messages.length === 1);
    t.equal(smtp.messages.length, 1, 'killed while logging in: sent after the restart');
    await desk.stop('SIGTERM');
    await later();
    api = await desk.start();
    await killAt('end', '250 ok');
    t.equal(smtp.messages.length, 2, 'killed between the last dot and our commit: the server has it');
    await letRun(() => true);
    t.equal(smtp.messages.length, 2, 'and it is not sent again');
    await desk.stop('SIGTERM');
    t.match(await mails(), [
      { state: 'sent', attempts: 2 },
      { state: 'delivered-unknown', attempts: 1 },
    ]);
    const notices = await inDatabase((db) =>
      db.selectFrom('notices').select('mail_due_at').orderBy('id').execute(),
    );
    t.strictSame(notices, [{ mail_due_at: null }, { mail_due_at: null }], 'each is in one mail');
  },
);
