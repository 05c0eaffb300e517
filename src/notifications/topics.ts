import type { OtherKind } from '../database/tables.ts';
import type { Entry, EntryKind } from '../timeline/entries.ts';

/** What happens, grouped as people think of it. In the order in which it is offered. */
export const TOPICS = {
  mention: { title: 'I am mentioned', about: 'in a note' },
  assigned: { title: 'An incident is assigned to me', about: '' },
  block: { title: 'A block is logged', about: '' },
  answer: { title: 'An answer comes', about: 'also one that is not proven to be from them' },
  undelivered: { title: 'A mail of ours does not arrive', about: 'or nobody can say whether it did' },
  step: { title: 'A next step is due', about: 'or an answer is overdue' },
  relapse: { title: 'Mail is refused again', about: 'after the block was lifted' },
  recovery: { title: 'Mail flows again', about: '' },
  note: { title: 'Somebody writes a note', about: '' },
  letter: { title: 'A letter or message goes out', about: '' },
  change: { title: 'Anything else changes', about: 'state, owner, facts, tickets, causes' },
  unfiled: { title: 'Mail waits in Unfiled', about: 'no incident is known for it' },
  reminder: { title: 'Something has to be done again', about: 'links, readings, programmes' },
  trouble: { title: 'Delist Desk has trouble', about: 'a mailbox or a feed cannot be read' },
  import: { title: 'An import is done', about: '' },
} as const satisfies Record<string, { title: string; about: string }>;
export type Topic = keyof typeof TOPICS;
export const TOPIC_KEYS = Object.keys(TOPICS) as Topic[];

/** These are about one person, whatever the incident. */
export const PERSONAL: ReadonlySet<Topic> = new Set<Topic>(['mention', 'assigned']);

/** These belong to no incident. */
export const OUTSIDE: ReadonlySet<Topic> = new Set<Topic>(['unfiled', 'reminder', 'trouble', 'import']);

type Told = (entry: Entry) => Topic[];
const as =
  (...topics: Topic[]): Told =>
  () =>
    topics;
const nobody = as();

/**
 * What an entry is told as; several, where it means more to some than to others; none: nobody is told, because another
 * entry of the same tells it, or it is a part of what somebody is doing. All that is not here is a change.
 */
const OF_ENTRIES: Partial<Record<EntryKind, Told>> = {
  'incident-logged': as('block'),
  'rejection-recorded': nobody,
  'place-read': nobody,
  'evidence-checked': nobody,
  'letter-drafted': nobody,
  'letter-sent': as('letter'),
  'claim-overridden': nobody,
  'finding-overridden': nobody,
  'message-received': as('answer'),
  'message-sent': as('letter'),
  'dispatch-settled': (entry) =>
    entry.kind === 'dispatch-settled' &&
    ['failed', 'failed-for-some', 'delivered-unknown'].includes(entry.detail.state)
      ? ['undelivered']
      : [],
  'message-filed': nobody,
  // What follows from another entry is told by that one.
  'state-changed': (entry) => {
    if (entry.kind !== 'state-changed') return [];
    if (entry.detail.to === 'recovered') return ['recovery'];
    return entry.detail.byHand ? ['change'] : [];
  },
  'relapse-seen': as('relapse'),
  'recovery-confirmed': nobody,
  'incident-assigned': as('assigned', 'change'),
  'incident-linked': nobody,
  'note-added': as('mention', 'note'),
  'note-corrected': as('mention', 'note'),
  'follow-up-due': as('step'),
  'step-due': as('step'),
  'step-snoozed': nobody,
  'step-dismissed': nobody,
  'step-resumed': nobody,
  'data-erased': nobody,
  'watchers-changed': nobody,
};

const OF_OTHERS: Record<OtherKind, Topic> = {
  'mail-unfiled': 'unfiled',
  'reminder-due': 'reminder',
  'mailbox-trouble': 'trouble',
  'feed-out-of-date': 'trouble',
  'import-done': 'import',
  'webhook-paused': 'trouble',
};

export function topicsOf(event: { kind: EntryKind | OtherKind; entry: Entry | null }): Topic[] {
  if (event.entry === null) return [OF_OTHERS[event.kind as OtherKind]];
  return OF_ENTRIES[event.entry.kind]?.(event.entry) ?? ['change'];
}
