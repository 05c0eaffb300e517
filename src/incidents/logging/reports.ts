import { createHash } from 'node:crypto';
import type { Db, Trx } from '../../database/open.ts';
import type { ReportsTable } from '../../database/tables.ts';

export type ReportSource = ReportsTable['source'];

/** Keeps what came in, byte for byte. */
export async function keepReport(
  trx: Trx,
  report: { raw: Buffer; source: ReportSource; fileName: string },
): Promise<number> {
  const row = await trx
    .insertInto('reports')
    .values({
      raw: report.raw,
      sha256: createHash('sha256').update(report.raw).digest(),
      byte_length: report.raw.length,
      source: report.source,
      file_name: report.fileName.slice(0, 300),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

/** A report of an incident, as it came in. */
export async function rawReport(db: Db, number: number, id: number): Promise<Buffer | undefined> {
  const report = await db
    .selectFrom('reports as r')
    .innerJoin('incident_reports as ir', 'ir.report_id', 'r.id')
    .select('r.raw')
    .where('ir.incident_number', '=', number)
    .where('r.id', '=', id)
    .executeTakeFirst();
  return report?.raw;
}
