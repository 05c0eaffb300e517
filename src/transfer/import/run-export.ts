import { sql } from 'kysely';
import type { Db, Trx } from '../../database/open.ts';
import type { ImportRow } from '../../database/tables.ts';
import { FORMAT, type Head } from '../format.ts';
import { KIND_OF } from '../kinds.ts';
import { type Bringing, bring } from './bring.ts';
import type { Given } from './fit.ts';
import { reserveNumbers } from './insert.ts';
import { type LeftOut, lockImport, noteProgress, readOctets } from './queue.ts';
import { Known } from './records.ts';

const LINES = 500;
const OCTETS = 4 * 1024 * 1024;
/** A mail of 25 MB with its text and HTML, in base64. */
const LONGEST_LINE = 128 * 1024 * 1024;

/** An export that cannot be read on. */
export class BadExport extends Error {
  override name = 'BadExport';
}

type Line = { text: string; length: number };

/** Whole lines from a place on; one that is longer than a batch is read alone. */
async function linesFrom(trx: Trx, row: ImportRow): Promise<Line[]> {
  for (let most = OCTETS; most <= LONGEST_LINE; most *= 4) {
    const octets = await readOctets(trx, row.id, row.place, most);
    const isEnd = row.place + octets.length >= row.byte_length;
    const lines: Line[] = [];
    let from = 0;
    while (lines.length < LINES) {
      const end = octets.indexOf(10, from);
      if (end === -1) break;
      lines.push({ text: octets.toString('utf8', from, end), length: end + 1 - from });
      from = end + 1;
    }
    if (lines.length === 0 && isEnd && octets.length > 0)
      lines.push({ text: octets.toString('utf8'), length: octets.length });
    if (lines.length > 0 || isEnd) return lines;
  }
  throw new BadExport(`A line is longer than ${LONGEST_LINE / 1024 / 1024} MB.`);
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === 'object' && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** The first line of an export. Throws {@link BadExport} where it is none that can be read here. */
export function readHead(text: string): Head {
  const head = parse(text) as Partial<Head> | undefined;
  if (head?.record !== 'export' || head.format !== FORMAT.name)
    throw new BadExport('This is no export of Delist Desk: its first line does not say so.');
  if (!Number.isInteger(head.version) || (head.version ?? 0) > FORMAT.version)
    throw new BadExport('This export was made by a newer release; bring this desk up to date first.');
  if (!/^[\da-f-]{36}$/.test(String(head.source)))
    throw new BadExport('The first line of this export does not say which desk it comes from.');
  return head as Head;
}

/** Numbers of the incidents in these lines. */
const numbersIn = (lines: Line[]): number[] =>
  lines
    .filter(({ text }) => text.startsWith('{"record":"incidents"'))
    .map(({ text }) => Number(parse(text)?.['number']));

const CUT_OFF = 'The last line is missing: the file is cut off. What was in it has been brought in.';

/** The next lines of an export, in one transaction: whatever ends the process, each is brought in once. */
export function runExportBatch(db: Db, id: number): Promise<{ isDone: boolean }> {
  return db.transaction().execute(async (trx) => {
    const row = await lockImport(trx, id);
    if (row.state !== 'running' && row.state !== 'waiting') return { isDone: true };
    const lines = await linesFrom(trx, row);
    await reserveNumbers(trx, numbersIn(lines));
    const bringing: Bringing = {
      trx,
      source: row.source,
      importId: id,
      known: new Known(trx, row.source),
    };
    const added: Record<string, number> = {};
    const leftOut: LeftOut[] = [];
    let known = 0;
    let isWhole = false;
    let group: Given[] = [];
    let kindName = '';
    const flush = async () => {
      const kind = KIND_OF.get(kindName);
      if (kind && group.length > 0) {
        const outcome = await bring(bringing, kind, group);
        added[kindName] = (added[kindName] ?? 0) + outcome.added;
        known += outcome.known;
        leftOut.push(...outcome.leftOut);
      }
      group = [];
    };
    for (const [index, { text }] of lines.entries()) {
      const number = row.total + index + 1;
      if (number === 1) {
        readHead(text);
        continue;
      }
      if (text.trim() === '') continue;
      const record = parse(text);
      const name = record && typeof record['record'] === 'string' ? record['record'] : '';
      if (name === 'end') {
        isWhole = true;
        continue;
      }
      if (!record || !KIND_OF.has(name)) {
        const why = record ? 'This kind of record is not known here.' : 'The line is no JSON object.';
        leftOut.push({ row: number, field: name, value: text.slice(0, 300), why });
        continue;
      }
      if (name !== kindName) await flush();
      kindName = name;
      group.push({ row: number, record });
    }
    await flush();
    const place = row.place + lines.reduce((sum, { length }) => sum + length, 0);
    const isDone = place >= row.byte_length;
    await noteProgress(trx, row, {
      place,
      // Lines that were read.
      total: row.total + lines.length,
      added,
      known,
      leftOut,
      isDone,
      ...(isDone ? { problem: isWhole ? '' : CUT_OFF } : {}),
    });
    return { isDone };
  });
}

/** Its own export brings nothing to a desk. */
export async function isOwnSource(db: Db, source: string): Promise<boolean> {
  const { rows } = await sql`select 1 from desk_identity where source::text = ${source}`.execute(db);
  return rows.length > 0;
}
