import { durations, stateWords } from '../incidents/incidents.ts';
import { hrefOf } from '../next-step/links.ts';
import type { NextStep } from '../next-step/next-step.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import type { DeskIncident } from './store.ts';

const HAPPENED: Record<string, string> = {
  denied: 'Denied',
  'needs-information': 'Asked for more',
  'not-blocked': 'Says it sees no block',
  closed: 'Case closed by them',
  acknowledged: 'Acknowledged',
  mitigated: 'Lifted',
  'conditionally-mitigated': 'Lifted with conditions',
  'refused-to-explain': 'Gives no reasons',
  other: 'Answered',
};

const MAIL_TROUBLE: Record<string, string> = {
  'mail-failed': 'Mail not delivered',
  'mail-uncertain': 'Mail uncertain',
};

/** A row of the desk: state or due time, number, provider, address, what happened, what to do. */
export function deskRow(row: DeskIncident, step: NextStep, catalogue: Catalogue, now: Date) {
  const provider = catalogue.byKey.get(row.provider);
  const [first = '', ...more] = row.addresses;
  const since = row.state === 'action-needed' && !row.last_verdict ? row.last_request_at : row.last_answer_at;
  const happened =
    row.state === 'open'
      ? { words: 'Logged', at: row.opened_at }
      : MAIL_TROUBLE[step.id]
        ? { words: MAIL_TROUBLE[step.id] ?? '', at: row.state_since }
        : row.state === 'action-needed' &&
            (!row.last_answer_at || (row.last_request_at && row.last_answer_at < row.last_request_at))
          ? { words: 'No answer for', at: row.last_request_at ?? row.state_since, lasts: true }
          : row.state === 'awaiting-provider'
            ? { words: 'Request sent', at: row.last_request_at ?? row.state_since }
            : {
                words: HAPPENED[row.last_verdict ?? ''] ?? stateWords(row.state),
                at: since ?? row.state_since,
              };
  return {
    number: row.number,
    state: row.state,
    stateWords: stateWords(row.state),
    provider: provider?.name ?? row.provider,
    address: first,
    more: more.length,
    happened: { lasts: false, ...happened },
    code: row.block_codes[0] ?? '',
    round: row.round,
    blockedMs: durations(row, now).blocked,
    due: step.due,
    overdue: step.due !== null && step.due < now,
    isSnoozed: step.snoozed !== null,
    what: step.what,
    todo: step.button?.label ?? '',
    href: step.button
      ? hrefOf(step.button, {
          number: row.number,
          provider: row.provider,
          address: first,
          others: step.others,
        })
      : `/incidents/${row.number}`,
    assignee: row.assignee_name ?? '',
  };
}

/** What is due first comes first; what has no time keeps its order after it. */
export const byDue = (a: { due: Date | null }, b: { due: Date | null }) =>
  (a.due?.getTime() ?? Number.POSITIVE_INFINITY) - (b.due?.getTime() ?? Number.POSITIVE_INFINITY) || 0;
