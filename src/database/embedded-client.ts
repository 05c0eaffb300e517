import { Worker } from 'node:worker_threads';
import type { Answer, Ask, OpenFolder } from './embedded-worker.ts';

type Results = {
  rows: Record<string, unknown>[];
  affectedRows?: number;
  fields: { name: string; dataTypeID: number }[];
};
type Waiting = { resolve: (result: unknown) => void; reject: (error: Error) => void };
type Queries = { query(sql: string, parameters?: readonly unknown[]): Promise<Results> };

const BYTEA = 17;

/** A Buffer crosses threads as a plain array of octets. */
function withBuffers(results: Results): Results {
  for (const { name } of results.fields.filter((field) => field.dataTypeID === BYTEA))
    for (const row of results.rows) {
      const octets = row[name];
      if (octets instanceof Uint8Array)
        row[name] = Buffer.from(octets.buffer, octets.byteOffset, octets.length);
    }
  return results;
}

/** The thread on which the embedded database runs. */
export type Engine = Worker;

/** The engine loads on its thread from here on; which folder it opens may be known later. */
export const startEngine = (): Engine => new Worker(new URL('./embedded-thread.js', import.meta.url));

/** The embedded database's folder is damaged, or no database at all. */
export class CannotOpenDatabase extends Error {
  override name = 'CannotOpenDatabase';

  constructor(folder: string, why: string) {
    super(`${folder} cannot be opened: ${why}. Restore a backup, or set DATA_DIR to an empty folder.`);
  }
}

/** What PGlite threw, in words: its runtime throws errors without a message, or one that only its makers read. */
function whyNotOpen(error: unknown): string {
  const { message } = error as { message?: string };
  return !message || message.startsWith('Aborted(') ? 'it is damaged, or no database' : message;
}

/**
 * The embedded database on a thread of its own, in the shape that Kysely's PGliteDialect takes. PGlite
 * computes where it is called: on the main thread a long query would hold up every request, and opening it
 * would hold up loading the application.
 */
export class EmbeddedClient implements Queries {
  readonly waitReady: Promise<void>;
  ready = false;
  closed = false;
  #worker: Worker;
  #waiting = new Map<number, Waiting>();
  #next = 1;
  #failure: Error | undefined;
  /** Ends when everybody before has had a turn: a transaction shares the connection with nobody. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(folder: string, engine: Engine = startEngine()) {
    this.#worker = engine;
    engine.postMessage({ folder } satisfies OpenFolder);
    this.waitReady = new Promise<void>((resolve, reject) => {
      this.#waiting.set(0, { resolve: () => resolve(), reject });
    }).then(() => {
      this.ready = true;
    });
    // Told to whoever asks first.
    this.waitReady.catch(() => {});
    this.#worker.on('message', (answer: Answer) => this.#take(answer));
    this.#worker.on('error', (error) => {
      this.#fail(this.ready ? (error as Error) : new CannotOpenDatabase(folder, whyNotOpen(error)));
    });
    this.#worker.on('exit', () =>
      this.#fail(new Error('The embedded database has stopped. Start Delist Desk again.')),
    );
  }

  query(sql: string, parameters: readonly unknown[] = []): Promise<Results> {
    return this.#inTurn(() => this.#query(sql, parameters));
  }

  /** Work during which nobody else asks anything. */
  inTurn<T>(work: (query: Queries['query']) => Promise<T>): Promise<T> {
    return this.#inTurn(() => work((sql, parameters = []) => this.#query(sql, parameters)));
  }

  transaction<T>(work: (transaction: Queries) => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      await this.#query('begin', []);
      try {
        const result = await work({ query: (sql, parameters = []) => this.#query(sql, parameters) });
        await this.#query('commit', []);
        return result;
      } catch (error) {
        await this.#query('rollback', []).catch(() => {});
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.#turn.catch(() => {});
    if (this.#failure) return;
    const gone = new Promise((resolve) => this.#worker.once('exit', resolve));
    await this.#ask({ close: true });
    await gone;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #query(sql: string, parameters: readonly unknown[]): Promise<Results> {
    return withBuffers((await this.#ask({ sql, parameters: [...parameters] })) as Results);
  }

  #ask(ask: { sql: string; parameters: unknown[] } | { close: true }): Promise<unknown> {
    if (this.#failure) return Promise.reject(this.#failure);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, ...ask } satisfies Ask);
    });
  }

  #take(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.error) waiting?.reject(Object.assign(new Error(), answer.error));
    else waiting?.resolve(answer.result);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}
