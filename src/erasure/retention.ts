import { sql } from 'kysely';
import { changesBetween } from '../audit/changes.ts';
import { note } from '../audit/note.ts';
import type { Db, Trx } from '../database/open.ts';
import type { RetentionRow } from '../database/tables.ts';
import type { Actor } from '../web/access.ts';
import { SYSTEM } from '../web/access.ts';
import { pairOf, pseudonym } from './pairs.ts';
import { REMOVED } from './replace.ts';
import { eraseAs, erasePairs, numberOf, ownAddresses } from './store.ts';

type Retention = Pick<RetentionRow, 'sources_months' | 'addresses_months'>;

/** Messages or reports, and addresses, of one round. */
const SOURCES = 500;
const ADDRESSES = 50;

/** Addresses of desks and functions, which are nobody's own (RFC 2142 and what providers use). */
const OF_NOBODY =
  '^(?:abuse|admin|bounces?|contact|delist\\S*|hostmaster|help(?:desk)?|info|mailer-daemon|no-?reply|noc|postmaster|security|service|support|tosa|unblock\\S*|webmaster)@';

export const readRetention = async (db: Db | Trx): Promise<RetentionRow | undefined> =>
  db.selectFrom('retention').selectAll().executeTakeFirst();

export async function saveRetention(trx: Trx, actor: Actor, given: Retention): Promise<void> {
  const before = (await readRetention(trx)) ?? { sources_months: null, addresses_months: null };
  const values = { ...given, changed_by_name: actor.name };
  await trx
    .insertInto('retention')
    .values(values)
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ ...values, changed_at: sql<Date>`now()` }))
    .execute();
  await note(trx, actor, 'retention-changed', { detail: { changes: changesBetween(before, given) } });
}

/** What is of no incident, or of one that is closed. */
const IS_OVER = sql`(m.incident_number is null or exists (
  select from incidents i where i.number = m.incident_number and i.state = 'closed'))`;
const olderThan = (months: number) => sql`now() - make_interval(months => ${months}::integer)`;

/** Originals of old messages and reports. Their texts stay, and so do their hashes: what once was here can be recognised. */
async function removeOldSources(trx: Trx, months: number): Promise<number> {
  const removed = sql`convert_to(${REMOVED}, 'UTF8')`;
  const { rows: messages } = await sql<{ incident: number | null }>`
    update messages set raw = ${removed}, raw_type = 'text/plain' where id in (
      select m.id from messages m where m.at < ${olderThan(months)} and m.raw <> ${removed} and ${IS_OVER}
        and not exists (select from dispatches d where d.message_id = m.id
          and d.state in ('queued', 'sending', 'deferred', 'delivered-unknown'))
      order by m.id limit ${SOURCES}) returning incident_number as incident`.execute(trx);
  const { rows: files } = await sql`
    update attachments set content = '' where id in (
      select a.id from attachments a join messages m on m.id = a.message_id
      where m.at < ${olderThan(months)} and length(a.content) > 0 and ${IS_OVER} limit ${SOURCES})
    returning id`.execute(trx);
  const { rows: reports } = await sql<{ id: number }>`
    update reports set raw = ${removed} where id in (
      select r.id from reports r where r.received_at < ${olderThan(months)} and r.raw <> ${removed}
        and not exists (select from incident_reports ir join incidents i on i.number = ir.incident_number
          where ir.report_id = r.id and i.state <> 'closed')
      order by r.id limit ${SOURCES}) returning id`.execute(trx);
  const counts = { messages: messages.length, attachments: files.length, reports: reports.length };
  const all = messages.length + files.length + reports.length;
  if (all === 0) return 0;
  const incidents = [...new Set(messages.flatMap(({ incident }) => incident ?? []))].sort((a, b) => a - b);
  await eraseAs(
    trx,
    SYSTEM,
    { kind: 'sources', became: [], reason: `Originals are kept for ${months} months.` },
    async () => ({
      counts: Object.fromEntries(Object.entries(counts).filter(([, rows]) => rows > 0)),
      incidents,
    }),
  );
  return all;
}

/** People whose newest message is old, by address. */
async function oldAddresses(trx: Trx, months: number): Promise<string[]> {
  const own = await ownAddresses(trx);
  const { rows } = await sql<{ address: string }>`
    select address from (
      select lower((regexp_match(case when m.direction = 'in' then m.from_address else m.to_address end,
          '([^\\s<>"(),;:]+@[A-Za-z0-9.-]+)>?\\s*$'))[1]) as address,
        m.at < ${olderThan(months)} and ${IS_OVER} as is_old
      from messages m) one
    where address is not null group by address having bool_and(is_old)
      and address !~ ${OF_NOBODY} order by address limit ${ADDRESSES + own.size}`.execute(trx);
  return rows
    .map(({ address }) => address)
    .filter((address) => !own.has(address))
    .slice(0, ADDRESSES);
}

async function eraseOldAddresses(trx: Trx, months: number): Promise<number> {
  const addresses = await oldAddresses(trx, months);
  if (addresses.length === 0) return 0;
  const became: string[] = [];
  const pairs = [];
  for (const address of addresses) {
    const word = pseudonym(await numberOf(trx, address));
    became.push(word);
    pairs.push(pairOf(address, word));
  }
  const reason = `Addresses are kept for ${months} months after the last message.`;
  await erasePairs(trx, SYSTEM, { kind: 'retention', became, reason }, pairs);
  return addresses.length;
}

/** A round of what is set, if anything is. Returns how many originals and addresses went. */
export async function keepRetention(db: Db): Promise<{ sources: number; addresses: number }> {
  const { sources_months, addresses_months } = (await readRetention(db)) ?? {};
  return {
    sources: sources_months
      ? await db.transaction().execute((trx) => removeOldSources(trx, sources_months))
      : 0,
    addresses: addresses_months
      ? await db.transaction().execute((trx) => eraseOldAddresses(trx, addresses_months))
      : 0,
  };
}
