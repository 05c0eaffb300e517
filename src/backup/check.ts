import { createHash, type Hash } from 'node:crypto';
import {
  BadBackup,
  type End,
  FORMAT,
  type Head,
  type Manifest,
  NO_BACKUP,
  type TableHead,
  type TableSum,
} from './format.ts';
import { linesOf } from './lines.ts';

const DAMAGED = 'This file was changed or damaged since it was made. Take another backup.';

function parsed(line: Buffer, otherwise = DAMAGED): Record<string, unknown> {
  try {
    return JSON.parse(line.toString('utf8')) as Record<string, unknown>;
  } catch {
    throw new BadBackup(otherwise);
  }
}

export function readHead(line: Buffer): Head {
  const head = parsed(line.subarray(0, 1_000_000), NO_BACKUP) as Partial<Head>;
  if (head.backup !== FORMAT.backup || !Array.isArray(head.schema)) throw new BadBackup(NO_BACKUP);
  if (head.format !== FORMAT.format)
    throw new BadBackup(
      `This backup has format ${head.format}, which a newer release wrote (${head.product}); this one reads format ${FORMAT.format}. Install that release.`,
    );
  return head as Head;
}

const OPEN_BRACKET = 91;

/** Parts of a backup, in their order. */
export type Part =
  | { kind: 'head'; head: Head }
  | { kind: 'table'; table: TableHead }
  | { kind: 'row'; line: Buffer }
  | { kind: 'end'; end: End };

/**
 * Reads a backup part by part and checks each sum when it comes to it: whoever has seen the part `end` has seen a whole
 * and unchanged backup. Throws {@link BadBackup}.
 */
export async function* checkedParts(lines: AsyncIterable<Buffer>): AsyncGenerator<Part> {
  const all = createHash('sha256');
  const sums: TableSum[] = [];
  let table: { name: string; rows: number; hash: Hash } | undefined;
  let seen: 'nothing' | 'head' | 'end' = 'nothing';
  const closeTable = () => {
    if (table) sums.push({ table: table.name, rows: table.rows, sha256: table.hash.digest('hex') });
    table = undefined;
  };
  for await (const line of lines) {
    if (seen === 'end') throw new BadBackup(DAMAGED);
    if (seen === 'nothing') {
      yield { kind: 'head', head: readHead(line) };
      seen = 'head';
    } else if (line[0] === OPEN_BRACKET) {
      if (!table) throw new BadBackup(DAMAGED);
      table.hash.update(line);
      table.rows += 1;
      yield { kind: 'row', line };
    } else {
      closeTable();
      const object = parsed(line);
      if (object['end'] === true) {
        const end = object as unknown as End;
        if (end.sha256 !== all.digest('hex') || JSON.stringify(end.tables) !== JSON.stringify(sums))
          throw new BadBackup(DAMAGED);
        seen = 'end';
        yield { kind: 'end', end };
        continue;
      }
      const head = object as unknown as TableHead;
      if (typeof head.table !== 'string' || !Array.isArray(head.columns)) throw new BadBackup(DAMAGED);
      table = { name: head.table, rows: 0, hash: createHash('sha256') };
      yield { kind: 'table', table: head };
    }
    all.update(line);
  }
  if (seen === 'nothing') throw new BadBackup('This file is empty.');
  if (seen === 'head') throw new BadBackup('This file is cut off: it has no end. Take another backup.');
}

/** Reads all of a backup, writes nothing, and tells what it holds. Throws {@link BadBackup}. */
export async function checkBackup(lines: AsyncIterable<Buffer>): Promise<Manifest> {
  let head: Head | undefined;
  for await (const part of checkedParts(lines)) {
    if (part.kind === 'head') head = part.head;
    if (part.kind === 'end' && head) {
      const { end: _, ...end } = part.end;
      // Read on: nothing may follow.
      head = { ...head, ...end } as Head;
    }
  }
  return head as Manifest;
}

/** Lines made a moment ago, as they would be read from a file. */
export async function* asLines(texts: AsyncIterable<string>): AsyncGenerator<Buffer> {
  async function* octets() {
    for await (const text of texts) yield Buffer.from(text);
  }
  yield* linesOf(octets());
}
