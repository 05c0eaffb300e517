import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import t from 'tap';
import { emptyDatabase } from '../database.ts';
import { killBoth } from '../trial/kills.ts';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

t.test('kill -9 of agent and server by turns, the real ones: each line of the log counts once', async (t) => {
  const { url } = await emptyDatabase(t);
  const result = await killBoth({
    lines: 10_000,
    seed: 5,
    kills: 4,
    port: await freePort(),
    ...(url ? { databaseUrl: url } : {}),
  });
  t.strictSame(result.counted, result.wanted);
  t.ok(result.agents > 1 && result.servers > 1, `${result.agents} agents, ${result.servers} servers killed`);
  t.ok(result.incidents > 0);
  t.equal(result.incidents, result.blocks, 'no block has two incidents');
});
