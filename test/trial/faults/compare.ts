import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import { type Db, openDatabase } from '../../../src/database/open.ts';
import type { FakeSmtp } from '../../mail-out/smtp.fixture.ts';
import type { Acknowledged } from './load.ts';

export type Held = {
  kind: string;
  acknowledged: number;
  there: number;
  missing: number;
  twice: number;
  /** What else was found, in words. */
  more?: string;
};

/** How often each text of a column is there. */
async function times(
  db: Db,
  statement: ReturnType<typeof sql<{ text: string; n: number }>>,
): Promise<Map<string, number>> {
  const { rows } = await statement.execute(db);
  return new Map(rows.map(({ text, n }) => [text, Number(n)]));
}

function held(kind: string, wanted: Set<string>, found: Map<string, number>): Held {
  return {
    kind,
    acknowledged: wanted.size,
    there: found.size,
    missing: [...wanted].filter((one) => !found.has(one)).length,
    twice: [...found.values()].filter((n) => n > 1).length,
  };
}

const incidents = (db: Db) =>
  times(
    db,
    sql`select host(a.network) as text, count(*) as n from incident_addresses ia
      join addresses a on a.id = ia.address_id group by a.network`,
  );

const notes = (db: Db) =>
  times(
    db,
    sql`select detail->>'text' as text, count(*) as n from timeline_entries where kind = 'note-added' group by 1`,
  );

/** By the Message-ID in the octets that came: they are with the arrival until a message holds them. */
const mails = (db: Db) =>
  times(
    db,
    sql`select substring(encode(coalesce(a.raw, m.raw), 'escape') from 'Message-ID: <([^>]+)>') as text, count(*) as n
      from arrivals a left join messages m on m.arrival_id = a.id group by 1`,
  );

async function deliveries(db: Db, acknowledged: number): Promise<Held> {
  const sums = await Promise.all(
    (['observed_minutes', 'observed_hours'] as const).map((table) =>
      db
        .selectFrom(table)
        .select(sql<number>`coalesce(sum(count), 0)::bigint`.as('n'))
        .executeTakeFirstOrThrow(),
    ),
  );
  const [minutes = 0, hours = 0] = sums.map(({ n }) => Number(n));
  return {
    kind: 'deliveries of log batches',
    acknowledged,
    there: minutes,
    missing: Math.max(0, acknowledged - Math.min(minutes, hours)),
    twice: Math.max(0, Math.max(minutes, hours) - acknowledged),
  };
}

/** Each asked check has ended, and is told once. */
async function checks(db: Db, asked: Set<number>): Promise<Held> {
  const { rows } = await sql<{ incident: number; ended: number; told: number; open: number }>`
    select c.incident_number as incident, count(*) filter (where c.finished_at is not null)::integer as ended,
      count(*) filter (where c.finished_at is null)::integer as open,
      (select count(*) from timeline_entries e where e.incident_number = c.incident_number and e.kind = 'evidence-checked')::integer as told
    from checks c where c.incident_number = any(${[...asked]}) group by 1`.execute(db);
  return {
    kind: 'checks of evidence',
    acknowledged: asked.size,
    there: rows.length,
    missing: asked.size - rows.length + rows.filter(({ open }) => open > 0).length,
    twice: rows.filter(({ ended, told }) => told > ended).length,
  };
}

/** A letter that is said to be sent is at the receiver; one that may have been is said to be uncertain; none came twice. */
async function letters(db: Db, sent: Set<number>, receiver: FakeSmtp): Promise<Held> {
  const { rows } = await sql<{ id: number; message_id: string; state: string }>`
    select m.letter_id as id, m.message_id, d.state from dispatches d join messages m on m.id = d.message_id`.execute(
    db,
  );
  const came = new Map<string, number>();
  for (const mail of receiver.messages) {
    const id = /^Message-ID: <([^>]+)>/im.exec(mail.toString('latin1'))?.[1] ?? '';
    came.set(id, (came.get(id) ?? 0) + 1);
  }
  const bare = (id: string) => id.replace(/^<|>$/g, '');
  const known = new Set(rows.map(({ id }) => id));
  const lost = rows.filter((one) => one.state === 'sent' && !came.has(bare(one.message_id)));
  const states = Object.entries(Object.groupBy(rows, ({ state }) => state)).map(
    ([state, all]) => `${state} ${all?.length ?? 0}`,
  );
  return {
    kind: 'letters sent by mail',
    acknowledged: sent.size,
    there: rows.length,
    missing: [...sent].filter((id) => !known.has(id)).length + lost.length,
    twice: [...came.values()].filter((n) => n > 1).length,
    more: `${states.join(', ')}; ${receiver.messages.length} at the receiver`,
  };
}

/** Work that is under way: it ends by itself, also what a killed process had begun. */
async function underWay(db: Db): Promise<string[]> {
  const { rows } = await sql<{ what: string; n: number }>`
    select 'arrivals' as what, count(*) as n from arrivals where state = 'new'
    union all select 'dispatches', count(*) from dispatches where state in ('queued', 'sending')
    union all select 'checks', count(*) from checks where finished_at is null`.execute(db);
  return rows.filter(({ n }) => Number(n) > 0).map(({ what, n }) => `${n} ${what}`);
}

export async function settled(
  databaseUrl: string,
  seconds: number,
  tell: (words: string) => void,
): Promise<boolean> {
  const { db, close } = await openDatabase({ databaseUrl, dataDir: '' });
  try {
    let left: string[] = [];
    for (let second = 0; second < seconds; second += 5) {
      left = await underWay(db);
      if (left.length === 0) return true;
      await wait(5000);
    }
    tell(`after ${seconds} s there is left: ${left.join(', ')}`);
    return false;
  } finally {
    await close();
  }
}

/** What the desk acknowledged, held against what its database has. */
export async function compare(databaseUrl: string, said: Acknowledged, receiver: FakeSmtp): Promise<Held[]> {
  const { db, close } = await openDatabase({ databaseUrl, dataDir: '' });
  try {
    return [
      held('blocks logged', said.incidents, await incidents(db)),
      held('notes', said.notes, await notes(db)),
      held('mails taken in', said.mails, await mails(db)),
      await deliveries(db, said.deliveries),
      await checks(db, said.checks),
      await letters(db, said.letters, receiver),
    ];
  } finally {
    await close();
  }
}
