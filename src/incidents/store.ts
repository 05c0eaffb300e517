import { sql } from 'kysely';
import { networkText } from '../addresses/address.ts';
import type { Db, Trx } from '../database/open.ts';
import type { IncidentChange, IncidentRow, IncidentState, LinkKind, Severity } from '../database/tables.ts';
import { invalid, notFound, Problem } from '../problem.ts';
import { type AnyNewEntry, append } from '../timeline/store.ts';
import { beginToWatch } from '../watchers/automatic.ts';
import type { Actor } from '../web/access.ts';
import { nextState, type StateEvent } from './state.ts';

/** Throws `incident-merged`, which leads to the survivor, for one that is a part of another. */
export function refuseMerged({
  number,
  merged_into: into,
}: Pick<IncidentRow, 'number' | 'merged_into'>): void {
  if (into !== null)
    throw new Problem('incident-merged', `#${number} was merged into #${into}.`, {
      facts: { mergedInto: into },
    });
}

export async function getIncident(db: Db | Trx, number: number): Promise<IncidentRow> {
  const row = await db.selectFrom('incidents').selectAll().where('number', '=', number).executeTakeFirst();
  if (!row) throw notFound(`incident #${number}`);
  refuseMerged(row);
  return row;
}

/** The incident, locked until the transaction ends: two changes at once come one after the other. */
export async function lockIncident(trx: Trx, number: number): Promise<IncidentRow> {
  const row = await trx
    .selectFrom('incidents')
    .selectAll()
    .where('number', '=', number)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw notFound(`incident #${number}`);
  refuseMerged(row);
  return row;
}

/** The addresses of several incidents, in one query. */
export async function addressesOf(db: Db | Trx, numbers: number[]): Promise<Map<number, string[]>> {
  const found = new Map<number, string[]>(numbers.map((number) => [number, []]));
  if (numbers.length === 0) return found;
  const rows = await db
    .selectFrom('incident_addresses as ia')
    .innerJoin('addresses as a', 'a.id', 'ia.address_id')
    .select(['ia.incident_number', 'a.network'])
    .where('ia.incident_number', 'in', numbers)
    .orderBy('a.network')
    .execute();
  for (const row of rows) found.get(row.incident_number)?.push(networkText(row.network));
  return found;
}

export type LinkedIncident = {
  number: number;
  title: string;
  state: IncidentState;
  kind: LinkKind;
  /** Its kind goes out from the incident that was asked for. */
  reads: boolean;
  openedAt: Date;
  mitigatedAt: Date | null;
  round: number;
};

/** Linked incidents, in either direction, newest first. */
export async function linksOf(db: Db | Trx, number: number): Promise<LinkedIncident[]> {
  const rows = await db
    .selectFrom('incident_links as l')
    .innerJoin('incidents as i', (join) =>
      join.on(
        sql<boolean>`i.number = case when l.incident_number = ${number} then l.linked_number else l.incident_number end`,
      ),
    )
    .select([
      'i.number',
      'i.title',
      'i.state',
      'l.kind',
      'l.from_older',
      'i.opened_at',
      'i.mitigated_at',
      'i.round',
    ])
    .where((eb) => eb.or([eb('l.incident_number', '=', number), eb('l.linked_number', '=', number)]))
    .where('i.merged_into', 'is', null)
    .orderBy('i.number', 'desc')
    .limit(50)
    .execute();
  return rows.map((row) => ({
    number: row.number,
    title: row.title,
    state: row.state,
    kind: row.kind,
    reads: row.from_older === number < row.number,
    openedAt: row.opened_at,
    mitigatedAt: row.mitigated_at,
    round: row.round,
  }));
}

const stamp = sql<Date>`now()`;

/** Writes changes of an incident, with its version and time of change. */
export async function writeIncident(trx: Trx, number: number, change: IncidentChange): Promise<void> {
  await trx
    .updateTable('incidents')
    .set({ ...change, version: sql<number>`version + 1`, updated_at: stamp })
    .where('number', '=', number)
    .execute();
}

/** What changes with a state: since when, and the milestones that it reaches or takes back. */
function stateColumns(row: IncidentRow, to: IncidentState, at: Date): IncidentChange {
  const back = to === 'open' || to === 'action-needed' || to === 'awaiting-provider';
  return {
    state: to,
    state_since: at,
    // What was set by hand was meant for the state before.
    next_action: '',
    next_action_due_at: null,
    follow_up_due_at: to === 'awaiting-provider' ? row.follow_up_due_at : null,
    // Until the next step is judged, within a minute.
    due_at: to === 'closed' ? null : to === 'awaiting-provider' ? row.follow_up_due_at : at,
    mitigated_at: back ? null : to === 'mitigated' ? at : row.mitigated_at,
    recovered_at: back || to === 'mitigated' ? null : to === 'recovered' ? at : row.recovered_at,
    closed_at: to === 'closed' ? at : null,
  };
}

/** Moves an incident by what happened. Nothing is written when the event moves nothing. Returns the state it is in then. */
export async function moveState(
  trx: Trx,
  actor: Actor,
  row: IncidentRow,
  event: StateEvent,
  cause: { reason: string; at: Date },
): Promise<IncidentState> {
  const to = nextState(row.state, event);
  if (to !== row.state) await setStateTo(trx, actor, row, to, cause);
  return to;
}

/** Puts an incident into a state because of what happened, whatever the rules say. */
export async function setStateTo(
  trx: Trx,
  actor: Actor,
  row: IncidentRow,
  to: IncidentState,
  cause: { reason: string; at: Date },
): Promise<void> {
  await writeIncident(trx, row.number, stateColumns(row, to, cause.at));
  await append(trx, {
    incident: row.number,
    kind: 'state-changed',
    actor,
    occurredAt: cause.at,
    detail: { from: row.state, to, reason: cause.reason, byHand: false },
  });
}

/** A person sets the state, with a reason. Throws `changed-meanwhile` when it is no longer the state they saw. */
export async function setState(
  trx: Trx,
  actor: Actor,
  number: number,
  change: { to: IncidentState; reason: string; seen?: IncidentState | undefined; at?: Date },
): Promise<void> {
  const reason = change.reason.trim();
  if (!reason) throw invalid('reason', 'Say why, so that the timeline tells it later.');
  const row = await lockIncident(trx, number);
  if (change.seen && change.seen !== row.state) {
    throw new Problem(
      'changed-meanwhile',
      `The incident became ${row.state.replaceAll('-', ' ')} while you were writing.`,
    );
  }
  if (change.to === row.state) return;
  const at = change.at ?? new Date();
  await writeIncident(trx, number, stateColumns(row, change.to, at));
  await append(trx, {
    incident: number,
    kind: 'state-changed',
    actor,
    occurredAt: at,
    detail: { from: row.state, to: change.to, reason, byHand: true },
  });
}

/** Mail is seen to flow: the incident is recovered, with what was seen. */
export async function confirmRecovery(
  trx: Trx,
  actor: Actor,
  number: number,
  seen: { words: string; at: Date },
): Promise<void> {
  const words = seen.words.trim();
  if (!words) throw invalid('words', 'Say what you saw: how many messages were accepted, and since when.');
  const row = await lockIncident(trx, number);
  if (row.state === 'closed') throw new Problem('incident-closed', `Incident #${number} is closed.`);
  await append(trx, {
    incident: number,
    kind: 'recovery-confirmed',
    actor,
    occurredAt: seen.at,
    detail: { words },
  });
  await moveState(trx, actor, row, { kind: 'deliveries-proven' }, { reason: words, at: seen.at });
}

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
    .select(['name', 'disabled_at'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (!user) throw invalid('assigneeId', 'There is no such person.');
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

/** An earlier incident to link to. */
export type ToLink = { number: number; title: string; kind: LinkKind };

/**
 * Links an incident to earlier ones, but for those that it is linked to. Returns the entries to append, in the same
 * transaction, to the timelines of both.
 */
export async function linkEarlier(
  trx: Trx,
  actor: Actor,
  incident: { number: number; title: string },
  earlier: ToLink[],
): Promise<AnyNewEntry[]> {
  if (earlier.length === 0) return [];
  const linked = await trx
    .insertInto('incident_links')
    .values(
      earlier.map(({ number, kind }) => ({ incident_number: incident.number, linked_number: number, kind })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning('linked_number as number')
    .execute();
  const isNew = new Set(linked.map(({ number }) => number));
  return earlier
    .filter(({ number }) => isNew.has(number))
    .flatMap(({ number, title, kind }): AnyNewEntry[] => [
      { incident: incident.number, kind: 'incident-linked', actor, detail: { number, title, kind } },
      {
        incident: number,
        kind: 'incident-linked',
        actor,
        detail: { ...incident, kind, readBack: true },
      },
    ]);
}

/** Links two incidents, the kind as it reads from the first; the entry goes to both timelines. What is linked stays. */
export async function linkIncidents(
  trx: Trx,
  actor: Actor,
  one: number,
  other: number,
  kind: LinkKind,
): Promise<void> {
  if (one === other) throw invalid('number', 'An incident cannot be linked to itself.');
  const [newer, older] = one > other ? [one, other] : [other, one];
  const rows = await trx
    .selectFrom('incidents')
    .select(['number', 'title'])
    .where('number', 'in', [newer, older])
    .execute();
  const titles = new Map(rows.map((row) => [row.number, row.title]));
  for (const number of [newer, older])
    if (!titles.has(number)) throw invalid('number', `There is no incident #${number}.`);
  const linked = await trx
    .insertInto('incident_links')
    .values({ incident_number: newer, linked_number: older, kind, from_older: one < other })
    .onConflict((conflict) => conflict.doNothing())
    .returning('kind')
    .executeTakeFirst();
  if (!linked) return;
  for (const [at, to] of [
    [newer, older],
    [older, newer],
  ] as const) {
    await append(trx, {
      incident: at,
      kind: 'incident-linked',
      actor,
      detail: { number: to, title: titles.get(to) ?? '', kind, ...(at === one ? {} : { readBack: true }) },
    });
  }
}
