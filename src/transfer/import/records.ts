import type { Trx } from '../../database/open.ts';

/** What became of records of one source: by kind, their id there and here. */
export class Known {
  readonly #trx: Trx;
  readonly #source: string;
  readonly #targets = new Map<string, Map<string, string>>();

  constructor(trx: Trx, source: string) {
    this.#trx = trx;
    this.#source = source;
  }

  #of(kind: string): Map<string, string> {
    const targets = this.#targets.get(kind) ?? new Map<string, string>();
    this.#targets.set(kind, targets);
    return targets;
  }

  /** Looks up those of these ids that were brought in before. */
  async read(kind: string, ids: Iterable<unknown>): Promise<void> {
    const targets = this.#of(kind);
    const wanted = [...new Set([...ids].map(String))].filter((id) => !targets.has(id));
    if (wanted.length === 0) return;
    const rows = await this.#trx
      .selectFrom('import_records')
      .select(['source_id', 'target_id'])
      .where('source', '=', this.#source)
      .where('kind', '=', kind)
      .where('source_id', 'in', wanted)
      .execute();
    for (const row of rows) targets.set(row.source_id, row.target_id);
  }

  get(kind: string, id: unknown): string | undefined {
    return this.#of(kind).get(String(id));
  }

  set(kind: string, id: unknown, target: unknown): void {
    this.#of(kind).set(String(id), String(target));
  }

  drop(kind: string, id: unknown): void {
    this.#of(kind).delete(String(id));
  }
}

export type Brought = { sourceId: unknown; targetId: unknown; made: boolean };

/** Writes down what became of records, so that a second run finds them. */
export async function keepBrought(
  trx: Trx,
  given: { source: string; kind: string; importId: number },
  brought: Brought[],
): Promise<void> {
  if (brought.length === 0) return;
  await trx
    .insertInto('import_records')
    .values(
      brought.map(({ sourceId, targetId, made }) => ({
        source: given.source,
        kind: given.kind,
        source_id: String(sourceId),
        target_id: String(targetId),
        import_id: given.importId,
        made,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
