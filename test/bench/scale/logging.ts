import { sql } from 'kysely';
import type { Db } from '../../../src/database/open.ts';
import { REFUSALS } from '../../../src/demo/replies.ts';
import { type Measured, posting, run } from './load.ts';
import { startOurs, TOKEN, type Where } from './servers.ts';
import { withRowsTakenBack } from './take-back.ts';

export type Logged = Measured & { connections: number; committed: number };

/** Refusals of many providers, each of an address that no incident has yet. */
function reports(): () => { report: string; addresses: string[]; provider: string } {
  const refusals = Object.entries(REFUSALS).flatMap(([provider, [refusal]]) =>
    refusal ? [{ provider, ...refusal }] : [],
  );
  let turn = 0;
  return () => {
    const { provider, text } = refusals[turn % refusals.length] ?? { provider: 'gmail', text: '' };
    turn += 1;
    const ip = `2001:db8:fff0:${(turn >> 12).toString(16)}::${((turn & 0xfff) + 1).toString(16)}`;
    return { report: text.replaceAll('{ip}', ip), addresses: [ip], provider };
  };
}

const incidents = async (db: Db) =>
  (await sql<{ n: number }>`select count(*) as n from incidents`.execute(db)).rows[0]?.n ?? 0;

/** Blocks logged over HTTP, and how many of them the database has afterwards. */
export async function measureLogging(
  db: Db,
  where: Where,
  connections: number[],
  seconds: number,
): Promise<{ figures: Logged[]; most: number }> {
  return withRowsTakenBack(db, async () => {
    const server = await startOurs(where);
    const figures: Logged[] = [];
    const next = posting('/api/v1/incidents', { authorization: `Bearer ${TOKEN}` }, reports());
    try {
      await run({ port: server.port, next, connections: 2, seconds: 0.5 });
      for (const count of connections) {
        const before = await incidents(db);
        const measured = await run({ port: server.port, next, connections: count, seconds });
        figures.push({ ...measured, connections: count, committed: (await incidents(db)) - before });
      }
      return { figures, most: server.memory().most };
    } finally {
      await server.stop();
    }
  });
}
