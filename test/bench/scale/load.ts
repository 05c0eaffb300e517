import { connect, type Socket } from 'node:net';

/**
 * A load generator for one server on this machine, as light as can be: keep-alive connections, one request at a time on
 * each, latencies to the microsecond. autocannon gives whole milliseconds, which tell nothing of pages that take two.
 */
export type Load = {
  port: number;
  /** The next request, as it goes over the wire. */
  next: () => string;
  connections: number;
  seconds: number;
};
export type Measured = {
  /** Requests a second. */
  rate: number;
  requests: number;
  /** Milliseconds. */
  p50: number;
  p95: number;
  p99: number;
  /** Answers other than 2xx, by status. */
  refused: Map<number, number>;
};

const HEAD_END = Buffer.from('\r\n\r\n');
const LAST_CHUNK = Buffer.from('0\r\n\r\n');

/** Reads answers off a connection; says the status when one is whole. */
class Answers {
  #head: Buffer = Buffer.alloc(0);
  #left = 0;
  #chunked = false;
  #status = 0;

  /** The status of the answer that ends with this piece; undefined: there is more to come. */
  take(piece: Buffer): number | undefined {
    if (this.#status === 0) {
      this.#head = this.#head.length === 0 ? piece : Buffer.concat([this.#head, piece]);
      const end = this.#head.indexOf(HEAD_END);
      if (end < 0) return undefined;
      const head = this.#head.toString('latin1', 0, end).toLowerCase();
      this.#status = Number(head.slice(9, 12));
      this.#chunked = head.includes('\r\ntransfer-encoding: chunked');
      const length = /\r\ncontent-length: (\d+)/.exec(head)?.[1];
      this.#left = this.#chunked ? 1 : Number(length ?? 0);
      return this.#body(this.#head.subarray(end + 4));
    }
    return this.#body(piece);
  }

  #body(piece: Buffer): number | undefined {
    if (!this.#chunked) this.#left -= piece.length;
    else if (piece.length >= 5 && piece.subarray(-5).equals(LAST_CHUNK)) this.#left = 0;
    if (this.#left > 0) return undefined;
    const status = this.#status;
    this.#status = 0;
    this.#head = Buffer.alloc(0);
    return status;
  }
}

const open = (port: number) =>
  new Promise<Socket>((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true }, () => resolve(socket));
    socket.once('error', reject);
  });

/** One request after the other until the time is over, the last one to its end. */
async function talk(
  { port, next }: Load,
  until: number,
  told: (ms: number, status: number) => void,
): Promise<void> {
  const socket = await open(port);
  try {
    await new Promise<void>((resolve, reject) => {
      const answers = new Answers();
      let sent = performance.now();
      socket.removeAllListeners('error').once('error', reject);
      socket.once('close', () => reject(new Error(`port ${port} closed the connection`)));
      socket.on('data', (piece) => {
        const status = answers.take(piece);
        if (status === undefined) return;
        const now = performance.now();
        told(now - sent, status);
        if (now >= until) resolve();
        else {
          sent = now;
          socket.write(next());
        }
      });
      socket.write(next());
    });
  } finally {
    socket.removeAllListeners('close');
    socket.destroy();
  }
}

const quantile = (sorted: number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

export async function run(load: Load): Promise<Measured> {
  const took: number[] = [];
  const refused = new Map<number, number>();
  const started = performance.now();
  const until = started + load.seconds * 1000;
  await Promise.all(
    Array.from({ length: load.connections }, () =>
      talk(load, until, (ms, status) => {
        took.push(ms);
        if (status < 200 || status > 299) refused.set(status, (refused.get(status) ?? 0) + 1);
      }),
    ),
  );
  const seconds = (performance.now() - started) / 1000;
  took.sort((a, b) => a - b);
  return {
    rate: took.length / seconds,
    requests: took.length,
    p50: quantile(took, 0.5),
    p95: quantile(took, 0.95),
    p99: quantile(took, 0.99),
    refused,
  };
}

/** Requests for paths in turn. */
export function getting(paths: string[], headers: Record<string, string>): () => string {
  const lines = Object.entries({ host: '127.0.0.1', ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  const requests = paths.map((path) => `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
  let turn = 0;
  return () => requests[turn++ % requests.length] ?? '';
}

export function posting(path: string, headers: Record<string, string>, body: () => unknown): () => string {
  const lines = Object.entries({ host: '127.0.0.1', 'content-type': 'application/json', ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  return () => {
    const text = JSON.stringify(body());
    return `POST ${path} HTTP/1.1\r\n${lines}content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
  };
}
