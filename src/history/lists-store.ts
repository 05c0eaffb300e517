import { sql } from 'kysely';
import { type Network, networkText } from '../addresses/address.ts';
import type { Db } from '../database/open.ts';
import { cutPage } from '../database/page.ts';
import { numbersOf } from '../incidents/of-network.ts';
import type { Verdict } from '../providers/schema.ts';
import type { About } from './as-of-store.ts';

export type LetterSent = {
  id: number;
  number: number;
  provider: string;
  round: string;
  template: string;
  sentAt: Date;
  verdict: Verdict | null;
  answerStep: number | null;
  mitigationStep: number | null;
};
type Place = { at: Date; id: number };

/** Letters that asked for something and what came of them, the newest first. */
export async function lettersSent(
  db: Db,
  about: About,
  { limit, after }: { limit: number; after?: Place | undefined },
): Promise<{ items: LetterSent[]; next: Place | null }> {
  const whose = about.network
    ? sql`o.incident_number in ${numbersOf(about.network)}`
    : sql`o.provider = ${about.provider}`;
  const { rows } = await sql<LetterSent>`
    select o.letter_id as id, o.incident_number as number, o.provider, o.round, o.template, o.sent_at as "sentAt",
      o.verdict, o.answer_step as "answerStep", o.mitigation_step as "mitigationStep"
    from letter_outcomes o
    where ${whose} ${after ? sql`and (o.sent_at, o.letter_id) < (${after.at}::timestamptz, ${after.id}::bigint)` : sql``}
    order by o.sent_at desc, o.letter_id desc limit ${limit + 1}`.execute(db);
  return cutPage(rows, limit, (last) => ({ at: last.sentAt, id: last.id }));
}

export type ListingSeen = {
  id: number;
  address: string;
  lists: string[];
  firstSeenAt: Date;
  lastSeenAt: Date;
  until: Date | null;
};

/** When addresses of a network were found in public lists, the newest first. */
export async function listingsSeen(
  db: Db,
  network: Network,
  { limit, before }: { limit: number; before?: number | undefined },
): Promise<{ items: ListingSeen[]; next: number | null }> {
  const { rows } = await sql<ListingSeen>`
    select s.id, s.address::text as address, s.first_seen_at as "firstSeenAt", s.last_seen_at as "lastSeenAt",
      s.superseded_at as until,
      array(select fact ->> 'label' from jsonb_array_elements(s.facts) fact where fact ->> 'outcome' = 'bad') as lists
    from snapshots s
    where s.address <<= ${network.cidr}::inet and s.kind = 'public-lists' and s.outcome = 'bad'
      ${before === undefined ? sql`` : sql`and s.id < ${before}`}
    order by s.id desc limit ${limit + 1}`.execute(db);
  const { items, next } = cutPage(rows, limit, ({ id }) => id);
  return { items: items.map((row) => ({ ...row, address: networkText(row.address) })), next };
}
