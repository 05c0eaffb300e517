import { sql } from 'kysely';
import type { Db } from '../database/open.ts';
import { cutPage } from '../database/page.ts';
import { addressesOf } from '../incidents/store.ts';
import { type Judged, STAMP } from '../next-step/kept-steps.ts';
import { COUNTED, SECTION_NAMES, SECTIONS, type Section } from './sections.ts';

/** Whose incidents: those of one person, or of everybody. */
export type Owner = { id: number } | null;
/** Where in the order of the desk an incident stands. What has no due time stands behind all that has one. */
export type DeskPlace = { due: Date | null; number: number };
export type DeskIncident = Judged & { addresses: string[]; assignee_name: string | null };
type DeskPage = { items: DeskIncident[]; next: DeskPlace | null };

const DUE = sql`coalesce(due_at, 'infinity')`;
const ownedBy = (owner: Owner) => (owner ? sql`and assignee_id = ${owner.id}::integer` : sql``);

/** Section and state of each state that is asked for, as rows of SQL. */
const statesOf = (sections: Section[]) =>
  sql`(values ${sql.join(
    sections.flatMap((section) =>
      SECTIONS[section].states.map((state) => sql`(${section}::text, ${state}::text)`),
    ),
  )}) as s (section, state)`;

/** Each state is one range of an index in the order of due times, of which no more is read than is shown. */
async function numbersDue(
  db: Db,
  asked: { sections: Section[]; owner: Owner; limit: number; after?: DeskPlace | undefined },
): Promise<{ section: Section; number: number; due_at: Date | null }[]> {
  const { sections, owner, limit, after } = asked;
  const further = after
    ? sql`and (${DUE}, number) > (coalesce(${after.due}::timestamptz, 'infinity'), ${after.number}::integer)`
    : sql``;
  const { rows } = await sql<{ section: Section; number: number; due_at: Date | null }>`
    select s.section, d.number, d.due_at from ${statesOf(sections)}
    cross join lateral (
      select number, due_at from incidents
      where state = s.state and state <> 'closed' ${ownedBy(owner)} ${further}
      order by ${DUE}, number limit ${limit}::integer) d
    order by coalesce(d.due_at, 'infinity'), d.number`.execute(db);
  return rows;
}

async function readRows(db: Db, numbers: number[]): Promise<Map<number, DeskIncident>> {
  if (numbers.length === 0) return new Map();
  const [rows, addresses] = await Promise.all([
    db
      .selectFrom('incidents as i')
      .leftJoin('users as u', 'u.id', 'i.assignee_id')
      .selectAll('i')
      .select('u.name as assignee_name')
      .select(STAMP.as('stamp'))
      .where('i.number', 'in', numbers)
      .execute(),
    addressesOf(db, numbers),
  ]);
  return new Map(rows.map((row) => [row.number, { ...row, addresses: addresses.get(row.number) ?? [] }]));
}

/** The first of each section: what has been due for longest comes first, of all that there are. */
export async function readDesk(db: Db, owner: Owner, limit: number): Promise<Map<Section, DeskPage>> {
  const found = await numbersDue(db, { sections: SECTION_NAMES, owner, limit: limit + 1 });
  const shown = SECTION_NAMES.map((section) => found.filter((one) => one.section === section));
  const rows = await readRows(
    db,
    shown.flatMap((all) => all.slice(0, limit).map(({ number }) => number)),
  );
  return new Map(SECTION_NAMES.map((section, index) => [section, pageOf(shown[index] ?? [], rows, limit)]));
}

/** A page of one section, in the order of due times. */
export async function listSection(
  db: Db,
  section: Section,
  query: { owner: Owner; limit: number; after?: DeskPlace | undefined },
): Promise<DeskPage> {
  const found = await numbersDue(db, { ...query, sections: [section], limit: query.limit + 1 });
  const numbers = found.slice(0, query.limit).map(({ number }) => number);
  return pageOf(found, await readRows(db, numbers), query.limit);
}

function pageOf(
  found: { number: number; due_at: Date | null }[],
  rows: Map<number, DeskIncident>,
  limit: number,
): DeskPage {
  const { items, next } = cutPage(found, limit, ({ due_at: due, number }) => ({ due, number }));
  return { items: items.flatMap(({ number }) => rows.get(number) ?? []), next };
}

/** Whether there is any incident, closed ones too. */
export const hasIncidents = async (db: Db): Promise<boolean> =>
  (await db.selectFrom('incidents').select('number').limit(1).executeTakeFirst()) !== undefined;

export type SectionCounts = Record<Section, { all: number; overdue: number }>;

/** How many there are in each section, and how many of them are due; each state up to `COUNTED`. */
export async function countSections(db: Db, owner: Owner, now: Date): Promise<SectionCounts> {
  const { rows } = await sql<{ section: Section; all: number; overdue: number }>`
    select s.section, sum(c.n)::bigint as "all", sum(o.n)::bigint as overdue from ${statesOf(SECTION_NAMES)}
    cross join lateral (select count(*) as n from (
      select from incidents where state = s.state and state <> 'closed' ${ownedBy(owner)}
      order by ${DUE} limit ${COUNTED}::integer) one) c
    cross join lateral (select count(*) as n from (
      select from incidents where state = s.state and state <> 'closed' ${ownedBy(owner)} and ${DUE} <= ${now}::timestamptz
      order by ${DUE} limit ${COUNTED}::integer) one) o
    group by s.section`.execute(db);
  const none = { all: 0, overdue: 0 };
  const counts: SectionCounts = { 'needs-you': none, waiting: none, proving: none };
  for (const { section, all, overdue } of rows) counts[section] = { all, overdue };
  return counts;
}
