import { AsyncLocalStorage } from 'node:async_hooks';
import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import type { Pool, PoolClient } from 'pg';

/**
 * Queries that a request asks at once travel together: one packet, one connection, each with an answer of its own.
 * A page asks a dozen; waking the server for each of them costs more than answering it.
 */
type Question = {
  sql: string;
  parameters: readonly unknown[];
  resolve: (result: PostgresQueryResult<never>) => void;
  reject: (error: unknown) => void;
};
type Asking = { gathering: Question[] | undefined };

const askings = new AsyncLocalStorage<Asking>();

/** What `work` asks of the database at once, also later, travels together. */
export const asOneRequest = <T>(work: () => T): T => askings.run({ gathering: undefined }, work);

/** The socket of a connection, which pg does not document: without it, questions only travel one by one. */
const socketOf = (client: PoolClient) =>
  (client as unknown as { connection?: { stream?: { cork?: () => void; uncork?: () => void } } }).connection
    ?.stream;

async function send(client: PoolClient, questions: Question[]): Promise<void> {
  const socket = socketOf(client);
  socket?.cork?.();
  const answers = questions.map(async ({ sql, parameters, resolve, reject }) => {
    try {
      resolve((await client.query(sql, [...parameters])) as PostgresQueryResult<never>);
    } catch (error) {
      reject(error);
    }
  });
  socket?.uncork?.();
  await Promise.all(answers);
  client.release();
}

function ask(
  pool: Pool,
  asking: Asking,
  sql: string,
  parameters: readonly unknown[],
): Promise<PostgresQueryResult<never>> {
  return new Promise((resolve, reject) => {
    const question = { sql, parameters, resolve, reject };
    if (asking.gathering) {
      asking.gathering.push(question);
      return;
    }
    // Whatever is asked until there is a connection goes with it.
    const questions = [question];
    asking.gathering = questions;
    const close = () => {
      asking.gathering = undefined;
    };
    pool.connect().then(
      (client) => {
        close();
        void send(client, questions);
      },
      (error: unknown) => {
        close();
        for (const one of questions) one.reject(error);
      },
    );
  });
}

const BEGINS = /^(?:begin|start transaction)\b/;

/** What Kysely takes for a connection: a share in one, or, from `begin` on and outside of requests, one for itself. */
class Lease implements Pick<PostgresPoolClient, 'release'> {
  readonly #pool: Pool;
  #own: PoolClient | undefined;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async query<R>(sql: unknown, parameters: readonly unknown[] = []): Promise<PostgresQueryResult<R>> {
    const asking = askings.getStore();
    if (!this.#own && asking && !BEGINS.test(sql as string))
      return ask(this.#pool, asking, sql as string, parameters);
    this.#own ??= await this.#pool.connect();
    return (await this.#own.query(sql as string, [...parameters])) as PostgresQueryResult<never>;
  }

  release(discard?: boolean): void {
    this.#own?.release(discard);
    this.#own = undefined;
  }
}

/** The pool, as Kysely takes one. It reads by no cursor, which would need a connection of its own. */
export const travelTogether = (pool: Pool): PostgresPool => ({
  connect: async () => new Lease(pool) as unknown as PostgresPoolClient,
  end: () => pool.end(),
  options: pool.options as PostgresPool['options'],
});
