import { appendFileSync, existsSync, renameSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { sql } from 'kysely';
import t from 'tap';
import { BOOTSTRAP, type TestDesk, testDesk } from '../desk.ts';
import { startAgent, until } from './agents.fixture.ts';

const words = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `w${(from + index) % 50} line ${from + index}\n`).join('');

async function counted({ db }: TestDesk): Promise<number> {
  const { count } = await db
    .selectFrom('observed_minutes')
    .select(sql<number>`coalesce(sum(count), 0)::bigint`.as('count'))
    .executeTakeFirstOrThrow();
  return count;
}

t.test('the desk itself counts what the agent sends, once, over kills and rotation', async (t) => {
  const desk = await testDesk(t);
  await desk.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = desk.app.server.address() as AddressInfo;
  const folder = t.testdir({});
  const log = join(folder, 'mail.log');
  const state = join(folder, 'state');
  const start = (...args: string[]) =>
    startAgent(t, { url: `http://127.0.0.1:${port}` }, [...args, '--state', state, log], {
      environment: { DELIST_DESK_TOKEN: BOOTSTRAP },
    });
  let written = 0;
  for (let round = 0; round < 5; round++) {
    writeFileSync(log, words(written, written + 300));
    written += 300;
    const agent = start('--follow');
    // What was rotated away before an agent ever looked is not read.
    await until(() => (round > 0 ? agent.said().includes('Reading') : existsSync(join(state, 'state.json'))));
    appendFileSync(log, words(written, written + 300));
    written += 300;
    await agent.end('SIGKILL');
    renameSync(log, `${log}.${5 - round}`);
  }
  writeFileSync(log, '');
  const last = start();
  t.equal(await last.exit, 0, last.said());
  t.equal(await counted(desk), written);
});
