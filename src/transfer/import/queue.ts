import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { json } from '../../database/json.ts';
import { firstFree, leaseFor } from '../../database/lease.ts';
import type { Db, Trx } from '../../database/open.ts';
import type { ImportRow, ImportState } from '../../database/tables.ts';
import { publish } from '../../notifications/outbox.ts';
import { notFound } from '../../problem.ts';

const PIECE_OCTETS = 1024 * 1024;
const LEASE = leaseFor(60);

type NewImport = {
  kind: ImportRow['kind'];
  state: 'mapping' | 'waiting';
  fileName: string;
  source: string;
  options: Record<string, unknown>;
  byName: string;
};

/** Keeps a file as an import, in pieces as they come. Returns its id. */
export async function keepImport(
  trx: Trx,
  given: NewImport,
  pieces: Iterable<Buffer> | AsyncIterable<Buffer>,
): Promise<number> {
  const { id } = await trx
    .insertInto('imports')
    .values({
      kind: given.kind,
      state: 'mapping',
      file_name: given.fileName.slice(0, 300),
      byte_length: 0,
      sha256: Buffer.alloc(0),
      source: given.source.slice(0, 200),
      options: json(given.options),
      added: json({}),
      by_name: given.byName,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const hash = createHash('sha256');
  let length = 0;
  let position = 0;
  for await (const octets of piecesOf(pieces)) {
    hash.update(octets);
    length += octets.length;
    await trx.insertInto('import_pieces').values({ import_id: id, position, octets }).execute();
    position += 1;
  }
  await trx
    .updateTable('imports')
    .set({ byte_length: length, sha256: hash.digest(), state: given.state })
    .where('id', '=', id)
    .execute();
  return id;
}

/** Pieces of equal length, but for the last. */
async function* piecesOf(chunks: Iterable<Buffer> | AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    held.push(chunk);
    length += chunk.length;
    if (length < PIECE_OCTETS) continue;
    const all = Buffer.concat(held);
    let from = 0;
    for (; all.length - from >= PIECE_OCTETS; from += PIECE_OCTETS)
      yield all.subarray(from, from + PIECE_OCTETS);
    held = [all.subarray(from)];
    length = all.length - from;
  }
  if (length > 0) yield Buffer.concat(held);
}

/** Octets of the file from a place on, at most so many. */
export async function readOctets(db: Db | Trx, id: number, place: number, most: number): Promise<Buffer> {
  const first = Math.floor(place / PIECE_OCTETS);
  const last = Math.floor((place + most - 1) / PIECE_OCTETS);
  const rows = await db
    .selectFrom('import_pieces')
    .select('octets')
    .where('import_id', '=', id)
    .where('position', '>=', first)
    .where('position', '<=', last)
    .orderBy('position')
    .execute();
  const skip = place - first * PIECE_OCTETS;
  return Buffer.concat(rows.map(({ octets }) => octets)).subarray(skip, skip + most);
}

export async function getImport(db: Db | Trx, id: number): Promise<ImportRow> {
  return db
    .selectFrom('imports')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirstOrThrow(() => notFound('such import'));
}

/** The import, held until the transaction ends. */
export async function lockImport(trx: Trx, id: number): Promise<ImportRow> {
  return trx
    .selectFrom('imports')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow(() => notFound('such import'));
}

export const listImports = (db: Db, { limit, before }: { limit: number; before?: number | undefined }) =>
  db
    .selectFrom('imports')
    .selectAll()
    .where('id', '<', before ?? Number.MAX_SAFE_INTEGER)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();

/** Takes the import that waits for the longest, for a minute; each batch takes it for another. */
export function takeImport(db: Db): Promise<ImportRow | undefined> {
  return db.transaction().execute(async (trx) => {
    const row = await firstFree(
      trx.selectFrom('imports as waiting').selectAll().where('state', 'in', ['waiting', 'running']),
    ).executeTakeFirst();
    if (row)
      await trx
        .updateTable('imports')
        .set({ lease_until: LEASE, ...(row.state === 'waiting' ? { state: 'running' as const } : {}) })
        .where('id', '=', row.id)
        .execute();
    return row;
  });
}

/** The embedded database has one process: a lease that is found at its start is nobody's. */
export async function endImportLeases(db: Db): Promise<void> {
  await db.updateTable('imports').set({ lease_until: null }).where('lease_until', 'is not', null).execute();
}

type Progress = {
  place: number;
  total?: number;
  added: Record<string, number>;
  known: number;
  leftOut: LeftOut[];
  isDone: boolean;
  problem?: string;
};
export type LeftOut = { row: number; field: string; value: string; why: string };

/** What is kept of records that were left out; beyond this they are counted only. */
const MOST_LEFT_OUT = 100_000;

const sums = (before: Record<string, number>, more: Record<string, number>) => {
  const all = { ...before };
  for (const [kind, n] of Object.entries(more)) if (n > 0) all[kind] = (all[kind] ?? 0) + n;
  return all;
};

async function keepLeftOut(trx: Trx, row: ImportRow, leftOut: LeftOut[]): Promise<void> {
  const room = MOST_LEFT_OUT - row.left_out;
  const kept = leftOut.slice(0, Math.max(0, room));
  if (kept.length === 0) return;
  const plain = (text: string) => text.replaceAll('\0', '\u{fffd}');
  await trx
    .insertInto('import_left_out')
    .values(
      kept.map((one) => ({
        import_id: row.id,
        row_number: one.row,
        field: one.field.slice(0, 100),
        value: plain(one.value).slice(0, 300),
        why: one.why,
      })),
    )
    .execute();
}

/** Writes down how far an import is, in the transaction of what was brought in. */
export async function noteProgress(trx: Trx, row: ImportRow, progress: Progress): Promise<void> {
  await keepLeftOut(trx, row, progress.leftOut);
  const state: ImportState = progress.isDone ? 'done' : 'running';
  await trx
    .updateTable('imports')
    .set({
      state,
      place: progress.place,
      ...(progress.total === undefined ? {} : { total: progress.total }),
      added: json(sums(row.added, progress.added)),
      known: row.known + progress.known,
      left_out: row.left_out + progress.leftOut.length,
      ...(progress.problem === undefined ? {} : { problem: progress.problem }),
      lease_until: progress.isDone ? null : LEASE,
      ...(progress.isDone ? { finished_at: sql<Date>`now()` } : {}),
    })
    .where('id', '=', row.id)
    .execute();
  if (!progress.isDone) return;
  const before = Object.values(row.added as Record<string, number>);
  const all = [...before, ...Object.values(progress.added)].reduce((sum, n) => sum + n, 0);
  await publish(trx, {
    kind: 'import-done',
    words: `${row.file_name || 'An import'} is brought in: ${all} ${all === 1 ? 'record' : 'records'} added, ${row.left_out + progress.leftOut.length} left out.`,
    link: `/settings/import/${row.id}`,
    once: `import ${row.id}`,
  });
  // What was read to its end is in the desk now.
  await trx.deleteFrom('import_pieces').where('import_id', '=', row.id).execute();
}

export async function failImport(db: Db, id: number, problem: string): Promise<void> {
  await db
    .updateTable('imports')
    .set({
      state: 'failed',
      problem: problem.slice(0, 1000),
      lease_until: null,
      finished_at: sql<Date>`now()`,
    })
    .where('id', '=', id)
    .execute();
}
