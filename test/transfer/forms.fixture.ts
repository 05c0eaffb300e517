import { sql } from 'kysely';
import { takeFile } from '../../src/transfer/import/take-file.ts';
import { SYSTEM } from '../../src/web/access.ts';
import type { TestDesk } from '../desk.ts';

const CSV = 'Case;Subject;ISP;IP Address;Status;Created\n1;Blocked;gmail.com;203.0.113.7;Open;2026-03-11\n';
const COLUMNS = {
  'column-sourceId': '0',
  'column-title': '1',
  'column-provider': '2',
  'column-addresses': '3',
  'column-state': '4',
  'column-opened': '5',
  dateFormat: 'iso',
  zone: 'UTC',
  tracker: 'old',
};

/** With import 900, a table whose columns are not told yet. */
const withTable =
  (fields: Record<string, string>) =>
  async ({ db }: TestDesk) => {
    await db.deleteFrom('import_pieces').where('import_id', '=', 900).execute();
    await db.deleteFrom('imports').where('id', '=', 900).execute();
    await db.transaction().execute(async (trx) => {
      const file = { name: 'old.csv', bytes: Buffer.from(CSV) };
      const id = await takeFile(trx, SYSTEM, file as never, 'UTC');
      await sql`with moved as (
        insert into imports (id, kind, state, file_name, byte_length, sha256, source, options, by_name)
        overriding system value select 900, kind, state, file_name, byte_length, sha256, source, options, by_name
        from imports where id = ${id} returning id)
      insert into import_pieces select 900, position, octets from import_pieces where import_id = ${id}`.execute(
        trx,
      );
      await trx.deleteFrom('import_pieces').where('import_id', '=', id).execute();
      await trx.deleteFrom('imports').where('id', '=', id).execute();
    });
    return fields;
  };

/** A submission of each form of imports, by its route. */
export const IMPORT_FORMS = {
  '/settings/import/:id/look': { url: '/settings/import/900/look', fields: withTable(COLUMNS) },
  '/settings/import/:id/removal': { url: '/settings/import/900/removal', fields: withTable({}) },
  '/settings/import/:id/start': { url: '/settings/import/900/start', fields: withTable(COLUMNS) },
};
