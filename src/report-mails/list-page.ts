import { namesOfPeople } from '../accounts/store.ts';
import type { Db } from '../database/open.ts';
import { findDefaultAccount } from '../mail-out/accounts.ts';
import { MAIL_LOOKS } from '../mail-out/mail-looks.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { REPORTS, reportByKey } from '../reports/definitions.ts';
import { readQuery } from '../reports/query-text.ts';
import { type FormProblem, problemView } from '../web/forms.ts';
import { scheduleOf } from './make.ts';
import { personIn, queryWords } from './query-words.ts';
import { scheduleWords } from './schedule.ts';
import { listReportAddresses, listSubscriptions } from './store.ts';

/** The page of schedules, and of addresses that reports may go to. `typed`: an address that was refused. */
export async function listView(
  { db, catalogue }: { db: Db; catalogue: Catalogue },
  { typed = '', problem }: { typed?: string; problem?: FormProblem } = {},
) {
  const [rows, addresses] = await Promise.all([listSubscriptions(db), listReportAddresses(db)]);
  const queries = rows.map(({ query }) => readQuery(query));
  const people = await namesOfPeople(db, [
    ...rows.flatMap((row) => row.user_ids),
    ...queries.flatMap(personIn),
  ]);
  const named = (ids: number[], all: Map<number, string>) =>
    ids.map((id) => all.get(id) ?? 'somebody who is gone');
  return {
    rows: rows.map((row, index) => ({
      id: row.id,
      title: reportByKey(row.report)?.title ?? row.report,
      href: `/reports/${row.report}${row.query ? `?${row.query}` : ''}`,
      filters: queryWords(queries[index] ?? {}, catalogue, people),
      when: scheduleWords(scheduleOf(row)),
      to: [
        ...named(row.user_ids, people),
        ...named(row.address_ids, new Map(addresses.map(({ id, address }) => [id, address]))),
      ].join(', '),
      next: row.paused_at ? null : row.next_due_at,
      problem: row.last_problem,
      mails: row.mails.map((mail) => ({
        to: mail.recipient,
        at: mail.settled_at ?? mail.created_at,
        serverWords: mail.state === 'sent' ? '' : mail.server_words,
        ...MAIL_LOOKS[mail.state],
      })),
    })),
    addresses: addresses.map((one) => ({
      id: one.id,
      address: one.address,
      by: one.confirmed_by_name,
      at: one.confirmed_at,
    })),
    reports: REPORTS.map(({ key, title }) => ({ key, title })),
    hasAccount: (await findDefaultAccount(db)) !== undefined,
    typed,
    ...problemView(problem),
  };
}
