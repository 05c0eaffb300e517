import { getting, type Measured, run } from './load.ts';
import { startOurs, type Where } from './servers.ts';

/** The same load on one page, spread over so many processes that share a database. */
export async function measureProcesses(
  where: Where,
  processes: number,
  load: { paths: string[]; cookie: string; connections: number; seconds: number },
): Promise<{ rate: number; p95: number; most: number }> {
  const servers = await Promise.all(Array.from({ length: processes }, () => startOurs(where)));
  try {
    const each = (seconds: number): Promise<Measured[]> =>
      Promise.all(
        servers.map(({ port }) =>
          run({
            port,
            next: getting(load.paths, { cookie: load.cookie }),
            connections: Math.ceil(load.connections / processes),
            seconds,
          }),
        ),
      );
    await each(0.5);
    const measured = await each(load.seconds);
    const most = Math.max(...servers.map((server) => server.memory().most));
    return {
      rate: measured.reduce((sum, { rate }) => sum + rate, 0),
      p95: Math.max(...measured.map(({ p95 }) => p95)),
      most,
    };
  } finally {
    for (const server of servers) await server.stop();
  }
}
