import { get } from 'node:http';
import { getting, type Measured, run } from './load.ts';
import type { Walked } from './paths.ts';
import { type Running, startFloor, startLeast, startOurs, type Where } from './servers.ts';
import { heading, line, ms, perSecond, times } from './table.ts';

export type PageFigures = {
  route: string;
  connections: number;
  ours: Measured;
  floor: Measured;
  least: Measured;
};
export type PageOptions = { connections: number[]; seconds: number; cookie: string };

/** Making a document takes a processor for longer than a window lasts: more of them at a time say nothing more. */
const MAKES_A_DOCUMENT = /dossier\.(pdf|zip)/;
const MOST_DOCUMENTS = 10;
const WARM_UP_SECONDS = 0.15;

/** Octets of an answer, and whether it is one. */
export const fetched = (port: number, path: string, cookie: string) =>
  new Promise<{ status: number; bytes: number }>((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, headers: { cookie }, agent: false }, (response) => {
      let bytes = 0;
      response.on('data', (piece: Buffer) => {
        bytes += piece.length;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, bytes }));
    }).on('error', reject);
  });

/** The page of the floor that is most like one of ours: the same size, and as its one query the one that fills most of it. */
async function floorPaths(floor: Running, route: string, paths: string[], bytes: number): Promise<string[]> {
  const kind = route.startsWith('/api/') ? 'json' : 'page';
  const bare = paths.map((path) => {
    const number = /^(?:\/api\/v1)?\/incidents\/(\d+)/.exec(path)?.[1];
    return number ? `/${kind}?list=entries&number=${number}` : `/${kind}?list=incidents`;
  });
  const { bytes: least } = await fetched(floor.port, bare[0] ?? '', '');
  return bare.map((path) => `${path}&pad=${Math.max(0, bytes - least)}`);
}

const told = (route: string, connections: number, { ours, floor, least }: PageFigures) =>
  line(
    route.padEnd(64),
    String(connections).padStart(3),
    perSecond(ours.rate),
    ms(ours.p50),
    ms(ours.p95),
    ms(ours.p99),
    perSecond(floor.rate),
    times(ours.rate / floor.rate),
    times(ours.p99 / floor.p99),
    times(ours.rate / least.rate),
  );

/** Every page under load, each beside its floor and `select 1`: they take turns. `most`: the most megabytes that ours held. */
export async function measurePages(
  where: Where,
  walked: Walked[],
  options: PageOptions,
): Promise<{ figures: PageFigures[]; most: number }> {
  const figures: PageFigures[] = [];
  const started: Running[] = [];
  const start = async (one: Promise<Running>) => {
    const running = await one;
    started.push(running);
    return running;
  };
  try {
    const ours = await start(startOurs(where));
    // An embedded database belongs to one process at a time: its floor has a copy.
    const elsewhere = 'dataDir' in where ? { dataDir: `${where.dataDir}-floor` } : where;
    const floor = await start(startFloor(elsewhere));
    const least = await start(startLeast('dataDir' in where ? { dataDir: `${where.dataDir}-least` } : where));
    const headers = { cookie: options.cookie };
    const leastRates = new Map<number, Measured>();
    heading('path', 'c', 'rate', 'p50', 'p95', 'p99', 'floor', 'ratio', 'p99 ratio', 'of select 1');
    for (const { route, paths } of walked) {
      const [sample] = paths;
      if (!sample) continue;
      const { status, bytes } = await fetched(ours.port, sample, options.cookie);
      if (status !== 200) {
        line(`${route}: answers ${status}, not measured`);
        continue;
      }
      const bare = await floorPaths(floor, route, paths, bytes);
      const load = (port: number, next: () => string, connections: number, seconds: number) =>
        run({ port, next, connections, seconds });
      await load(ours.port, getting(paths, headers), 2, WARM_UP_SECONDS);
      await load(floor.port, getting(bare, {}), 2, WARM_UP_SECONDS);
      for (const connections of options.connections) {
        if (MAKES_A_DOCUMENT.test(route) && connections > MOST_DOCUMENTS) continue;
        const one = {
          route,
          connections,
          ours: await load(ours.port, getting(paths, headers), connections, options.seconds),
          floor: await load(floor.port, getting(bare, {}), connections, options.seconds),
          least:
            leastRates.get(connections) ??
            (await load(least.port, getting(['/healthz'], {}), connections, options.seconds)),
        };
        leastRates.set(connections, one.least);
        for (const [status, count] of one.ours.refused) line(`${route}: ${count} answered ${status}`);
        figures.push(one);
        told(route, connections, one);
      }
    }
    const { now, most } = ours.memory();
    line(`memory of the process after all pages: ${now.toFixed(0)} MB, at most ${most.toFixed(0)} MB`);
    return { figures, most };
  } finally {
    for (const running of started) await running.stop();
  }
}
