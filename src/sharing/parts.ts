import type { SharePart } from '../database/tables.ts';
import { invalid } from '../problem.ts';

/** What can be chosen, in the order of the page, and what each choice shows. */
export const PARTS: { key: SharePart; title: string; shows: string; isChosen: boolean }[] = [
  {
    key: 'summary',
    title: 'Summary',
    shows: 'who blocked which addresses, with which codes and why',
    isChosen: true,
  },
  {
    key: 'states',
    title: 'States and durations',
    shows: 'whose turn it was and for how long; when it was lifted',
    isChosen: true,
  },
  {
    key: 'timeline',
    title: 'Timeline',
    shows: 'what happened, in order, without your notes',
    isChosen: true,
  },
  {
    key: 'notes',
    title: 'Internal notes',
    shows: 'in the timeline: notes, reasons, causes, what was changed and who was affected',
    isChosen: false,
  },
  {
    key: 'letters',
    title: 'Letters',
    shows: 'what was sent to the provider, as it was sent',
    isChosen: false,
  },
  { key: 'answers', title: 'The provider’s answers', shows: 'their texts and verdicts', isChosen: false },
  { key: 'evidence', title: 'Evidence', shows: 'what was looked up, and what it showed', isChosen: false },
  {
    key: 'deliveries',
    title: 'Deliveries',
    shows: 'mail that was accepted and refused, by hour',
    isChosen: false,
  },
];
export const PART_KEYS = PARTS.map(({ key }) => key);

/** What a share shows. */
export type Scope = { parts: SharePart[]; personal: boolean };

export const SHARE_DAYS = { least: 1, usual: 30, most: 365 } as const;
/** Links of one incident that hold at a time. */
export const MOST_SHARES = 50;

/** The parts in the order of the page, each once. Throws `invalid` where they make no page. */
export function checkParts(given: readonly SharePart[]): SharePart[] {
  const parts = PART_KEYS.filter((key) => given.includes(key));
  if (parts.length === 0) throw invalid('parts', 'Choose at least one part.');
  if (parts.includes('notes') && !parts.includes('timeline'))
    throw invalid('parts', 'Notes stand in the timeline: choose the timeline as well.');
  return parts;
}

export const partTitle = (key: SharePart): string => PARTS.find((part) => part.key === key)?.title ?? key;
