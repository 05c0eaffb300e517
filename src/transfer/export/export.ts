import { Readable } from 'node:stream';
import type { Db, Trx } from '../../database/open.ts';
import { type ArchiveFile, writeArchive } from '../../dossier/archive.ts';
import { csvLine } from '../../web/csv.ts';
import { type End, FORMAT, formatDescription, type Head } from '../format.ts';
import { KINDS } from '../kinds.ts';
import type { RecordKind } from '../record-kind.ts';
import { toCell, toJson } from '../values.ts';
import { columnsOf, type Row, rowsOf } from './read-kind.ts';
import { openSnapshot, sourceOf } from './snapshot.ts';

export type ExportOptions = { format: 'jsonl' | 'csv'; sources: boolean };

const lineOf = (value: object) => `${JSON.stringify(value)}\n`;

function recordOf(kind: RecordKind, row: Row, options: ExportOptions): object {
  return {
    record: kind.name,
    ...Object.fromEntries(columnsOf(kind, options).map(({ column, name }) => [name, toJson(row[column])])),
  };
}

async function headOf(trx: Trx, { sources }: ExportOptions): Promise<Head> {
  return {
    record: 'export',
    format: FORMAT.name,
    version: FORMAT.version,
    source: await sourceOf(trx),
    exportedAt: new Date().toISOString(),
    sources,
  };
}

/** All records as JSON Lines, each kind after those that it refers to. */
async function* jsonLines(trx: Trx, options: ExportOptions): AsyncGenerator<string> {
  yield lineOf(await headOf(trx, options));
  let records = 0;
  for (const kind of KINDS)
    for await (const rows of rowsOf(trx, kind, options)) {
      records += rows.length;
      if (rows.length > 0) yield rows.map((row) => lineOf(recordOf(kind, row, options))).join('');
    }
  yield lineOf({ record: 'end', records } satisfies End);
}

/** The records of one kind as CSV (RFC 4180). */
export async function* csvOf(trx: Trx, kind: RecordKind, options: ExportOptions): AsyncGenerator<string> {
  const columns = columnsOf(kind, options);
  yield `${csvLine(columns.map(({ name }) => name))}\r\n`;
  for await (const rows of rowsOf(trx, kind, options))
    if (rows.length > 0)
      yield rows.map((row) => `${csvLine(columns.map(({ column }) => toCell(row[column])))}\r\n`).join('');
}

/** One file a kind, with the description of the format beside them. */
function csvFiles(trx: Trx, options: ExportOptions, now: Date): ArchiveFile[] {
  const description = { ...formatDescription(), options };
  return [
    {
      name: 'export.json',
      at: now,
      read: async () =>
        Buffer.from(`${JSON.stringify({ ...(await headOf(trx, options)), description }, null, 2)}\n`),
    },
    ...KINDS.map((kind) => ({
      name: `${kind.name}.csv`,
      at: now,
      read: async () => Readable.from(csvOf(trx, kind, options)),
    })),
  ];
}

/**
 * Everything that people recorded and the desk found out, read in one snapshot, a few rows at a time. The snapshot ends
 * with the stream, however that ends. An error ends it too, so that nobody takes a part for the whole.
 */
export async function exportStream(db: Db, options: ExportOptions): Promise<Readable> {
  const trx = await openSnapshot(db);
  const stream =
    options.format === 'csv'
      ? writeArchive(csvFiles(trx, options, new Date()), new Date())
      : Readable.from(jsonLines(trx, options));
  stream.once(
    'close',
    () =>
      void trx
        .rollback()
        .execute()
        .catch(() => {}),
  );
  return stream;
}

/** `delist-desk-2026-11-26.jsonl` */
export const exportName = ({ format }: ExportOptions, at: Date): string =>
  `delist-desk-${at.toISOString().slice(0, 10)}.${format === 'csv' ? 'zip' : 'jsonl'}`;
