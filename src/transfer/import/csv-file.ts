import type { Db, Trx } from '../../database/open.ts';
import type { ImportRow } from '../../database/tables.ts';
import { invalid } from '../../problem.ts';
import { readOctets } from './queue.ts';
import { BadTable, readTable, type Table, textOf } from './table.ts';

/** The table of an import. Throws {@link BadTable}. */
export async function tableOf(db: Db | Trx, row: Pick<ImportRow, 'id' | 'byte_length'>): Promise<Table> {
  return readTable(textOf(await readOctets(db, row.id, 0, Math.max(1, row.byte_length))));
}

/** What an upload is read as. Throws `invalid` on `file` where it is no table. */
export function readUpload(octets: Buffer): Table {
  try {
    return readTable(textOf(octets));
  } catch (error) {
    if (error instanceof BadTable) throw invalid('file', error.message);
    throw error;
  }
}
