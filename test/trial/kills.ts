import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import { logScanners } from '../../src/cli/log-scanners.ts';
import { readConfig } from '../../src/config.ts';
import { openDatabase } from '../../src/database/open.ts';
import type { Observation } from '../../src/observations/observation.ts';
import { writePostfixLog } from '../bench/postfix-log.ts';
import { startServer } from '../bench/server.ts';
import { chooser, seeded } from '../seeded.ts';
import { command, startAgent } from './desk.ts';

export type Kills = {
  lines: number;
  seed: number;
  /** How often one of the two is killed. */
  kills: number;
  /** The database of the server; left out: an embedded one. */
  databaseUrl?: string;
  port: number;
  tell?: (words: string) => void;
};
/** Deliveries by outcome: as one pass over the log counts them, and as the desk has them. */
export type Counts = Record<string, number>;
export type KillsResult = {
  wanted: Counts;
  counted: Counts;
  /** Incidents that were opened, and how many different addresses at providers they are about: the same number. */
  incidents: number;
  blocks: number;
  agents: number;
  servers: number;
  seconds: number;
};

/** How old the log's first line is: young enough for its blocks to open incidents. */
const HOURS = 12;

/** What an agent says of a host with one address. */
const FACTS = { timeZone: 'UTC', address: '198.51.100.200', host: 'mx-out1' };

function countsOf(log: string): Counts {
  const scanner = logScanners({ ...FACTS, tell: () => undefined })();
  scanner.push(readFileSync(log));
  scanner.finish();
  const counts: Counts = {};
  for (let rows: Observation[] = scanner.take(); rows.length > 0; rows = scanner.take())
    for (const row of rows)
      if (row.outcome === 'accepted' || row.reason !== 'not-a-block')
        counts[row.outcome] = (counts[row.outcome] ?? 0) + row.count;
  return counts;
}

/** What the desk has counted, by minute and by hour, which must be the same; and the incidents that followed. */
async function counted(environment: Record<string, string>) {
  const { db, close } = await openDatabase(readConfig(environment));
  const read = async (table: 'observed_minutes' | 'observed_hours'): Promise<Counts> => {
    const rows = await db
      .selectFrom(table)
      .select(['outcome', sql<number>`sum(count)::bigint`.as('count')])
      .groupBy('outcome')
      .execute();
    return Object.fromEntries(rows.map(({ outcome, count }) => [outcome, count]));
  };
  try {
    const [minutes, hours] = [await read('observed_minutes'), await read('observed_hours')];
    const same = Object.keys({ ...minutes, ...hours }).every((key) => minutes[key] === hours[key]);
    if (!same) throw new Error(`by minute ${JSON.stringify(minutes)}, by hour ${JSON.stringify(hours)}`);
    const opened = await db
      .selectFrom('incidents as i')
      .innerJoin('incident_addresses as a', 'a.incident_number', 'i.number')
      .select([
        sql<number>`count(*)::bigint`.as('incidents'),
        sql<number>`count(distinct (i.provider, a.address_id))::bigint`.as('blocks'),
      ])
      .executeTakeFirstOrThrow();
    return { counted: minutes, ...opened };
  } finally {
    await close();
  }
}

/**
 * A log is written while an agent follows it, and agent and server are killed with kill -9 again and again, at
 * moments that the seed chooses. At the end each line must have been counted once.
 */
export async function killBoth({ lines, seed, kills, databaseUrl, port, tell }: Kills): Promise<KillsResult> {
  const folder = mkdtempSync(join(tmpdir(), 'delist-desk-kills-'));
  const [whole, log] = [join(folder, 'whole.log'), join(folder, 'mail.log')];
  const home: Record<string, string> = { DATA_DIR: join(folder, 'desk'), PORT: String(port) };
  if (databaseUrl) home['DATABASE_URL'] = databaseUrl;
  const token = command(['token', 'create', '--name', 'kills', '--scope', 'write'], home);
  await writePostfixLog(whole, lines, 'deliveries', Date.now() - HOURS * 3_600_000);
  const text = readFileSync(whole);
  const { between, chance } = chooser(seeded(seed));
  const start = performance.now();
  const startDesk = () => startServer(['src/main.js'], home);
  const agentArgs = ['--url', `http://127.0.0.1:${port}`, '--state', join(folder, 'agent')];
  const facts = ['--host', FACTS.host, '--address', FACTS.address, '--time-zone', FACTS.timeZone, log];
  const follow = (...more: string[]) =>
    startAgent([...more, ...agentArgs, ...facts], { DELIST_DESK_TOKEN: token }, () => undefined);
  const killed = { agents: 0, servers: 0 };
  appendFileSync(log, '');
  let server = await startDesk();
  let agent = follow('--follow');
  let written = 0;
  const write = (until: number) => {
    appendFileSync(log, text.subarray(written, until));
    written = Math.max(written, until);
  };
  try {
    for (let kill = 1; kill <= kills; kill++) {
      // Cut anywhere, in a line too.
      write(Math.floor((text.length * kill) / (kills + 1)) + between(-2000, 2000));
      await wait(between(0, 3000));
      if (chance(0.5)) {
        await agent.stop('SIGKILL');
        killed.agents += 1;
        agent = follow('--follow');
      } else {
        await server.stop('SIGKILL');
        killed.servers += 1;
        server = await startDesk();
      }
      tell?.(
        `kill ${kill}: ${killed.agents} agents, ${killed.servers} servers, ${written} octets of the log written`,
      );
    }
    write(text.length);
    await agent.stop('SIGKILL');
    killed.agents += 1;
    agent = follow();
    const status = await agent.exit;
    if (status !== 0) throw new Error(`The last agent ended with ${status}.`);
    await server.stop('SIGKILL');
    killed.servers += 1;
    const seconds = (performance.now() - start) / 1000;
    return { wanted: countsOf(log), ...(await counted(home)), ...killed, seconds };
  } finally {
    await agent.stop('SIGKILL');
    await server.stop('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}
