import type { Db } from '../../database/open.ts';
import { Problem } from '../../problem.ts';
import { reaches, type Viewer } from '../../web/access.ts';
import { localInput } from '../../web/format.ts';
import { listAssignees } from '../assignees.ts';
import { SEVERITIES, STATES, stateWords } from '../incidents.ts';
import { getBulk } from './store.ts';

const DAY_MS = 86_400_000;
/** As they stand in the form. */
const CHOICES = [
  ['assign', 'give them to'],
  ['tag', 'tag them'],
  ['untag', 'take tags away'],
  ['severity', 'set the severity'],
  ['state', 'set the state'],
  ['watch', 'watch them'],
  ['unwatch', 'stop watching them'],
  ['put-off', 'put the next step off'],
] as const;

/** What an action did, and whether it can still be undone; null for one that is nobody's here. */
async function toldOf(db: Db, viewer: Viewer, id: number | undefined, now: Date) {
  if (id === undefined) return null;
  try {
    const row = await getBulk(db, viewer, id);
    const left = row.undone_at ? (row.kept ?? []) : row.left_out;
    return {
      id,
      words: row.words,
      n: row.changed.length - (row.undone_at ? left.length : 0),
      left,
      undone: row.undone_at !== null,
      undoable: !row.undone_at && row.undo_until > now && row.changed.length > 0,
      undoUntil: row.undo_until,
    };
  } catch (error) {
    if (error instanceof Problem && error.code === 'not-found') return null;
    throw error;
  }
}

/** The form over the list, for whoever may write; what the last action did, for whoever did it. */
export async function bulkView(
  db: Db,
  viewer: Viewer,
  more: {
    told?: number | undefined;
    typed?: Record<string, string>;
    errors?: Record<string, string>;
    problem?: string;
  },
) {
  const can = reaches(viewer.role, 'operator');
  const now = new Date();
  const people = can ? await listAssignees(db) : [];
  const value = (name: string) => more.typed?.[name] ?? '';
  return {
    can,
    told: await toldOf(db, viewer, more.told, now),
    people,
    actions: CHOICES.map(([key, words]) => ({ key, words })),
    severities: [...SEVERITIES],
    states: STATES.map((one) => ({ key: one, words: stateWords(one) })),
    zone: viewer.timeZone,
    typed: {
      action: value('action') || 'assign',
      assigneeId: value('assigneeId') || String(viewer.userId ?? ''),
      tags: value('tags'),
      severity: value('severity') || 'high',
      state: value('state') || 'closed',
      reason: value('reason'),
      until: value('until') || localInput(new Date(now.getTime() + DAY_MS), viewer.timeZone).slice(0, 16),
    },
    errors: more.errors ?? {},
    problem: more.problem ?? '',
  };
}
