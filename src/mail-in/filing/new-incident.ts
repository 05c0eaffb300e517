import type { Db, Trx } from '../../database/open.ts';
import type { BlockToLog } from '../../incidents/logging/log.ts';
import { type Known, readReport } from '../../incidents/logging/read-report.ts';
import { blocksToLog, type Given, takeReport } from '../../incidents/logging/take-report.ts';
import { notFound } from '../../problem.ts';
import type { Catalogue } from '../../providers/catalogue.ts';
import type { Actor } from '../../web/access.ts';
import { moveMessage } from './filed.ts';

/** What a person says about the incident that a message is about. */
export type Split = { provider: string; addresses: string; title?: string | undefined };
export type ReadSplit = { given: Given; blocks: BlockToLog[] };

/** Reads a message as the report of a new incident. Throws `invalid` with a message for each field that is wrong. */
export async function readSplit(
  db: Db,
  desk: { playbooks: Known; timeZone: string },
  id: number,
  split: Split,
): Promise<ReadSplit> {
  const message = await db
    .selectFrom('messages')
    .select(['raw', 'subject'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow(() => notFound('such message'));
  const given: Given = {
    ...split,
    raw: message.raw,
    source: 'mail',
    fileName: `${message.subject.slice(0, 100) || 'message'}.eml`,
    to: 'new',
  };
  const read = await readReport(given.raw, desk.playbooks, desk.timeZone);
  return { given, blocks: blocksToLog(read, given, desk.playbooks.catalogue) };
}

/** Logs a new incident with a message as its report and files the message there. Returns the incident's number. */
export async function newIncidentFrom(
  trx: Trx,
  actor: Actor,
  catalogue: Catalogue,
  id: number,
  { given, blocks }: ReadSplit,
  seenIn: number | null,
): Promise<number> {
  const { logged } = await takeReport(trx, actor, given, blocks);
  const number = logged[0] as number;
  await moveMessage(trx, actor, catalogue, id, number, seenIn);
  return number;
}
