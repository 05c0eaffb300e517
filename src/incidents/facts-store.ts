import type { Trx } from '../database/open.ts';
import type { IncidentRow, Severity } from '../database/tables.ts';
import { invalid, Problem } from '../problem.ts';
import { append } from '../timeline/store.ts';
import { beginToWatch } from '../watchers/automatic.ts';
import type { Actor } from '../web/access.ts';
import { lockIncident, writeIncident } from './store.ts';

export type IncidentFacts = {
  title: string;
  severity: Severity;
  affected: string;
  assigneeId: number | null;
  nextAction: string;
  nextActionDueAt: Date | null;
};

const FACT_NAMES = {
  title: 'title',
  severity: 'severity',
  affected: 'affected',
  nextAction: 'next action',
  nextActionDueAt: 'due',
} as const;

function changesOf(row: IncidentRow, facts: Partial<IncidentFacts>) {
  const before = {
    title: row.title,
    severity: row.severity,
    affected: row.affected,
    nextAction: row.next_action,
    nextActionDueAt: row.next_action_due_at,
  };
  return (Object.keys(FACT_NAMES) as (keyof typeof FACT_NAMES)[]).flatMap((key) => {
    if (facts[key] === undefined) return [];
    const [from, to] = [before[key], facts[key]].map((value) =>
      value instanceof Date ? value.toISOString() : (value ?? ''),
    );
    return from === to ? [] : [{ field: FACT_NAMES[key] as string, from: String(from), to: String(to) }];
  });
}

async function nameOfUser(trx: Trx, id: number | null): Promise<string | null> {
  if (id === null) return null;
  const user = await trx
    .selectFrom('users')
    .select('name')
    .where('id', '=', id)
    .executeTakeFirstOrThrow(() => invalid('assigneeId', 'There is no such person.'));
  return user.name;
}

/** Changes the facts that people keep. Throws `changed-meanwhile` when `version` is given and no longer the newest. */
export async function editIncident(
  trx: Trx,
  actor: Actor,
  number: number,
  facts: Partial<IncidentFacts>,
  version?: number,
): Promise<void> {
  const row = await lockIncident(trx, number);
  if (version !== undefined && version !== row.version) {
    throw new Problem(
      'changed-meanwhile',
      'The incident changed since you opened this form. Your text is still below; compare, then save again.',
      { facts: { version: row.version } },
    );
  }
  if (facts.title !== undefined && !facts.title.trim()) throw invalid('title', 'An incident needs a title.');
  const changes = changesOf(row, facts);
  if (changes.length > 0) {
    await writeIncident(trx, number, {
      ...(facts.title !== undefined ? { title: facts.title.trim() } : {}),
      ...(facts.severity !== undefined ? { severity: facts.severity } : {}),
      ...(facts.affected !== undefined ? { affected: facts.affected } : {}),
      ...(facts.nextAction !== undefined ? { next_action: facts.nextAction.trim() } : {}),
      ...(facts.nextActionDueAt !== undefined ? { next_action_due_at: facts.nextActionDueAt } : {}),
    });
    await append(trx, { incident: number, kind: 'incident-edited', actor, detail: { changes } });
  }
  if (facts.assigneeId !== undefined && facts.assigneeId !== row.assignee_id) {
    const from = await nameOfUser(trx, row.assignee_id);
    const to = await nameOfUser(trx, facts.assigneeId);
    await writeIncident(trx, number, { assignee_id: facts.assigneeId });
    if (facts.assigneeId !== null) await beginToWatch(trx, number, [facts.assigneeId], 'assigned');
    await append(trx, {
      incident: number,
      kind: 'incident-assigned',
      actor,
      detail: { from, to, toId: facts.assigneeId },
    });
  }
}
