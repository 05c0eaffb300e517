import { sql } from 'kysely';
import { rowsOf } from '../../database/one-of.ts';
import type { Db, Trx } from '../../database/open.ts';
import type { IncidentRow, IncidentState, LinkKind } from '../../database/tables.ts';
import { invalid } from '../../problem.ts';
import { type AnyNewEntry, append } from '../../timeline/store.ts';
import type { Actor } from '../../web/access.ts';
import { lockIncidents } from '../store.ts';
import { isSaid, type SaidKind } from './kinds.ts';

export type LinkedIncident = {
  number: number;
  title: string;
  provider: string;
  state: IncidentState;
  kind: LinkKind;
  /** Its kind goes out from the incident that was asked for. */
  reads: boolean;
  openedAt: Date;
  mitigatedAt: Date | null;
  round: number;
};

/** Links of an incident that are told, the newest of them. */
const MOST_TOLD = 50;

type LinkRow = Pick<
  IncidentRow,
  'number' | 'title' | 'provider' | 'state' | 'opened_at' | 'mitigated_at' | 'round'
> & {
  of_number: number;
  kind: LinkKind;
  reads: boolean;
};

/** Linked incidents of several, in either direction, newest first, in one query. */
export async function linksOf(db: Db | Trx, numbers: number[]): Promise<Map<number, LinkedIncident[]>> {
  const found = new Map<number, LinkedIncident[]>(numbers.map((number) => [number, []]));
  if (numbers.length === 0) return found;
  const { rows } = await sql<LinkRow>`
    select l.* from ${rowsOf(numbers, 'integer')} as here (number)
    cross join lateral (
      select here.number as of_number, i.number, i.title, i.provider, i.state, o.kind,
        o.from_older = (here.number < i.number) as reads, i.opened_at, i.mitigated_at, i.round
      from (
        select linked_number as number, kind, from_older from incident_links where incident_number = here.number
        union all
        select incident_number, kind, from_older from incident_links where linked_number = here.number
      ) o
      join incidents i on i.number = o.number
      where i.merged_into is null
      order by i.number desc
      limit ${MOST_TOLD}::integer
    ) l`.execute(db);
  for (const row of rows)
    found.get(row.of_number)?.push({
      number: row.number,
      title: row.title,
      provider: row.provider,
      state: row.state,
      kind: row.kind,
      reads: row.reads,
      openedAt: row.opened_at,
      mitigatedAt: row.mitigated_at,
      round: row.round,
    });
  return found;
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

async function titlesOf(trx: Trx, numbers: number[]): Promise<Map<number, string>> {
  const rows = await trx
    .selectFrom('incidents')
    .select(['number', 'title'])
    .where('number', 'in', numbers)
    .execute();
  return new Map(rows.map((row) => [row.number, row.title]));
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
  const titles = await titlesOf(trx, [newer, older]);
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

async function lockTwo(trx: Trx, one: number, other: number): Promise<void> {
  if (one === other) throw invalid('number', 'An incident cannot be linked to itself.');
  await lockIncidents(trx, [one, other]);
}

/**
 * A person says what one incident is to another; this takes the place of what was found or said of the two before.
 * Both timelines tell of it. Throws `invalid` on `number`.
 */
export async function sayLink(
  trx: Trx,
  actor: Actor,
  number: number,
  { other, kind }: { other: number; kind: SaidKind },
): Promise<void> {
  await trx
    .selectFrom('incidents')
    .select('number')
    .where('number', '=', other)
    .executeTakeFirstOrThrow(() => invalid('number', `There is no incident #${other}.`));
  await lockTwo(trx, number, other);
  await trx
    .deleteFrom('incident_links')
    .where('incident_number', '=', Math.max(number, other))
    .where('linked_number', '=', Math.min(number, other))
    .where((eb) => eb.or([eb('kind', '!=', kind), eb('from_older', '!=', number < other)]))
    .execute();
  await linkIncidents(trx, actor, number, other, kind);
}

/** Takes back what a person said of two incidents. Throws `invalid` where nobody did. */
export async function unlink(trx: Trx, actor: Actor, number: number, other: number): Promise<void> {
  await lockTwo(trx, number, other);
  const gone = await trx
    .deleteFrom('incident_links')
    .where('incident_number', '=', Math.max(number, other))
    .where('linked_number', '=', Math.min(number, other))
    .where('kind', 'not in', ['same-address', 'same-provider'])
    .returning(['kind', 'from_older'])
    .executeTakeFirst();
  if (!gone || !isSaid(gone.kind)) throw invalid('number', `Nobody linked #${other} by hand.`);
  const titles = await titlesOf(trx, [number, other]);
  for (const [at, to] of [
    [number, other],
    [other, number],
  ] as const)
    await append(trx, {
      incident: at,
      kind: 'incident-unlinked',
      actor,
      detail: {
        number: to,
        title: titles.get(to) ?? '',
        kind: gone.kind,
        reads: at < to === gone.from_older,
      },
    });
}
