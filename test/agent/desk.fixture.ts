import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Ajv } from 'ajv';
import type { Test } from 'tap';
import { Batch } from '../../src/observations/observation.ts';

const checkBatch = new Ajv({ strict: true, strictRequired: false }).compile(Batch);

export const TOKEN = 'a-token-of-the-test-desk';

/** What the desk does with a request; `drop-answer` counts it and hangs up. */
export type Mood =
  | 'count'
  | 'drop-answer'
  | 'hang'
  | { status: number; headers?: Record<string, string>; body?: string };

/** A desk that counts each batch once by its key, holds it to the contract, and fails as it is told. */
export class FakeDesk {
  token = TOKEN;
  mood: (batch: Batch, key: string) => Mood = () => 'count';
  /** Counted batches by key, in the order in which they came. */
  readonly batches = new Map<string, Batch>();
  /** Keys of all requests with a good token, repeated ones too. */
  readonly requests: string[] = [];
  /** What broke the contract. */
  readonly faults: string[] = [];
  mostAtOnce = 0;
  #atOnce = 0;
  #server: Server | undefined;
  #port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => void this.#answer(request, response));
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Gone, with every connection. */
  async away(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  /** Sums of counts by `via`. */
  get counts(): Map<string, number> {
    const sums = new Map<string, number>();
    for (const { observations } of this.batches.values())
      for (const { via, count } of observations) sums.set(via, (sums.get(via) ?? 0) + count);
    return sums;
  }

  get total(): number {
    return this.counts.values().reduce((sum, count) => sum + count, 0);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce);
    // Over when we have answered or the other side is gone.
    response.on('close', () => {
      this.#atOnce -= 1;
    });
    try {
      this.#decide(request, await text(request), response);
    } catch {
      request.destroy();
    }
  }

  #decide(request: IncomingMessage, body: string, response: ServerResponse): void {
    const { method, url, headers } = request;
    const say = (status: number, answer: string, more: Record<string, string> = {}) =>
      response.writeHead(status, more).end(answer);
    if (method !== 'POST' || url !== '/api/v1/observations') this.faults.push(`${method} ${url}`);
    if (headers.authorization !== `Bearer ${this.token}`) {
      say(401, '{"title":"no"}');
      return;
    }
    const key = String(headers['idempotency-key']);
    const batch = JSON.parse(body) as Batch;
    if (!/^[\x21-\x7e]{1,200}$/.test(key)) this.faults.push(`key ${key}`);
    if (!checkBatch(batch)) this.faults.push(JSON.stringify(checkBatch.errors));
    this.requests.push(key);
    const mood = this.mood(batch, key);
    if (typeof mood === 'object') {
      say(mood.status, mood.body ?? '{}', mood.headers);
      return;
    }
    if (mood === 'hang') return;
    const repeated = this.#count(key, batch);
    if (mood === 'drop-answer') response.destroy();
    else say(200, JSON.stringify({ counted: repeated ? 0 : batch.observations.length, repeated }));
  }

  #count(key: string, batch: Batch): boolean {
    const before = this.batches.get(key);
    if (before && JSON.stringify(before) !== JSON.stringify(batch)) this.faults.push(`${key} changed`);
    if (!before) this.batches.set(key, batch);
    return before !== undefined;
  }
}

export async function fakeDesk(t: Test): Promise<FakeDesk> {
  const desk = new FakeDesk();
  await desk.start();
  t.teardown(() => desk.away());
  return desk;
}
