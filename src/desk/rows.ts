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

type Happened = { words: string; at: Date; lasts?: boolean };

/** What happened last, and when; `lasts`: it goes on since then. */
function happenedTo(row: DeskIncident, step: NextStep): Happened {
  const { state, last_request_at: asked, last_answer_at: answered, last_verdict: verdict } = row;
  if (state === 'open') return { words: 'Logged', at: row.opened_at };
  const trouble = MAIL_TROUBLE[step.id];
  if (trouble) return { words: trouble, at: row.state_since };
  if (state === 'awaiting-provider') return { words: 'Request sent', at: asked ?? row.state_since };
  const isUnanswered = !answered || (asked !== null && answered < asked);
  if (state === 'action-needed' && isUnanswered)
    return { words: 'No answer for', at: asked ?? row.state_since, lasts: true };
  const at = state === 'action-needed' && !verdict ? asked : answered;
  return { words: HAPPENED[verdict ?? ''] ?? stateWords(state), at: at ?? row.state_since };
}

/** A row of the desk: state or due time, number, provider, address, what happened, what to do. */
export function deskRow(row: DeskIncident, step: NextStep, catalogue: Catalogue, now: Date) {
  const provider = catalogue.byKey.get(row.provider);
  const [first = '', ...more] = row.addresses;
  return {
    number: row.number,
    state: row.state,
    stateWords: stateWords(row.state),
    provider: provider?.name ?? row.provider,
    address: first,
    more: more.length,
    happened: { lasts: false, ...happenedTo(row, step) },
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
