import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pino } from 'pino';
import t from 'tap';
import { startChecks } from '../../../src/evidence/checks/worker.ts';
import { startServer } from '../../bench/server.ts';
import { emptyDatabase } from '../../database.ts';
import { PROFILE, REFUSAL, testDesk } from '../../desk.ts';
import { type Rules, startDnsServer } from '../../dns/server.fixture.ts';
import { apiOf } from '../../trial/desk.ts';
import { testPoint } from '../lists/lists.fixture.ts';

type Evidence = {
  check: { parts: number; done: number; finishedAt: string | null };
  items: { kind: string; address: string | null; domain: string | null; outcome: string; summary: string }[];
};
const proper: Rules = ({ name }) => testPoint(name) ?? { code: 'NXDOMAIN' };

async function until<Answer>(ask: () => Promise<Answer>, is: (answer: Answer) => boolean): Promise<Answer> {
  for (;;) {
    const answer = await ask();
    if (is(answer)) return answer;
    await wait(50);
  }
}

t.test(
  'a block that is logged is looked at by a real resolver, and its listing is in the claims',
  async (t) => {
    const server = await startDnsServer((question) =>
      question.name === '7.113.0.203.psbl.surriel.com' ? { records: ['127.0.0.2'] } : proper(question),
    );
    t.teardown(() => server.close());
    const desk = await testDesk(t, { DNS_SERVERS: server.address });
    await desk.api('PUT', '/profile', PROFILE);
    const stop = startChecks(desk.desk, pino({ level: 'silent' }));
    t.teardown(stop);
    await desk.api('POST', '/incidents', { report: REFUSAL });
    const read = async () => (await desk.api('GET', '/incidents/1/evidence')).body as Evidence;
    const { items } = await until(read, ({ check }) => check.finishedAt !== null);
    t.match(
      items.find(({ kind }) => kind === 'public-lists'),
      { address: '203.0.113.7', outcome: 'bad', summary: /PSBL/ },
    );
    t.match(
      items.find(({ kind }) => kind === 'dmarc'),
      { domain: 'harbour.example.com', outcome: 'bad' },
    );
    const { claims } = (await desk.api('POST', '/incidents/1/letters', {})).body;
    t.match(
      claims.find((one: { key: string }) => one.key === 'no-public-listing'),
      { status: 'contradicted' },
    );
  },
);

t.test(
  'kill -9 in the middle of a check: it goes on after the restart, and leaves no half snapshot',
  async (t) => {
    const server = await startDnsServer((question) => ({ ...proper(question), afterMs: 150 }));
    t.teardown(() => server.close());
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port } = free.address() as AddressInfo;
    free.close();
    const folder = mkdtempSync(join(tmpdir(), 'delist-desk-check-'));
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    const { url: databaseUrl } = await emptyDatabase(t);
    const token = 'a-bootstrap-token-for-tests';
    const environment: Record<string, string> = {
      PORT: String(port),
      DATA_DIR: folder,
      DNS_SERVERS: server.address,
      DELIST_DESK_BOOTSTRAP_TOKEN: token,
      ...(databaseUrl ? { DATABASE_URL: databaseUrl } : {}),
    };
    const first = await startServer(['src/main.js'], environment);
    const api = apiOf(first.url, token);
    const read = () => api<Evidence>('GET', '/incidents/1/evidence');
    await api('PUT', '/profile', { ...PROFILE });
    await api('POST', '/incidents', {
      report: REFUSAL,
      addresses: ['203.0.113.7', '198.51.100.8/30'],
    });
    await until(read, ({ items, check }) => items.length > 2 || check.finishedAt !== null);
    await first.stop('SIGKILL');

    const second = await startServer(['src/main.js'], environment);
    t.teardown(() => second.stop());
    const cut = await read();
    t.equal(cut.check.finishedAt, null, 'it was cut off');
    const { items, check } = await until(read, (answer) => answer.check.finishedAt !== null);
    t.equal(items.length, check.parts, 'every part has its snapshot');
    t.equal(
      new Set(items.map((one) => `${one.kind} ${one.address ?? one.domain}`)).size,
      items.length,
      'one each',
    );
    const { items: entries } = await api<{ items: { kind: string }[] }>(
      'GET',
      '/incidents/1/timeline?limit=100',
    );
    t.equal(entries.filter(({ kind }) => kind === 'evidence-checked').length, 1, 'it is told once');
  },
);
