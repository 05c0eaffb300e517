import type { Trx } from '../database/open.ts';
import { lockProviders, openAround } from '../incidents/logging/open-incident.ts';
import { lockIncidents } from '../incidents/store.ts';
import type { LetterLibrary } from '../letters/library.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { type Flow, flowsOf, readBatch, storable } from './batch.ts';
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

/** The flows that have a consequence, with the turns of their providers taken and their open incidents locked. */
async function lockedFlows(trx: Trx, flows: Flow[]): Promise<Flow[]> {
  const open = await openAround(trx, flows);
  // Mail that flows where nothing is blocked has none: that is nearly all there is.
  const followed = flows.filter((flow, index) => flow.refused > 0 || open[index] !== undefined);
  await lockProviders(
    trx,
    followed.map(({ provider }) => provider),
  );
  const numbers = await openAround(trx, followed);
  await lockIncidents(
    trx,
    numbers.filter((number) => number !== undefined),
  );
  return followed;
}

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
  for (const flow of await lockedFlows(trx, flowsOf(placed))) {
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
