import { sql } from 'kysely';
import type { Trx } from '../../database/open.ts';
import { MOVED } from './pointers.ts';

/** Which rows went where with a merge, and the way back. */
export type Merge = { id: number; merged: number; survivor: number };

const keep = (merge: Merge, what: string) => sql`insert into incident_moves (merge_id, what, key)
  select ${merge.id}::bigint, ${what}::text, key from moved`;

/** Rows that only the incident's own number names are kept under 0. */
const keyOf = (key: string) => (key === 'incident_number' ? sql`0` : sql.ref(key));

async function movePointers(trx: Trx, merge: Merge): Promise<void> {
  for (const { table, key, unless } of MOVED)
    await sql`with moved as (
        update ${sql.table(table)} as mine set incident_number = ${merge.survivor}
        where incident_number = ${merge.merged} ${
          unless
            ? sql`and not exists (select 1 from ${sql.table(table)} as theirs
                where theirs.incident_number = ${merge.survivor} and ${sql.raw(unless)})`
            : sql``
        }
        returning ${keyOf(key)} as key)
      ${keep(merge, table)}`.execute(trx);
}

async function returnPointers(trx: Trx, merge: Merge): Promise<void> {
  for (const { table, key } of MOVED)
    await sql`update ${sql.table(table)} as mine set incident_number = ${merge.merged}
      from incident_moves v where v.merge_id = ${merge.id} and v.what = ${table}
        and v.key = ${key === 'incident_number' ? sql`0` : sql`mine.${sql.ref(key)}`}
        and mine.incident_number = ${merge.survivor}`.execute(trx);
}

/** An address that both have stands once while they are one. */
async function moveAddresses(trx: Trx, merge: Merge): Promise<void> {
  await sql`with moved as (
      delete from incident_addresses as mine where incident_number = ${merge.merged}
        and exists (select 1 from incident_addresses theirs
          where theirs.incident_number = ${merge.survivor} and theirs.address_id = mine.address_id)
      returning address_id as key)
    ${keep(merge, 'incident_addresses of both')}`.execute(trx);
  await sql`with moved as (
      update incident_addresses set incident_number = ${merge.survivor} where incident_number = ${merge.merged}
      returning address_id as key)
    ${keep(merge, 'incident_addresses')}`.execute(trx);
}

async function returnAddresses(trx: Trx, merge: Merge): Promise<void> {
  await sql`update incident_addresses as mine set incident_number = ${merge.merged}
    from incident_moves v where v.merge_id = ${merge.id} and v.what = 'incident_addresses'
      and v.key = mine.address_id and mine.incident_number = ${merge.survivor}`.execute(trx);
  await sql`insert into incident_addresses (incident_number, address_id)
    select ${merge.merged}::integer, key::integer from incident_moves
    where merge_id = ${merge.id} and what = 'incident_addresses of both'
    on conflict do nothing`.execute(trx);
}

/**
 * Links of one with third incidents become links of the other, where it has none to the same. A link is kept from the
 * newer to the older number: where that order turns, so does the direction of its kind.
 */
async function relink(trx: Trx, from: number, to: number, others: ReturnType<typeof sql>): Promise<number[]> {
  const { rows } = await sql<{ key: number }>`with mine as (
      select case when incident_number = ${from} then linked_number else incident_number end as other,
        kind, created_at,
        -- Whether the kind reads from the one that moves.
        (incident_number = ${from}) <> from_older as reads_from_mine
      from incident_links where incident_number = ${from} or linked_number = ${from}),
    gone as (
      select m.* from mine m where m.other <> ${to} and ${others} and not exists (
        select 1 from incident_links l where l.incident_number = greatest(m.other, ${to}::integer)
          and l.linked_number = least(m.other, ${to}::integer))),
    deleted as (
      delete from incident_links l using gone g
      where l.incident_number = greatest(g.other, ${from}::integer) and l.linked_number = least(g.other, ${from}::integer)),
    written as (
      insert into incident_links (incident_number, linked_number, kind, created_at, from_older)
      select greatest(other, ${to}::integer), least(other, ${to}::integer), kind, created_at,
        reads_from_mine <> (${to}::integer > other)
      from gone returning 1)
    select other as key from gone`.execute(trx);
  return rows.map((row) => row.key);
}

async function moveLinks(trx: Trx, merge: Merge): Promise<void> {
  const others = await relink(trx, merge.merged, merge.survivor, sql`true`);
  if (others.length > 0)
    await trx
      .insertInto('incident_moves')
      .values(others.map((key) => ({ merge_id: merge.id, what: 'incident_links', key })))
      .execute();
}

const returnLinks = (trx: Trx, merge: Merge) =>
  relink(
    trx,
    merge.survivor,
    merge.merged,
    sql`m.other in (select key from incident_moves where merge_id = ${merge.id} and what = 'incident_links')`,
  );

/** What was merged into the one before is a part of the survivor as well. */
const moveParts = (trx: Trx, merge: Merge) =>
  sql`with moved as (
      update incidents set merged_into = ${merge.survivor} where merged_into = ${merge.merged} returning number as key)
    ${keep(merge, 'incidents')}`.execute(trx);

const returnParts = (trx: Trx, merge: Merge) =>
  sql`update incidents set merged_into = ${merge.merged} from incident_moves v
    where v.merge_id = ${merge.id} and v.what = 'incidents' and v.key = incidents.number`.execute(trx);

/** Moves all that points at the one to the survivor, and keeps which rows did. */
export async function moveAll(trx: Trx, merge: Merge): Promise<void> {
  await movePointers(trx, merge);
  await moveAddresses(trx, merge);
  await moveLinks(trx, merge);
  await moveParts(trx, merge);
}

/** Puts back what moved and is still there; what came to the survivor afterwards stays. */
export async function returnAll(trx: Trx, merge: Merge): Promise<void> {
  await returnPointers(trx, merge);
  await returnAddresses(trx, merge);
  await returnLinks(trx, merge);
  await returnParts(trx, merge);
}
