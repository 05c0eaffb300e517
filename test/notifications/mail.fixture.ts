import type { Test } from 'tap';
import type { AccountInput } from '../../src/mail-out/account.ts';
import { addAccount } from '../../src/mail-out/accounts.ts';
import { sendDue } from '../../src/mail-out/worker.ts';
import { fanOut } from '../../src/notifications/fan-out.ts';
import { NOTICE_QUEUE } from '../../src/notifications/mail-queue.ts';
import { mailDue } from '../../src/notifications/mailing.ts';
import type { NewEvent } from '../../src/notifications/outbox.ts';
import { publish } from '../../src/notifications/outbox.ts';
import type { Rule } from '../../src/notifications/rules.ts';
import { changeNoticeSettings, type NoticeChange } from '../../src/notifications/settings-store.ts';
import { peopleTold } from '../../src/notifications/tell-people.ts';
import { SYSTEM } from '../../src/web/access.ts';
import { testDesk } from '../desk.ts';
import { ACCOUNT, HASTE } from '../mail-out/mail-out.fixture.ts';
import { FakeSmtp } from '../mail-out/smtp.fixture.ts';
import { addPerson } from './people.fixture.ts';

const SILENT = { info: () => {}, warn: () => {} };

export const RULE: Rule = {
  topics: ['import'],
  whose: [],
  providers: [],
  networks: [],
  least: 'low',
  way: 'at-once',
};

/** A desk that mails to its people by a server of the test's own. */
export async function noticeDesk(t: Test, account: Partial<AccountInput> | null = {}) {
  const desk = await testDesk(t);
  const { db } = desk;
  const server = await FakeSmtp.start(t);
  const config = { baseUrl: 'https://desk.example.com' };
  if (account)
    await db
      .transaction()
      .execute((trx) => addAccount(trx, desk.desk.secrets, { ...ACCOUNT, port: server.port, ...account }));
  return {
    ...desk,
    server,
    /** A person with these settings. */
    async person(name: string, change: NoticeChange = { rules: [RULE] }): Promise<number> {
      const id = await addPerson(db, name);
      await db.transaction().execute((trx) => changeNoticeSettings(trx, SYSTEM, id, 0, change));
      return id;
    },
    /** Something happens, and people are told of it. */
    async happen(words: string, now: Date, more: Partial<NewEvent> = {}): Promise<void> {
      const event: NewEvent = { kind: 'import-done', words, link: '/settings', ...more };
      await db.transaction().execute((trx) => publish(trx, event));
      await fanOut(db, [peopleTold(() => now)]);
    },
    /** Composes what is due by then, and gives it to the server. Returns how many mails that were. */
    async mail(now: Date): Promise<number> {
      const mails = await mailDue({ ...desk.desk, config }, now);
      await sendDue(desk.desk, SILENT, { patience: HASTE, queues: [NOTICE_QUEUE] });
      return mails;
    },
    mails: () => db.selectFrom('notice_mails').selectAll().orderBy('id').execute(),
    /** As if some minutes had passed since the last mails. */
    async wait(minutes: number): Promise<void> {
      const before = new Date(Date.now() - minutes * 60_000);
      await db.updateTable('notice_mails').set({ created_at: before }).execute();
    },
  };
}
