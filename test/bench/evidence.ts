import { spawnSync } from 'node:child_process';
import { promises as dns } from 'node:dns';
import { fileURLToPath } from 'node:url';
import { noRbldnsd, type Rbldnsd, startRbldnsd } from '../dns/rbldnsd.fixture.ts';
import { startFarServer } from './far-server.ts';
import { median, print, ratio } from './figures.ts';
import { askAll, dataSets, isListed, type Sweep, sweep, ZONES } from './lists.ts';

/**
 * 256 addresses looked up in 40 block lists of an rbldnsd here, beside a bare loop over the same names with Node’s
 * resolver; then with the lists 40 ms away, and two of them dead; then 4,096 addresses. Sides take turns.
 */

const RANGE = '198.51.100.0/24';
const TURNS = 7;
const FAR = 40;
const names = Array.from({ length: 256 }, (_, last) => last).flatMap((last) =>
  ZONES.map((zone) => `${last}.100.51.198.${zone}`),
);
const LISTINGS = names.filter((_, at) => isListed(Math.floor(at / ZONES.length), at % ZONES.length)).length;

type Took = { wall: number; cpu: number };

async function timed(work: () => Promise<unknown>): Promise<Took> {
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { wall: performance.now() - started, cpu: (user + system) / 1000 };
}

/** So many at a time, nothing but the look-up: what Node’s resolver can do at best. */
async function bareLoop(server: string, atOnce: number): Promise<void> {
  const resolver = new dns.Resolver({ timeout: 2000, tries: 3 });
  resolver.setServers([server]);
  let [next, listed] = [0, 0];
  const worker = async () => {
    for (let name = names[next++]; name !== undefined; name = names[next++])
      try {
        await resolver.resolve4(name);
        listed += 1;
      } catch {
        // Most are on no list.
      }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  if (listed !== LISTINGS) throw new Error(`the bare loop found ${listed} of ${LISTINGS} listings`);
}

function held(found: Sweep, expected: Sweep): void {
  const [seen, wanted] = [found, expected].map((each) => JSON.stringify(each));
  if (seen !== wanted) throw new Error(`found ${seen} and not ${wanted}`);
}

const whole: Sweep = { listed: LISTINGS, unknown: 0, clean: names.length - LISTINGS };
const middle = (all: Took[], of: keyof Took): number => median(all.map((one) => one[of]));

/** In turns, the first of which warms up. */
async function inTurns(sides: Map<string, () => Promise<unknown>>): Promise<Map<string, Took[]>> {
  const took = new Map<string, Took[]>([...sides.keys()].map((side) => [side, []]));
  for (let turn = 0; turn <= TURNS; turn += 1)
    for (const [side, work] of sides) {
      const one = await timed(work);
      if (turn > 0) took.get(side)?.push(one);
    }
  return took;
}

async function foundAll(server: string): Promise<void> {
  const found = await askAll(server, names);
  if (found !== LISTINGS) throw new Error(`${found} of ${LISTINGS} listings were found`);
}

async function near(server: string): Promise<void> {
  const took = await inTurns(
    new Map([
      ...[32, 64, 96, 128].map((atOnce) => [`bare ${atOnce}`, () => bareLoop(server, atOnce)] as const),
      ['ask', () => foundAll(server)] as const,
      ['sweep', async () => held(await sweep(server, RANGE), whole)] as const,
    ]),
  );
  for (const [of, words] of [
    ['wall', 'look-ups/s'],
    ['cpu', 'look-ups/s of computing time'],
  ] as const) {
    const perSecond = (side: string) => (names.length / middle(took.get(side) ?? [], of)) * 1000;
    const bare = Math.max(...[...took.keys()].filter((side) => side.startsWith('bare')).map(perSecond));
    print(`${names.length} look-ups in a bare loop, at its best`, bare, words);
    print('  through ask, with its limits', perSecond('ask'), words);
    ratio(perSecond('ask'), bare, '≥ 0.8');
    print('  256 addresses with rows, claims and raw answers', perSecond('sweep'), words);
    ratio(perSecond('sweep'), bare, '≥ 0.8');
  }
}

async function deadOnes(server: string): Promise<void> {
  const dead = ZONES.slice(0, 2);
  const lost = names.filter((name) => dead.some((zone) => name.endsWith(`.${zone}`)));
  const missed = lost.filter((name) =>
    isListed(
      Number.parseInt(name, 10),
      ZONES.findIndex((zone) => name.endsWith(`.${zone}`)),
    ),
  );
  const left: Sweep = {
    listed: LISTINGS - missed.length,
    unknown: lost.length,
    clean: names.length - lost.length - (LISTINGS - missed.length),
  };
  const healthy: Took[] = [];
  const withDead: Took[] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    const [all, some] = [await startFarServer(server, FAR), await startFarServer(server, FAR, dead)];
    healthy.push(await timed(async () => held(await sweep(all.address, RANGE), whole)));
    withDead.push(await timed(async () => held(await sweep(some.address, RANGE), left)));
    all.close();
    some.close();
  }
  print(`sweep, lists ${FAR} ms away`, middle(healthy, 'wall'), 'ms');
  print('  two of the lists dead: their rows unknown', middle(withDead, 'wall'), 'ms');
  ratio(middle(withDead, 'wall'), middle(healthy, 'wall'), '≤ 1.3');
}

type Child = Sweep & { most: number };

function childSweep(server: string, range: string): Child {
  const script = fileURLToPath(new URL('./lists-sweep.ts', import.meta.url));
  const args = ['--expose-gc', script, server, range];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Child;
}

/** What is in use after a collection, at the worst: how much garbage lies about is the engine's affair. */
function memory(server: string): void {
  const small = childSweep(server, RANGE);
  const { most, ...found } = childSweep(server, '198.51.96.0/20');
  held(found, { listed: LISTINGS, unknown: 0, clean: 16 * names.length - LISTINGS });
  print('most memory in use, 256 addresses', small.most / 2 ** 20, 'MiB');
  print('most memory in use, 4,096 addresses', most / 2 ** 20, 'MiB');
  ratio(most, small.most, '≤ 1.2');
}

export async function benchEvidence(): Promise<void> {
  if (noRbldnsd) {
    process.stdout.write(`evidence: not measured: ${noRbldnsd}\n`);
    return;
  }
  const server: Rbldnsd = await startRbldnsd(dataSets());
  try {
    await near(server.address);
    await deadOnes(server.address);
    memory(server.address);
  } finally {
    await server.close();
  }
}
