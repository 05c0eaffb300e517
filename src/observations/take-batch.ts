import type { Trx } from '../database/open.ts';
import { areOpenAround } from '../incidents/logging/open-incident.ts';
import type { LetterLibrary } from '../letters/library.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { flowsOf, readBatch, storable } from './batch.ts';
import type { Batch } from './observation.ts';
import { readRules } from './rules-store.ts';
import { addCounts, addressIds, claimBatch, noteCounted } from './store.ts';
import { place } from './transports.ts';
import { type Consequence, follow } from './watch.ts';

export type TakenBatch = {
  /** Deliveries that this request added. */
  counted: number;
  /** True when the batch had come before: nothing was added. */
  repeated: boolean;
  opened: number[];
  relapsed: number[];
  recovered: number[];
};

const numbersOf = (all: Consequence[], kind: keyof Consequence) =>
  all.flatMap((one) => (one[kind] === undefined ? [] : [one[kind]]));

/** Counts a batch of the log agent and does what follows from it, once for each key. Throws `invalid` for a bad row. */
export async function takeBatch(
  trx: Trx,
  batch: Batch,
  key: string,
  context: { catalogue: Catalogue; letters: LetterLibrary; now: Date },
): Promise<TakenBatch> {
  const source = storable(batch.source);
  const rows = readBatch(batch.observations, context.now);
  if (!(await claimBatch(trx, source, key)))
    return { counted: 0, repeated: true, opened: [], relapsed: [], recovered: [] };
  const placed = await place(trx, rows);
  const ids = await addressIds(
    trx,
    placed.map((row) => row.network),
  );
  await addCounts(trx, placed, ids);
  const counted = rows.reduce((sum, row) => sum + row.count, 0);
  await noteCounted(trx, source, key, counted);
  const ruleOf = await readRules(trx);
  const followed: Consequence[] = [];
  // In the order of their providers, in which turns are taken.
  const flows = flowsOf(placed).sort((a, b) => (a.provider < b.provider ? -1 : 1));
  const areOpen = await areOpenAround(trx, flows);
  for (const [index, flow] of flows.entries()) {
    // Mail that flows where nothing is blocked has no consequence: that is nearly all there is.
    if (flow.refused === 0 && !areOpen[index]) continue;
    const addressId = ids.get(flow.network.cidr) ?? 0;
    followed.push(
      await follow(trx, { ...flow, addressId }, { ...context, source, rule: ruleOf(flow.provider) }),
    );
  }
  return {
    counted,
    repeated: false,
    opened: numbersOf(followed, 'opened'),
    relapsed: numbersOf(followed, 'relapsed'),
    recovered: numbersOf(followed, 'recovered'),
  };
}
