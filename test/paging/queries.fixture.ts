import type { CompiledQuery, KyselyPlugin, QueryId, RootOperationNode } from 'kysely';
import type { Test } from 'tap';
import { buildApp } from '../../src/app.ts';
import type { Db } from '../../src/database/open.ts';
import type { TestDesk } from '../desk.ts';

export type Watched = TestDesk & {
  /** The database as that application uses it. */
  watchedDb: Db;
  /** The queries that `act` runs, in order. */
  queriesOf: (act: () => Promise<unknown>) => Promise<CompiledQuery[]>;
};

/** The same desk with an application whose queries are seen; the desk's own `db` stays unseen. */
export async function watched(t: Test, desk: TestDesk): Promise<Watched> {
  const seen: CompiledQuery[] = [];
  const compile = (node: RootOperationNode, id: QueryId) => desk.db.getExecutor().compileQuery(node, id);
  const plugin: KyselyPlugin = {
    transformQuery({ node, queryId }) {
      seen.push(compile(node, queryId));
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  const db: Db = desk.db.withPlugin(plugin);
  const app = await buildApp({ ...desk.desk, db });
  t.teardown(() => app.close());
  return {
    ...desk,
    app,
    watchedDb: db,
    queriesOf: async (act) => {
      seen.length = 0;
      await act();
      return [...seen];
    },
  };
}
