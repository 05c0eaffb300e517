import { CompiledQuery, type KyselyPlugin, type QueryId, type RootOperationNode } from 'kysely';
import type { Db } from '../../../src/database/open.ts';

/** A handle whose statements are seen, in order. */
export function seen(db: Db): { db: Db; statements: CompiledQuery[] } {
  const statements: CompiledQuery[] = [];
  const compile = (node: RootOperationNode, id: QueryId) => db.getExecutor().compileQuery(node, id);
  const plugin: KyselyPlugin = {
    transformQuery({ node, queryId }) {
      statements.push(compile(node, queryId));
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  return { db: db.withPlugin(plugin), statements };
}

type Node = {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows'?: number;
  'Actual Loops'?: number;
  'Rows Removed by Filter'?: number;
  'Shared Hit Blocks'?: number;
  'Shared Read Blocks'?: number;
  Plans?: Node[];
};
export type Explained = {
  /** Milliseconds. */
  time: number;
  /** Pages of 8 KiB. */
  blocks: number;
  /** Each look at a table: how, which, and how many rows were read for it. */
  looks: { how: string; table: string; rows: number }[];
};

function* nodesOf(node: Node): Generator<Node> {
  yield node;
  for (const child of node.Plans ?? []) yield* nodesOf(child);
}

const READS = /^\s*(select|with)\b/i;
export const isRead = ({ sql }: CompiledQuery) =>
  READS.test(sql) && !/\bfor (no key )?(update|share)\b/i.test(sql);

/** How the database would carry a statement out where walking a whole table is no choice: it does where nothing else can be done. */
export function explainWithoutWalking(db: Db, statement: CompiledQuery): Promise<Explained> {
  return db.transaction().execute(async (trx) => {
    await trx.executeQuery(CompiledQuery.raw('set local enable_seqscan = off'));
    return explain(trx, statement);
  });
}

/** How the database carries a statement out; it is carried out for that. */
export async function explain(db: Db, statement: CompiledQuery): Promise<Explained> {
  const { rows } = await db.executeQuery<{ 'QUERY PLAN': { Plan: Node; 'Execution Time': number }[] }>(
    CompiledQuery.raw(`explain (analyze, buffers, format json) ${statement.sql}`, [...statement.parameters]),
  );
  const [plan] = rows[0]?.['QUERY PLAN'] ?? [];
  if (!plan) throw new Error('no plan');
  const looks = [...nodesOf(plan.Plan)]
    .filter((node) => node['Relation Name'])
    .map((node) => ({
      how: node['Node Type'],
      table: node['Relation Name'] ?? '',
      rows:
        ((node['Actual Rows'] ?? 0) + (node['Rows Removed by Filter'] ?? 0)) * (node['Actual Loops'] ?? 1),
    }));
  const blocks = (plan.Plan['Shared Hit Blocks'] ?? 0) + (plan.Plan['Shared Read Blocks'] ?? 0);
  return { time: plan['Execution Time'], blocks, looks };
}
