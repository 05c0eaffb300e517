import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { identityOf } from '../bounces/distinct.ts';
import { parseReport } from '../bounces/parse-report.ts';
import type { Rejection } from '../bounces/rejection.ts';
import { type Catalogue, readCatalogue } from '../providers/catalogue.ts';
import { inWords } from '../system-words.ts';
import { BadUse } from './bad-use.ts';
import { gunzip } from './gunzip.ts';
import { inputChunks } from './input-chunks.ts';
import type { Io } from './io.ts';

export const USE = `Use: parse [--jsonl FIELD] [--time-zone ZONE] [FILE…]
Prints one JSON object per rejection and line. Reads standard input when no file is named; "-" is standard input.
  --jsonl FIELD     the input has one JSON object a line; the text is in FIELD, the object's id is repeated
  --time-zone ZONE  zone of log stamps without one, such as Europe/Berlin; default UTC
Exit status: 0 something was recognised, 1 nothing was, 2 bad use.
`;

type Arguments = { files: string[]; field: string | null; timeZone: string };

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
}

/** Throws {@link BadUse}. */
function readArguments(args: string[]): Arguments {
  const found: Arguments = { files: [], field: null, timeZone: 'UTC' };
  const rest = [...args];
  const value = (option: string): string => {
    const next = rest.shift();
    if (next === undefined || next === '') throw new BadUse(`${option} needs a value`);
    return next;
  };
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--jsonl') found.field = value(arg);
    else if (arg === '--time-zone') found.timeZone = value(arg);
    else if (arg === '--') found.files.push(...rest.splice(0));
    else if (arg.startsWith('-') && arg !== '-') throw new BadUse(`unknown option ${arg}`);
    else found.files.push(arg);
  }
  if (!isZone(found.timeZone)) throw new BadUse(`unknown time zone ${found.timeZone}`);
  return found;
}

type Row = { id?: unknown; file: string | null } & Record<string, unknown>;

/** One object of the output, in the order of the contract. */
function toRow(file: string | null, found: Rejection | null, id?: unknown): Row {
  return {
    ...(id === undefined ? {} : { id }),
    file,
    line: found?.line ?? null,
    provider: found?.provider ?? null,
    ip: found?.ip ?? null,
    smtpCode: found?.replyCode ?? null,
    enhancedCode: found?.enhancedCode ?? null,
    blockCode: found?.blockCode ?? null,
    reason: found?.reason ?? null,
    temporary: found?.temporary ?? null,
    recipient: found?.recipient ?? null,
    recipientDomain: found?.recipientDomain ?? null,
    mx: found?.mx ?? null,
    listName: found?.listName ?? null,
    at: found?.at ?? null,
    text: found?.text ?? null,
  };
}

type Run = { catalogue: Catalogue; arguments: Arguments; now: Date; write: (row: Row) => void };

function recognised(text: string | Uint8Array, run: Run): Rejection[] {
  const { rejections, notBlocks } = parseReport(text, {
    catalogue: run.catalogue,
    now: run.now,
    timeZone: run.arguments.timeZone,
  });
  return [...rejections, ...notBlocks].sort((a, b) => a.line - b.line);
}

/** A file or standard input; rotated logs are unzipped. */
const open = (file: string | null, io: Io): Readable =>
  Readable.from(gunzip(file === null ? io.stdin : createReadStream(file)));

async function parseFile(file: string | null, io: Io, run: Run): Promise<boolean> {
  const printed = new Set<string>();
  for await (const { octets, linesBefore } of inputChunks(open(file, io))) {
    for (const found of recognised(octets, run)) {
      const key = identityOf(found);
      if (printed.has(key)) continue;
      printed.add(key);
      run.write(toRow(file, { ...found, line: found.line + linesBefore }));
    }
  }
  return printed.size > 0;
}

/** Throws {@link BadUse} when a line is no object with a text in that field. */
function readLine(line: string, field: string, at: number, name: string): { id: unknown; text: string } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new BadUse(`${name}, line ${at}: not JSON`);
  }
  const record = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const text = record[field];
  if (typeof text !== 'string') throw new BadUse(`${name}, line ${at}: no text in "${field}"`);
  return { id: record['id'] ?? null, text };
}

async function parseJsonLines(file: string | null, field: string, io: Io, run: Run): Promise<boolean> {
  let any = false;
  let at = 0;
  const lines = createInterface({ input: open(file, io), crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) {
    at += 1;
    if (line.trim() === '') continue;
    const { id, text } = readLine(line, field, at, file ?? 'standard input');
    const found = recognised(text, run);
    any ||= found.length > 0;
    if (found.length === 0) run.write(toRow(file, null, id));
    for (const rejection of found) run.write(toRow(file, rejection, id));
  }
  return any;
}

/** The file cannot be read, or is no whole gzip file. */
const isFileError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'code' in error && ('syscall' in error || String(error.code).startsWith('Z_'));

/**
 * The `parse` command: one JSON object per rejection. Exit status 0 when something was recognised, 1 when
 * nothing was, 2 for bad use (an unknown option, an unreadable file, a line that is no JSON).
 */
export async function parseCommand(args: string[], io: Io): Promise<number> {
  try {
    const found = readArguments(args);
    const write = (row: Row): void => void io.stdout.write(`${JSON.stringify(row)}\n`);
    const run: Run = { catalogue: readCatalogue(), arguments: found, now: new Date(), write };
    let any = false;
    for (const name of found.files.length > 0 ? found.files : ['-']) {
      const file = name === '-' ? null : name;
      const read =
        found.field === null
          ? await parseFile(file, io, run)
          : await parseJsonLines(file, found.field, io, run);
      any ||= read;
    }
    return any ? 0 : 1;
  } catch (error) {
    if (!(error instanceof BadUse) && !isFileError(error)) throw error;
    io.stderr.write(`parse: ${inWords(error)}\n${error instanceof BadUse ? USE : ''}`);
    return 2;
  }
}
