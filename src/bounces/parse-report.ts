import type { Catalogue } from '../providers/catalogue.ts';
import { hasStatusFields, readDeliveryStatus } from './delivery-status.ts';
import { distinct, type SeenRejection } from './distinct.ts';
import { readFreeText } from './free-text.ts';
import { inputLines, type Line } from './input-lines.ts';
import { withoutListMarks } from './list-marks.ts';
import { readMail } from './mail.ts';
import { looksLikeMail } from './mime.ts';
import type { Rejection } from './rejection.ts';
import { readReply } from './reply-code.ts';
import { type ReportFormat, reportNotes } from './report-notes.ts';
import type { Said } from './said.ts';
import { type Clock, clockIn } from './stamps.ts';
import { readAccounting, readJsonDocument, readJsonLines, readProtocolLog } from './structured.ts';
import { toRejection } from './to-rejection.ts';

export type ParsedReport = {
  format: ReportFormat;
  /** Blocks, each distinct one once, in the order of the input. */
  rejections: SeenRejection[];
  /** Recognised bounces that block nobody. */
  notBlocks: SeenRejection[];
  /** Plain sentences about what was not read, or could not be found. */
  notes: string[];
};

export type ParseOptions = {
  catalogue: Catalogue;
  /** Resolves log stamps without a year. */
  now: Date;
  /** IANA zone of log stamps without one; UTC when absent or unknown. */
  timeZone?: string;
};

type Read = { format: ReportFormat; replies: Said[] };

const inOrder = (...read: Said[][]): Said[] => read.flat().sort((a, b) => a.line - b.line);

const wordsOf = (said: Said): string => readReply(said.text).text;

/** Whom it was said to, or by whom. */
const knows = ({ recipient, mx }: Said): boolean => recipient !== null || mx !== null;

/**
 * The fields of a report are read as such, and would count again as free text; where nothing of them is left but
 * the words, the text around knows more.
 */
function withoutRepeats(fields: Said[], texts: Said[]): { status: Said[]; texts: Said[] } {
  if (fields.length === 0) return { status: fields, texts };
  // The first with these words counts: below it they are repeated.
  const known = new Map(
    texts
      .filter(knows)
      .map((found): [string, Said] => [wordsOf(found), found])
      .reverse(),
  );
  const status = fields
    .filter((entry) => knows(entry) || !known.has(wordsOf(entry)))
    .map((entry) => ({ ...entry, phase: entry.phase ?? known.get(wordsOf(entry))?.phase ?? null }));
  const told = new Set(status.map(wordsOf));
  const rest = texts.filter(
    (found) => !told.has(wordsOf(found)) && (knows(found) || !known.has(wordsOf(found))),
  );
  return { status, texts: rest };
}

function readPlain(lines: Line[], clock: Clock): Read {
  const json = readJsonDocument(lines, clock);
  if (json) return { format: 'events', replies: json };
  const accounting = readAccounting(lines, clock);
  if (accounting)
    return { format: 'accounting', replies: [...accounting.found, ...readFreeText(accounting.rest, clock)] };
  const protocol = readProtocolLog(lines);
  if (protocol) return { format: 'log', replies: readFreeText(protocol, clock) };
  const events = readJsonLines(lines, clock);
  const fields = hasStatusFields(events.rest)
    ? readDeliveryStatus(events.rest, clock).filter((found) => found.text !== '')
    : [];
  const { status, texts } = withoutRepeats(fields, readFreeText(events.rest, clock));
  if (status.length > 0 && events.found.length === 0)
    return { format: 'bounce', replies: inOrder(status, texts) };
  const format =
    events.found.length > 0 ? 'events' : texts.some((found) => found.at !== null) ? 'log' : 'text';
  return { format, replies: inOrder(events.found, status, texts) };
}

function read(lines: Line[], clock: Clock): Read {
  if (lines.every((line) => line.text.trim() === '')) return { format: 'empty', replies: [] };
  if (!looksLikeMail(lines)) return readPlain(lines, clock);
  const mail = readMail(lines, clock);
  return { format: mail.kind, replies: mail.replies };
}

/**
 * Reads whatever was pasted: an SMTP reply in any dressing, a bounce, log lines, platform events. Pure and
 * bounded; never throws on any input. What the input does not say is null, and noted.
 */
export function parseReport(input: string | Uint8Array, options: ParseOptions): ParsedReport {
  const clock = clockIn(options.timeZone, options.now);
  const { lines, truncated } = inputLines(input);
  const found = read(withoutListMarks(lines), clock);
  const outgoing = found.replies.filter((reply) => !reply.inbound);
  const recognised = (replies: Said[]): Rejection[] =>
    replies.map((reply) => toRejection(reply, options.catalogue)).filter((rejection) => rejection !== null);
  const own = recognised(outgoing);
  const all = own.length > 0 ? own : recognised(found.replies);
  const once = distinct(all);
  const rejections = once.filter((rejection) => rejection.reason !== 'not-a-block');
  const notBlocks = once.filter((rejection) => rejection.reason === 'not-a-block');
  const leftOut = own.length > 0 && outgoing.length < found.replies.length;
  const facts = { format: found.format, blocks: rejections, others: notBlocks.length, leftOut, truncated };
  return { format: found.format, rejections, notBlocks, notes: reportNotes(facts) };
}
