import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import type { Db } from '../database/open.ts';
import { refuse } from './bad-use.ts';
import type { Io } from './io.ts';
import { withDatabase } from './with-database.ts';

export const USE = `Use: import FILE | -

Brings an export of another desk (JSON Lines) into this one. What came before is not brought in again, and an import that
was cut off is gone on with by the server. With the embedded database, stop the server first.
`;

async function firstLine(
  octets: AsyncIterable<Uint8Array>,
): Promise<{ line: string; rest: AsyncIterable<Buffer> }> {
  const source = octets[Symbol.asyncIterator]();
  const first = await source.next();
  const head = Buffer.from(first.done ? [] : first.value);
  async function* all() {
    if (head.length > 0) yield head;
    for (let next = await source.next(); !next.done; next = await source.next())
      yield Buffer.from(next.value);
  }
  return { line: head.toString('utf8', 0, 4096).split('\n')[0] ?? '', rest: all() };
}

async function bringIn(db: Db, io: Io, file: string): Promise<number> {
  const { readHead, isOwnSource } = await import('../transfer/import/run-export.ts');
  const { getImport, keepImport } = await import('../transfer/import/queue.ts');
  const { runExportBatch } = await import('../transfer/import/run-export.ts');
  const octets = file === '-' ? io.stdin : (createReadStream(file) as AsyncIterable<Uint8Array>);
  const { line, rest } = await firstLine(octets);
  const head = readHead(line);
  if (await isOwnSource(db, head.source)) {
    io.stderr.write('This export is of this very desk: all of it is here.\n');
    return 1;
  }
  const id = await db.transaction().execute((trx) =>
    keepImport(
      trx,
      {
        kind: 'export',
        state: 'waiting',
        fileName: basename(file),
        source: head.source,
        options: {},
        byName: 'the command line',
      },
      rest,
    ),
  );
  for (;;) {
    const { isDone } = await runExportBatch(db, id);
    const row = await getImport(db, id);
    io.stderr.write(`${Math.floor((row.place / Math.max(1, row.byte_length)) * 100)}%\r`);
    if (isDone) break;
  }
  const row = await getImport(db, id);
  const added = Object.entries(row.added as Record<string, number>);
  for (const [kind, n] of added) io.stdout.write(`${kind}: ${n}\n`);
  io.stdout.write(
    `Added ${added.reduce((sum, [, n]) => sum + n, 0)}, known before ${row.known}, left out ${row.left_out}.\n`,
  );
  const why = await db
    .selectFrom('import_left_out')
    .select((eb) => ['why', eb.fn.countAll<number>().as('n')])
    .where('import_id', '=', id)
    .groupBy('why')
    .orderBy('why')
    .execute();
  for (const one of why) io.stdout.write(`Left out, ${one.n}: ${one.why}\n`);
  if (row.problem) io.stderr.write(`${row.problem}\n`);
  return row.problem ? 1 : 0;
}

export async function importCommand(args: string[], io: Io): Promise<number> {
  const [file, more] = args;
  if (!file || more !== undefined || (file.startsWith('-') && file !== '-')) return refuse(io, USE);
  return withDatabase((db) => bringIn(db, io, file));
}
