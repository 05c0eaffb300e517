import { sql } from 'kysely';
import type { Db, Trx } from '../database/open.ts';
import type { ReportSubscriptionRow } from '../database/tables.ts';
import { eachAlone } from '../each-alone.ts';
import { accountToSendBy } from '../mail-out/accounts.ts';
import { deskMail } from '../mail-out/desk-mail.ts';
import { dkimOf } from '../mail-out/dkim.ts';
import { checkAddress } from '../mail-out/mail-address.ts';
import { Problem } from '../problem.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { reportByKey } from '../reports/definitions.ts';
import { readQuery } from '../reports/query-text.ts';
import { ROWS_SHOWN, runReport } from '../reports/run.ts';
import { csvLines } from '../reports/table.ts';
import { CannotOpenSecret } from '../secrets/seal.ts';
import type { Secrets } from '../secrets/secrets.ts';
import type { Views } from '../web/views.ts';
import { mailOf } from './letter.ts';
import { nextDue } from './schedule.ts';

export type Maker = {
  db: Db;
  catalogue: Catalogue;
  secrets: Secrets;
  views: Pick<Views, 'render'>;
  base: string;
};

/** Whom a subscription goes to: people who can still sign in, and addresses that are still confirmed. */
async function recipientsOf(trx: Trx, row: ReportSubscriptionRow): Promise<string[]> {
  const users = await trx
    .selectFrom('users')
    .select('email as address')
    .where('id', '=', sql<number>`any(${sql.val(row.user_ids)}::integer[])`)
    .where('disabled_at', 'is', null)
    .execute();
  const others = await trx
    .selectFrom('report_addresses')
    .select('address')
    .where('id', '=', sql<number>`any(${sql.val(row.address_ids)}::integer[])`)
    .execute();
  return [...users, ...others].flatMap(({ address }) => {
    const checked = checkAddress(address);
    return 'address' in checked ? [checked.address] : [];
  });
}

export const scheduleOf = (row: ReportSubscriptionRow) => ({
  cadence: row.cadence,
  weekday: row.weekday,
  hour: row.hour,
  zone: row.time_zone,
});

/** Writes the mails of one due time into the queue: each recipient's once, whoever comes first. Returns how many. */
export async function makeMails(
  trx: Trx,
  maker: Maker,
  row: ReportSubscriptionRow,
  due: Date,
): Promise<number> {
  const definition = reportByKey(row.report);
  if (!definition) throw new Problem('not-found', 'There is no such report any more.');
  const account = await accountToSendBy(trx);
  const recipients = await recipientsOf(trx, row);
  if (recipients.length === 0) throw new Problem('invalid', 'None of its recipients can be mailed any more.');
  const report = await runReport({ db: trx, catalogue: maker.catalogue }, definition, readQuery(row.query), {
    zone: row.time_zone,
    now: due,
    limit: ROWS_SHOWN,
  });
  const mail = mailOf(report, maker.views, maker.base);
  const { first, last } = report.scope.period;
  const csv = Buffer.from(`${csvLines(report).join('\r\n')}\r\n`);
  let made = 0;
  for (const recipient of recipients) {
    const { raw } = await deskMail(account, {
      ...mail,
      to: recipient,
      from: account.from_name,
      replyTo: account.reply_address,
      attachments: [{ fileName: `${definition.key}-${first}-${last}.csv`, content: csv }],
      at: new Date(),
      dkim: dkimOf(maker.secrets, account),
    });
    const { numInsertedOrUpdatedRows } = await trx
      .insertInto('report_mails')
      .values({
        subscription_id: row.id,
        for_due_at: due,
        account_id: account.id,
        envelope_sender: account.from_address,
        envelope_recipients: [recipient],
        raw,
        lease_until: null,
        settled_at: null,
      })
      .onConflict((conflict) => conflict.constraint('report_mails_once_key').doNothing())
      .executeTakeFirstOrThrow();
    made += Number(numInsertedOrUpdatedRows ?? 0n);
  }
  return made;
}

const isTold = (error: unknown): error is Error =>
  error instanceof Problem || error instanceof CannotOpenSecret;

/** Makes the mails of one subscription, in a transaction that holds its row. False: they were made meanwhile. */
async function makeOne(maker: Maker, id: number, now: Date): Promise<boolean> {
  return maker.db.transaction().execute(async (trx) => {
    const row = await trx
      .selectFrom('report_subscriptions')
      .selectAll()
      .where('id', '=', id)
      .where('paused_at', 'is', null)
      .where('next_due_at', '<=', now)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    if (!row) return false;
    let problem = '';
    try {
      await makeMails(trx, maker, row, row.next_due_at);
    } catch (error) {
      // What a person has to mend is told on the page; the next due time tries again.
      if (!isTold(error)) throw error;
      problem = error.message;
    }
    await trx
      .updateTable('report_subscriptions')
      .set({ next_due_at: nextDue(scheduleOf(row), now), last_problem: problem })
      .where('id', '=', row.id)
      .execute();
    return true;
  });
}

const BROKEN = 'It could not be made: something failed on our side. It is tried again every ten minutes.';
const AGAIN_AFTER_MS = 10 * 60_000;

/** When those that failed for no reason that a person can mend are tried again, by id. */
export class PutOff {
  readonly #until = new Map<number, number>();

  waits(id: number, now: Date): boolean {
    const until = this.#until.get(id) ?? 0;
    if (until <= now.getTime()) this.#until.delete(id);
    return until > now.getTime();
  }

  add(id: number, now: Date): void {
    this.#until.set(id, now.getTime() + AGAIN_AFTER_MS);
  }
}

/**
 * Makes the mails of all that is due. What was missed while nobody ran is made once, for the first time missed. One that
 * fails holds up none of the others, and is told of on the page.
 */
export async function makeDueMails(
  maker: Maker,
  now: Date,
  { putOff = new PutOff(), failed = () => {} }: { putOff?: PutOff; failed?: (error: unknown) => void } = {},
): Promise<number> {
  const due = await maker.db
    .selectFrom('report_subscriptions')
    .select('id')
    .where('paused_at', 'is', null)
    .where('next_due_at', '<=', now)
    .orderBy('next_due_at')
    .execute();
  let made = 0;
  const make = async ({ id }: { id: number }) => {
    if (!putOff.waits(id, now) && (await makeOne(maker, id, now))) made += 1;
  };
  await eachAlone(due, make, async (error, { id }) => {
    failed(error);
    putOff.add(id, now);
    await maker.db
      .updateTable('report_subscriptions')
      .set({ last_problem: BROKEN })
      .where('id', '=', id)
      .execute();
  });
  return made;
}
