import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { classifyReply, type Reply } from '../correspondence/reading/classify.ts';
import { readableText } from '../correspondence/reading/reply-text.ts';
import { type Catalogue, readCatalogue } from '../providers/catalogue.ts';
import { inWords } from '../system-words.ts';
import { BadUse } from './bad-use.ts';
import type { Io } from './io.ts';

export const USE = `Use: classify [--provider KEY] [--jsonl FIELD] [FILE…]
Prints one JSON object per reply. Reads standard input when no file is named; "-" is standard input.
  --provider KEY    whose replies they are; left out: it is read from them
  --jsonl FIELD     the input has one JSON object a line; the text is in FIELD, the object's id is repeated
Exit status: 0 something was recognised, 1 nothing was, 2 bad use.
`;

const HEADER_NAMES =
  /^(?:from|to|subject|date|received|return-path|message-id|mime-version|content-type|delivered-to|x-[a-z0-9-]{1,60}):/i;
const HEADER_LINE = /^[!-9;-~]{1,76}:/;
/** Most of an input that is read, in bytes; a mail above this is cut. */
const MAX_INPUT = 32 * 1024 * 1024;

type Row = { id?: unknown; file: string; reply: Reply };
type Settings = { provider?: string; jsonl?: string; files: string[] };

function settingsOf(args: string[], catalogue: Catalogue): Settings {
  const options = { provider: { type: 'string' }, jsonl: { type: 'string' } } as const;
  let parsed: ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>;
  try {
    parsed = parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new BadUse((error as Error).message);
  }
  const { provider, jsonl } = parsed.values;
  if (provider !== undefined && !catalogue.byKey.has(provider))
    throw new BadUse(`no provider "${provider}" in the catalogue`);
  if (jsonl === '') throw new BadUse('--jsonl needs the name of a field');
  return {
    files: parsed.positionals,
    ...(provider === undefined ? {} : { provider }),
    ...(jsonl === undefined ? {} : { jsonl }),
  };
}

async function readAll(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_INPUT) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_INPUT);
}

/** A whole mail starts with header lines (RFC 5322 § 2.2), at least two of them well-known ones. */
export function looksLikeMail(text: string): boolean {
  const head = text
    .slice(0, 20_000)
    .replace(/^(?:From [^\n]{0,300}\n|\s)/, '')
    .split(/\r?\n/);
  const end = head.indexOf('');
  const lines = head.slice(0, Math.max(end, 0)).filter((line) => !/^[ \t]/.test(line));
  const known = lines.filter((line) => HEADER_NAMES.test(line)).length;
  return known >= 2 && lines.every((line) => HEADER_LINE.test(line));
}

async function replyOfMail(raw: Uint8Array): Promise<Reply> {
  const { default: PostalMime } = await import('postal-mime');
  const mail = await PostalMime.parse(raw);
  const text = mail.text ?? mail.html ?? '';
  const from = mail.from?.address;
  return {
    text,
    ...(mail.subject === undefined ? {} : { subject: mail.subject }),
    ...(from ? { from } : {}),
  };
}

async function replyOf(raw: Uint8Array, file: string): Promise<Reply> {
  const text = new TextDecoder().decode(raw);
  if (!file.toLowerCase().endsWith('.eml') && !looksLikeMail(text)) return { text };
  try {
    return await replyOfMail(raw);
  } catch {
    return { text };
  }
}

function rowsOfJsonLines(text: string, file: string, field: string): Row[] {
  return text.split('\n').flatMap((line, index): Row[] => {
    if (line.trim() === '') return [];
    const fail = (why: string): never => {
      throw new BadUse(`${file}, line ${index + 1}: ${why}`);
    };
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      fail('not JSON');
    }
    if (value === null || typeof value !== 'object') return fail('not an object');
    const entry = value as Record<string, unknown>;
    const found = entry[field];
    if (typeof found !== 'string') return fail(`no text in "${field}"`);
    const subject =
      field !== 'subject' && typeof entry['subject'] === 'string' ? { subject: entry['subject'] } : {};
    const from = field !== 'from' && typeof entry['from'] === 'string' ? { from: entry['from'] } : {};
    return [{ id: entry['id'] ?? null, file, reply: { text: found, ...subject, ...from } }];
  });
}

async function rowsOf(settings: Settings, io: Io): Promise<Row[]> {
  const rows: Row[] = [];
  for (const file of settings.files.length === 0 ? ['-'] : settings.files) {
    let raw: Uint8Array;
    try {
      raw = file === '-' ? await readAll(io.stdin) : (await readFile(file)).subarray(0, MAX_INPUT);
    } catch (error) {
      throw new BadUse(inWords(error as Error));
    }
    if (settings.jsonl !== undefined)
      rows.push(...rowsOfJsonLines(new TextDecoder().decode(raw), file, settings.jsonl));
    else rows.push({ file, reply: await replyOf(raw, file) });
  }
  return rows;
}

/**
 * Classifies replies, one JSON object a line on `stdout`. Resolves to the exit code: 0 when something was
 * classified, 1 when there was nothing in the input, 2 for bad use (told on `stderr`).
 */
export async function classifyCommand(args: string[], io: Io): Promise<number> {
  const catalogue = readCatalogue();
  try {
    const settings = settingsOf(args, catalogue);
    const options = {
      catalogue,
      ...(settings.provider === undefined ? {} : { provider: settings.provider }),
    };
    let classified = 0;
    for (const { id, file, reply } of await rowsOf(settings, io)) {
      if (readableText(`${reply.subject ?? ''}${reply.text}`).trim() === '') continue;
      const { provider, verdict, reference, confidence, quote, perAddress } = classifyReply(reply, options);
      const echoed = settings.jsonl === undefined ? {} : { id };
      io.stdout.write(
        `${JSON.stringify({ ...echoed, file, provider, verdict, reference, confidence, quote, addresses: perAddress })}\n`,
      );
      classified += 1;
    }
    return classified > 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof BadUse)) throw error;
    io.stderr.write(`${error.message}\n${USE}`);
    return 2;
  }
}
