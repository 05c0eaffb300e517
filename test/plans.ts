import { CompiledQuery } from 'kysely';
import type { Db } from '../src/database/open.ts';

type Plan = { 'Node Type': string; 'Relation Name'?: string; 'Index Name'?: string; Plans?: Plan[] };
export type Node = { type: string; table: string; index: string };

const nodesIn = (plan: Plan): Node[] => [
  {
    type: plan['Node Type'],
    table: plan['Relation Name'] ?? '',
    index: plan['Index Name'] ?? '',
  },
  ...(plan.Plans ?? []).flatMap(nodesIn),
];

/** How the database means to carry out each of some queries that only read. */
export async function plansOf(
  db: Db,
  queries: readonly CompiledQuery[],
): Promise<{ sql: string; nodes: Node[] }[]> {
  const plans: { sql: string; nodes: Node[] }[] = [];
  for (const { sql, parameters } of queries) {
    if (!/^\s*(select|with)\b/i.test(sql)) continue;
    const { rows } = await db.executeQuery<{ 'QUERY PLAN': unknown }>(
      CompiledQuery.raw(`explain (format json) ${sql}`, [...parameters]),
    );
    const told = rows[0]?.['QUERY PLAN'];
    const [{ Plan }] = (typeof told === 'string' ? JSON.parse(told) : told) as [{ Plan: Plan }];
    plans.push({ sql, nodes: nodesIn(Plan) });
  }
  return plans;
}

/** Tables that grow without end and are read from end to end by one of the queries. */
export const scanned = (plans: { nodes: Node[] }[], tables: readonly string[]): string[] => [
  ...new Set(
    plans
      .flatMap(({ nodes }) => nodes)
      .filter(({ type, table }) => type === 'Seq Scan' && tables.includes(table))
      .map(({ table }) => table),
  ),
];
