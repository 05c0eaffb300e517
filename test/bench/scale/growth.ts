import { getting, run } from './load.ts';
import { fetched } from './pages.ts';
import type { Walked } from './paths.ts';
import { startOurs, type Where } from './servers.ts';
import { line, ms, times } from './table.ts';

export type Grown = { route: string; ratio: number };
type Side = { where: Where; cookie: string; walked: Walked[] };

const TURNS = 3;

/** The median of each page on a tenth of the data and on all of it, in turns: how much slower it is on all. */
export async function measureGrowth(tenth: Side, all: Side, seconds: number): Promise<Grown[]> {
  const servers = [await startOurs(tenth.where), await startOurs(all.where)] as const;
  const grown: Grown[] = [];
  try {
    for (const [index, { route, paths }] of all.walked.entries()) {
      const sides = [
        { ...tenth, port: servers[0].port, paths: tenth.walked[index]?.paths ?? [] },
        { ...all, port: servers[1].port, paths },
      ];
      if (sides.some((side) => side.paths.length === 0)) continue;
      const answers = await Promise.all(
        sides.map((side) => fetched(side.port, side.paths[0] ?? '', side.cookie)),
      );
      if (answers.some(({ status }) => status !== 200)) continue;
      const medians: number[][] = [[], []];
      for (let turn = 0; turn <= TURNS; turn++)
        for (const [place, { port, paths, cookie }] of sides.entries()) {
          const { p50 } = await run({
            port,
            next: getting(paths, { cookie }),
            connections: 1,
            seconds: seconds / TURNS,
          });
          // The first turn warms up.
          if (turn > 0) medians[place]?.push(p50);
        }
      const [small = Number.NaN, large = Number.NaN] = medians.map((values) => Math.min(...values));
      grown.push({ route, ratio: large / small });
      line(route.padEnd(64), ms(small), ms(large), times(large / small));
    }
  } finally {
    for (const server of servers) await server.stop();
  }
  return grown;
}
