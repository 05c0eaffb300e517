import { sql } from 'kysely';
import { note } from '../../audit/note.ts';
import type { Trx } from '../../database/open.ts';
import { invalid } from '../../problem.ts';
import type { Actor } from '../../web/access.ts';
import { readUpload } from './csv-file.ts';
import { guessMapping } from './mapping.ts';
import { keepImport } from './queue.ts';
import { BadExport, readHead } from './run-export.ts';

type File = { name: string; bytes: Buffer };

const isExport = (octets: Buffer): boolean => /^\s*\{/.test(octets.toString('utf8', 0, 200));

/** Keeps an export of another desk; it is brought in at once. Throws `invalid` on `file`. */
export async function takeExport(trx: Trx, actor: Actor, file: File): Promise<number> {
  const end = file.bytes.indexOf(10);
  const first = file.bytes.toString('utf8', 0, end === -1 ? Math.min(file.bytes.length, 10_000) : end);
  let source: string;
  try {
    source = readHead(first).source;
  } catch (error) {
    if (error instanceof BadExport) throw invalid('file', error.message);
    throw error;
  }
  const { rows } = await sql`select 1 from desk_identity where source::text = ${source}`.execute(trx);
  if (rows.length > 0) throw invalid('file', 'This export is of this very desk: all of it is here.');
  const given = {
    kind: 'export',
    state: 'waiting',
    fileName: file.name,
    source,
    options: {},
    byName: actor.name,
  } as const;
  await note(trx, actor, 'data-imported', { subject: file.name, detail: { kind: 'export', source } });
  return keepImport(trx, given, [file.bytes]);
}

/** Keeps an upload: an export is brought in at once, a table waits until its columns are told. */
export async function takeFile(trx: Trx, actor: Actor, file: File, zone: string): Promise<number> {
  if (isExport(file.bytes)) return takeExport(trx, actor, file);
  const table = readUpload(file.bytes);
  await note(trx, actor, 'data-imported', { subject: file.name, detail: { kind: 'table' } });
  const tracker = file.name.replace(/\.[^.]*$/, '').slice(0, 80) || 'another tracker';
  return keepImport(
    trx,
    {
      kind: 'csv',
      state: 'mapping',
      fileName: file.name,
      source: 'not told yet',
      options: { mapping: guessMapping(table, zone, tracker) },
      byName: actor.name,
    },
    [file.bytes],
  );
}
