import type { IncidentState } from '../database/tables.ts';

/** The parts of the desk: whose turn it is. What is recovered or closed stands on none. */
export const SECTIONS = {
  'needs-you': {
    title: 'Needs you',
    states: ['open', 'action-needed'],
    empty: 'Nothing. Blocks that you log, and cases where a provider said no or kept silent, come here.',
    emptyOwn: 'Nothing of yours.',
  },
  waiting: {
    title: 'Waiting for the provider',
    states: ['awaiting-provider'],
    empty: 'No request is out.',
    emptyOwn: 'No request of yours is out.',
  },
  proving: {
    title: 'Mitigated, proving recovery',
    states: ['mitigated'],
    empty: 'None. When a provider says that it lifted a block, it stays here until mail is seen to flow.',
    emptyOwn: 'None of yours.',
  },
} as const satisfies Record<
  string,
  { title: string; states: readonly IncidentState[]; empty: string; emptyOwn: string }
>;

export type Section = keyof typeof SECTIONS;
export const SECTION_NAMES = Object.keys(SECTIONS) as Section[];

/** What is counted up to here; beyond it, “999+” tells enough, and costs no more. */
export const COUNTED = 1000;
