import t from 'tap';
import { emptyDatabase } from '../database.ts';
import { freePort } from '../free-port.ts';
import { killBoth } from '../trial/kills.ts';

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
