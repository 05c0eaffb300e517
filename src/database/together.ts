import { AsyncLocalStorage } from 'node:async_hooks';
import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import type { Pool, PoolClient } from 'pg';
import { statementNames } from './statement-names.ts';

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

type Answer = PostgresQueryResult<never>;

/** A pool whose statements have names. */
type Named = { pool: Pool; nameOf: (text: string) => string | undefined };

const put = (client: PoolClient, { sql, parameters }: Pick<Question, 'sql' | 'parameters'>, name?: string) =>
  client.query({ text: sql, values: [...parameters], ...(name && { name }) }) as Promise<Answer>;

/**
 * A named statement that the connection's server cannot carry out any longer: a migration gave its table another shape
 * (`cached plan must not change result type`), or somebody between us and the server forgot it.
 */
const OUTLIVED = new Set(['0A000', '26000']);
const isOutlived = (error: unknown) => OUTLIVED.has((error as { code?: string } | undefined)?.code ?? '');

async function send({ nameOf }: Named, client: PoolClient, questions: Question[]): Promise<void> {
  const socket = socketOf(client);
  let outlived = false;
  const answer = async (question: Question) => {
    const name = nameOf(question.sql);
    try {
      question.resolve(await put(client, question, name));
    } catch (error) {
      if (!name || !isOutlived(error)) return question.reject(error);
      outlived = true;
      await put(client, question).then(question.resolve, question.reject);
    }
  };
  socket?.cork?.();
  const answers = questions.map(answer);
  socket?.uncork?.();
  await Promise.all(answers);
  client.release(outlived);
}

function ask(
  named: Named,
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
    named.pool.connect().then(
      (client) => {
        close();
        void send(named, client, questions);
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
  readonly #named: Named;
  #own: PoolClient | undefined;
  #outlived = false;

  constructor(named: Named) {
    this.#named = named;
  }

  async query<R>(sql: unknown, parameters: readonly unknown[] = []): Promise<PostgresQueryResult<R>> {
    const asking = askings.getStore();
    if (!this.#own && asking && !BEGINS.test(sql as string))
      return ask(this.#named, asking, sql as string, parameters);
    this.#own ??= await this.#named.pool.connect();
    try {
      return await put(this.#own, { sql: sql as string, parameters }, this.#named.nameOf(sql as string));
    } catch (error) {
      // A transaction is over with it. The next one has another connection.
      this.#outlived ||= isOutlived(error);
      throw error;
    }
  }

  release(discard?: boolean): void {
    this.#own?.release(discard || this.#outlived);
    this.#own = undefined;
    this.#outlived = false;
  }
}

/** The pool, as Kysely takes one. It reads by no cursor, which would need a connection of its own. */
export function travelTogether(pool: Pool): PostgresPool {
  const named: Named = { pool, nameOf: statementNames() };
  return {
    connect: async () => new Lease(named) as unknown as PostgresPoolClient,
    end: () => pool.end(),
    options: pool.options as PostgresPool['options'],
  };
}
