import type { Db } from '../../database/open.ts';
import { csvLine } from '../../web/csv.ts';

const ROWS = 1000;

/** What an import left out, and why, as CSV. */
export async function* leftOutCsv(db: Db, id: number): AsyncGenerator<string> {
  yield `${csvLine(['line', 'field', 'value', 'why'])}\r\n`;
  for (let after = 0; ; ) {
    const rows = await db
      .selectFrom('import_left_out')
      .select(['id', 'row_number', 'field', 'value', 'why'])
      .where('import_id', '=', id)
      .where('id', '>', after)
      .orderBy('id')
      .limit(ROWS)
      .execute();
    if (rows.length > 0)
      yield rows.map((row) => `${csvLine([row.row_number, row.field, row.value, row.why])}\r\n`).join('');
    after = rows.at(-1)?.id ?? 0;
    if (rows.length < ROWS) return;
  }
}

/** Which number an incident had where it comes from, and which it has here, as CSV. */
export async function* numbersCsv(db: Db, id: number): AsyncGenerator<string> {
  yield `${csvLine(['there', 'here'])}\r\n`;
  for (let after = ''; ; ) {
    const rows = await db
      .selectFrom('import_records')
      .select(['source_id', 'target_id'])
      .where('import_id', '=', id)
      .where('kind', '=', 'incidents')
      .where('target_id', '>', after)
      .orderBy('target_id')
      .limit(ROWS)
      .execute();
    if (rows.length > 0)
      yield rows
        .map((row) => {
          // A row without a number of its own is known by what stands in it.
          const there = row.source_id.startsWith('row ') ? '' : row.source_id;
          return `${csvLine([there, Number(row.target_id)])}\r\n`;
        })
        .join('');
    after = rows.at(-1)?.target_id ?? '';
    if (rows.length < ROWS) return;
  }
}
