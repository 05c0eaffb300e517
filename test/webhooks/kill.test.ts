import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { emptyDatabase } from '../database.ts';
import { BOOTSTRAP, REFUSAL } from '../desk.ts';
import { freePort } from '../free-port.ts';
import { Receiver } from './receiver.fixture.ts';
import { CANARY } from './webhooks.fixture.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PATIENCE_MS = 180_000;

const ROUNDS = 2;
const INCIDENTS = 3;
const NOTES = 4;

t.test(
  'kill -9 between a receiver’s answer and our commit, under load: nothing lost, order kept, ids stable; no secret is logged and no proxy asked',
  { timeout: 600_000 },
  async (t) => {
    let proxied = 0;
    const proxy = createServer((_request, response) => {
      proxied += 1;
      response.end();
    });
    proxy.on('connect', (_request, socket) => {
      proxied += 1;
      socket.destroy();
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    t.teardown(() => proxy.close());
    const proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const port = await freePort();
    const { url: databaseUrl } = await emptyDatabase(t);
    const environment = {
      ...process.env,
      DATA_DIR: join(t.testdir(), 'data'),
      PORT: String(port),
      LOG_LEVEL: 'trace',
      DELIST_DESK_BOOTSTRAP_TOKEN: BOOTSTRAP,
      DNS_SERVERS: '127.0.0.1:9',
      WEBHOOK_PRIVATE_TARGETS: '127.0.0.1',
      NODE_USE_ENV_PROXY: '1',
      HTTP_PROXY: proxyUrl,
      HTTPS_PROXY: proxyUrl,
      ...(databaseUrl ? { DATABASE_URL: databaseUrl } : {}),
    };
    let logged = '';
    let server: ChildProcess;
    const base = `http://127.0.0.1:${port}`;
    const begin = async () => {
      server = spawn(process.execPath, ['src/main.js'], {
        cwd: ROOT,
        env: environment,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      for (const stream of [server.stdout, server.stderr]) stream?.on('data', (chunk) => (logged += chunk));
      for (const began = Date.now(); ; await setTimeout(50)) {
        if ((await fetch(`${base}/healthz`).catch(() => undefined))?.ok) return;
        if (Date.now() - began > PATIENCE_MS) throw new Error(`it does not answer: ${logged.slice(-2000)}`);
      }
    };
    const kill = async () => {
      const gone = once(server, 'exit');
      server.kill('SIGKILL');
      await gone;
    };
    await begin();
    t.teardown(kill);

    /** Asks until there is an answer, under one key: the server may be dead at the moment. */
    async function api<Answer>(method: string, path: string, body?: object): Promise<Answer> {
      const key = crypto.randomUUID();
      for (const began = Date.now(); ; await setTimeout(100)) {
        const answer = await fetch(`${base}/api/v1${path}`, {
          method,
          headers: {
            authorization: `Bearer ${BOOTSTRAP}`,
            ...(method === 'GET' ? {} : { 'idempotency-key': key, 'content-type': 'application/json' }),
          },
          ...(body ? { body: JSON.stringify(body) } : {}),
        }).catch(() => undefined);
        if (answer?.ok) return (await answer.json()) as Answer;
        if (answer && answer.status < 500)
          throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
        if (Date.now() - began > PATIENCE_MS) throw new Error(`${method} ${path} has no answer`);
      }
    }

    const receiver = await Receiver.start(t);
    const { webhook } = await api<{ webhook: { id: number } }>('POST', '/webhooks', {
      name: 'Receiver',
      url: receiver.url(),
      secret: CANARY,
      groups: ['notes'],
    });
    const numbers: number[] = [];
    for (let index = 1; index <= INCIDENTS; index += 1)
      numbers.push(
        (
          await api<{ number: number }>('POST', '/incidents', {
            report: REFUSAL.replace('203.0.113.7', `198.51.100.${index}`),
          })
        ).number,
      );

    const writeNotes = (number: number, round: number) =>
      Array.from({ length: NOTES }, (_, index) => index).reduce(
        (before, index) =>
          before.then(() => api('POST', `/incidents/${number}/notes`, { text: `${round}.${index}` })),
        Promise.resolve() as Promise<unknown>,
      );
    for (let round = 1; round <= ROUNDS; round += 1) {
      const killed = Promise.withResolvers<void>();
      let left = round + 1;
      receiver.script = (_got, response) => {
        left -= 1;
        if (left !== 0) return 204;
        // The answer goes to a process that can no longer note it.
        void kill().then(() => {
          response.writeHead(204).end();
          killed.resolve();
        });
        return undefined;
      };
      const writing = Promise.all(numbers.map((number) => writeNotes(number, round)));
      await killed.promise;
      receiver.script = () => 204;
      await begin();
      await writing;
    }

    const all = ROUNDS * INCIDENTS * NOTES;
    type Page = { items: { state: string; webhookId: string; event: { data: { entryId: number } } }[] };
    let log: Page['items'] = [];
    for (const began = Date.now(); ; await setTimeout(250)) {
      log = (await api<Page>('GET', `/webhooks/${webhook.id}/deliveries?limit=200`)).items;
      if (log.length === all && log.every(({ state }) => state === 'delivered')) break;
      if (Date.now() - began > PATIENCE_MS)
        throw new Error(`still ${JSON.stringify(log.map(({ state }) => state))}`);
    }
    for (const number of numbers) {
      const { items } = await api<{ items: { id: number }[] }>(
        'GET',
        `/incidents/${number}/timeline?limit=200&order=oldest&group=notes`,
      );
      const written: number[] = items
        .map(({ id }: { id: number }) => id)
        .sort((a: number, b: number) => a - b);
      const got = receiver.got.filter(({ event }) => event.data.incident?.number === number);
      const first = [...new Set(got.map(({ event }) => event.data.entryId))];
      t.strictSame(first, written, `#${number}: all of them, in their order`);
    }
    const byEntry = Map.groupBy(receiver.got, ({ event }) => event.data.entryId);
    for (const [entry, times] of byEntry) {
      t.equal(new Set(times.map(({ id }) => id)).size, 1, `${entry}: one id`);
      t.equal(new Set(times.map(({ body }) => body)).size, 1, `${entry}: one body`);
      t.equal(times[0]?.id, log.find(({ event }) => event.data.entryId === entry)?.webhookId);
    }
    t.ok(receiver.got.length >= all + ROUNDS, 'what was answered to a dead process came again');
    t.equal(proxied, 0, 'no proxy of the environment was asked');
    t.ok(logged.length > 1000, 'there are logs');
    for (const secret of [CANARY, CANARY.slice(6), 'canary-path-91f3'])
      t.notOk(logged.includes(secret), 'no secret is logged');
  },
);
