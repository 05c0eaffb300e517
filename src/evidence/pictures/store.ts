import { createHash } from 'node:crypto';
import type { Db, Trx } from '../../database/open.ts';
import type { PictureType } from '../../database/tables.ts';
import { notFound } from '../../problem.ts';
import type { Picture } from './picture.ts';

/** What screenshots belong to: a fact recorded with an incident, or what was read at a place. */
type Owner = { evidence: number; reading?: never } | { reading: number; evidence?: never };
export type KeptPicture = { id: number; name: string };

/** Keeps screenshots byte for byte, in their order. */
export async function keepPictures(trx: Trx, owner: Owner, pictures: Picture[]): Promise<KeptPicture[]> {
  if (pictures.length === 0) return [];
  return trx
    .insertInto('evidence_files')
    .values(
      pictures.map(({ name, bytes, type }, index) => ({
        evidence_id: owner.evidence ?? null,
        reading_id: owner.reading ?? null,
        position: index + 1,
        file_name: name,
        content_type: type,
        byte_length: bytes.length,
        sha256: createHash('sha256').update(bytes).digest(),
        bytes,
      })),
    )
    .returning(['id', 'file_name as name'])
    .execute();
}

/** The screenshots of readings, without their bytes. */
export async function picturesOfReadings(db: Db, readings: number[]): Promise<Map<number, KeptPicture[]>> {
  if (readings.length === 0) return new Map();
  const rows = await db
    .selectFrom('evidence_files')
    .select(['id', 'file_name as name', 'reading_id'])
    .where('reading_id', 'in', readings)
    .orderBy('reading_id')
    .orderBy('position')
    .execute();
  return Map.groupBy(rows, (row) => row.reading_id ?? 0);
}

export async function getPicture(
  db: Db,
  id: number,
): Promise<{ file_name: string; content_type: PictureType; bytes: Buffer }> {
  return db
    .selectFrom('evidence_files')
    .select(['file_name', 'content_type', 'bytes'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow(() => notFound('such screenshot'));
}
