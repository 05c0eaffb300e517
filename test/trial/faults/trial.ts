import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { PROFILE } from '../../desk.ts';
import { chooser, seeded } from '../../seeded.ts';
import { apiOf } from '../desk.ts';
import { Cluster, whyNoCluster } from './cluster.ts';
import { compare, type Held, settled } from './compare.ts';
import { Desks } from './desks.ts';
import { furnish, SECRET_KEY, TOKEN } from './furnish.ts';
import { Load, receiverOf } from './load.ts';

type Tell = (words: string) => void;
type Choose = ReturnType<typeof chooser>;

/** What can go wrong, and how often it does beside the others. */
const FAULTS: { name: string; share: number; cause: (trial: Trial) => Promise<string> }[] = [
  {
    name: 'kills',
    share: 12,
    cause: async ({ desks, choose }) => {
      const index = choose.between(0, desks.count - 1);
      await desks.kill(index);
      return `server ${index} killed with kill -9`;
    },
  },
  {
    name: 'kills of both',
    share: 3,
    cause: async ({ desks }) => {
      await Promise.all([desks.kill(0), desks.kill(1)]);
      return 'both servers killed at once';
    },
  },
  {
    name: 'freezes',
    share: 3,
    cause: async ({ desks, choose }) => {
      const [index, ms] = [choose.between(0, desks.count - 1), choose.between(3000, 75_000)];
      await desks.freeze(index, ms);
      return `server ${index} frozen for ${Math.round(ms / 1000)} s, and woken`;
    },
  },
  {
    name: 'clock jumps',
    share: 3,
    cause: async ({ desks, choose }) => {
      if (!desks.canJump) return 'no clock jumps: libfaketime is not installed';
      const [index, seconds] = [choose.between(0, desks.count - 1), choose.between(-7200, 7200)];
      desks.jump(index, seconds);
      await wait(8000);
      desks.jump(index, 0);
      return `the clock of server ${index} jumped by ${seconds} s, and back`;
    },
  },
  {
    name: 'database restarts',
    share: 3,
    cause: async ({ cluster }) => {
      await cluster.restart();
      return 'the database was stopped at once and started again';
    },
  },
];

type Trial = { desks: Desks; cluster: Cluster; choose: Choose };

function oneOf({ between }: Choose): (typeof FAULTS)[number] {
  let at = between(
    1,
    FAULTS.reduce((sum, { share }) => sum + share, 0),
  );
  for (const fault of FAULTS) {
    at -= fault.share;
    if (at <= 0) return fault;
  }
  return FAULTS[0] as (typeof FAULTS)[number];
}

type Options = { minutes: number; seed: number; pauseMs: number; port: number; tell: Tell };

/** Faults come until half of the time is over, then the primary is lost, then they go on. */
async function wreck(trial: Trial, load: Load, { minutes, tell }: Options): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const count = (name: string) => {
    counts[name] = (counts[name] ?? 0) + 1;
  };
  const end = Date.now() + minutes * 60_000;
  const half = Date.now() + minutes * 30_000;
  while (Date.now() < end) {
    await wait(trial.choose.between(1000, 12_000));
    const isLost = Date.now() > half && counts['failovers'] === undefined;
    const fault = oneOf(trial.choose);
    const words = isLost ? 'the primary was lost, and the standby took its place' : await fault.cause(trial);
    if (isLost) await trial.cluster.failOver();
    count(isLost ? 'failovers' : fault.name);
    const ended = await trial.desks.startAgain();
    if (ended > 0)
      counts['servers that ended by themselves'] = (counts['servers that ended by themselves'] ?? 0) + ended;
    const { incidents, mails, letters } = load.acknowledged;
    tell(`${words}; so far ${incidents.size} blocks, ${mails.size} mails, ${letters.size} letters`);
  }
  return counts;
}

export type FaultResult = {
  held: Held[];
  faults: Record<string, number>;
  failures: number;
  refusals: string[];
  isSettled: boolean;
};

export async function runFaults(options: Options): Promise<FaultResult> {
  const { port, seed, pauseMs, tell } = options;
  const folder = mkdtempSync(join(tmpdir(), 'delist-desk-faults-'));
  chmodSync(folder, 0o755);
  const cluster = new Cluster(join(folder, 'cluster'), {
    door: port + 4,
    primary: port + 5,
    standby: port + 6,
  });
  const lmtp = [port + 2, port + 3];
  const ends: (() => Promise<void>)[] = [];
  try {
    await cluster.start();
    ends.push(() => cluster.stop());
    const receiver = await receiverOf(ends);
    await furnish(cluster.url, receiver.port);
    const environment = {
      DATABASE_URL: cluster.url,
      DELIST_DESK_BOOTSTRAP_TOKEN: TOKEN,
      SECRET_KEY,
      // Nobody answers there: every look-up is unknown soon.
      DNS_SERVERS: '127.0.0.1:9',
    };
    const desks = new Desks(folder, [port, port + 1], environment, lmtp);
    await desks.start();
    ends.push(() => desks.stop());
    await apiOf(desks.urls[0] as string, TOKEN)('PUT', '/profile', PROFILE);
    const load = new Load({ urls: desks.urls, lmtp, token: TOKEN }, pauseMs);
    load.start();
    const faults = await wreck({ desks, cluster, choose: chooser(seeded(seed)) }, load, options);
    await load.stop();
    tell('No more faults and no more load; what is under way comes to its end.');
    const isSettled = await settled(cluster.url, 600, tell);
    const held = await compare(cluster.url, load.acknowledged, receiver);
    return { held, faults, failures: load.failures, refusals: load.refusals, isSettled };
  } finally {
    for (const end of ends.reverse()) await end().catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `npm run trial -- faults [--minutes N] [--seed N] [--pause MS]` */
export async function faultTrial(args: string[]): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ args, options: { minutes: text, seed: text, pause: text } });
  const start = performance.now();
  const tell: Tell = (words) =>
    void process.stdout.write(`${((performance.now() - start) / 1000).toFixed(1).padStart(7)} s  ${words}\n`);
  const reason = whyNoCluster();
  if (reason) {
    tell(`The trial is skipped: ${reason}`);
    return 0;
  }
  const result = await runFaults({
    minutes: Number(values.minutes ?? 30),
    seed: Number(values.seed ?? 1),
    pauseMs: Number(values.pause ?? 100),
    port: Number(process.env['PORT'] || 3950),
    tell,
  });
  for (const [name, n] of Object.entries(result.faults)) tell(`${name}: ${n}`);
  tell(`${result.failures} requests and mails had no answer and were given again`);
  for (const one of result.held)
    tell(
      `${one.kind}: ${one.acknowledged} acknowledged, ${one.there} there, ${one.missing} missing, ${one.twice} twice${one.more ? ` (${one.more})` : ''}`,
    );
  for (const one of result.refusals.slice(0, 20)) tell(`refused: ${one}`);
  const isGood = result.isSettled && result.held.every(({ missing, twice }) => missing === 0 && twice === 0);
  tell(
    isGood && result.refusals.length === 0 ? 'proven: each acknowledged thing is there once' : 'NOT PROVEN',
  );
  return isGood && result.refusals.length === 0 ? 0 : 1;
}
