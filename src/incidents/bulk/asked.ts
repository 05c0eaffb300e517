import type { IncidentState, Severity } from '../../database/tables.ts';
import { invalid } from '../../problem.ts';
import type { Asked } from './action.ts';

/** What a form or a request gives, before it is known whether it is whole. */
export type Given = {
  action: Asked['action'];
  assigneeId?: number | null | undefined;
  tags?: string[] | undefined;
  severity?: Severity | undefined;
  state?: IncidentState | undefined;
  reason?: string | undefined;
  userId?: number | null | undefined;
  until?: Date | undefined;
};

const needed = <T>(field: string, value: T | undefined | null, words: string): T => {
  if (value === undefined || value === null) throw invalid(field, words);
  return value;
};

const READERS: {
  [Action in Asked['action']]: (given: Given) => Omit<Extract<Asked, { action: Action }>, 'action'>;
} = {
  assign: ({ assigneeId }) => ({ assigneeId: assigneeId ?? null }),
  tag: ({ tags }) => ({ tags: someTags(tags) }),
  untag: ({ tags }) => ({ tags: someTags(tags) }),
  severity: ({ severity }) => ({ severity: needed('severity', severity, 'Choose a severity.') }),
  state: ({ state, reason }) => ({
    state: needed('state', state, 'Choose a state.'),
    reason: needed('reason', reason?.trim() || undefined, 'Say why, so that the timelines tell it later.'),
  }),
  watch: ({ userId }) => ({ userId: needed('userId', userId, 'Name who watches.') }),
  unwatch: ({ userId }) => ({ userId: needed('userId', userId, 'Name who watches.') }),
  'put-off': ({ until, reason }) => ({
    until: needed('until', until, 'Choose a time that is still to come.'),
    reason: reason?.trim() ?? '',
  }),
};

function someTags(tags: string[] | undefined): string[] {
  if (!tags || tags.length === 0) throw invalid('tags', 'Name a tag.');
  return tags;
}

/** Reads what is asked. Throws `invalid` naming what the action lacks. */
export const readAsked = (given: Given): Asked =>
  ({ action: given.action, ...READERS[given.action](given) }) as Asked;
