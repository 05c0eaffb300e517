import { isJournalEntry, journalStamp, readEvents } from './event-records.ts';
import { parsed } from './flat-events.ts';
import type { Line } from './input-lines.ts';
import type { Said } from './said.ts';
import { logReader } from './sessions.ts';
import type { Clock } from './stamps.ts';

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** The line on which a reply stands in a document of many lines. */
function lineOf(lines: Line[], text: string): number {
  const piece = JSON.stringify(text.slice(0, 60)).slice(1, -1).slice(4, 44);
  return lines.find((line) => piece !== '' && line.text.includes(piece))?.n ?? lines[0]?.n ?? 1;
}

/** The lines of a reply, as programs print a list. */
const isListOfStrings = (value: object): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string');

/** A whole JSON document; null when it is none. */
export function readJsonDocument(lines: Line[], clock: Clock): Said[] | null {
  const text = lines
    .map((line) => line.text)
    .join('\n')
    .trim();
  if (!/^[[{]/.test(text)) return null;
  const value = parsed(text);
  if (!isObject(value) || isJournalEntry(value) || isListOfStrings(value)) return null;
  const start = lines.find((line) => line.text.trim() !== '')?.n ?? 1;
  return readEvents(value, start, clock).map((found) => ({
    ...found,
    line: lines.length > 1 ? lineOf(lines, found.text) : start,
  }));
}

/** One JSON object a line: journal exports and event logs. Lines that are none are left to others. */
export function readJsonLines(lines: Line[], clock: Clock): { found: Said[]; rest: Line[] } {
  const readLog = logReader();
  const found: Said[] = [];
  const rest: Line[] = [];
  for (const line of lines) {
    const text = line.text.trim().replace(/,$/, '');
    const value = text.startsWith('{') && text.endsWith('}') ? parsed(text) : undefined;
    if (!isObject(value)) rest.push(line);
    else if (isJournalEntry(value)) {
      const entry = readLog(value.MESSAGE.slice(0, 20_000), line.n);
      const stamp = journalStamp(value, clock);
      if (entry)
        found.push({ ...entry, at: stamp?.at ?? entry.at, atGuessed: stamp?.guessed ?? entry.atGuessed });
    } else found.push(...readEvents(value, line.n, clock));
  }
  return { found, rest };
}

/** Fields of one line of comma separated values (RFC 4180). */
export function csvFields(line: string): string[] {
  if (!line.includes('"')) return line.split(',');
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const char = line[at];
    if (quoted && char === '"' && line[at + 1] === '"') {
      field += '"';
      at += 1;
    } else if (char === '"') quoted = !quoted;
    else if (char === ',' && !quoted) {
      fields.push(field);
      field = '';
    } else field += char;
  }
  return [...fields, field];
}

/** The columns of PowerMTA's accounting file as delivered. */
export const POWERMTA_COLUMNS =
  'type,timeLogged,timeQueued,orig,rcpt,orcpt,dsnAction,dsnStatus,dsnDiag,dsnMta,bounceCat,srcType,srcMta,dlvType,dlvSourceIp,dlvDestinationIp,dlvEsmtpAvailable,dlvSize,vmta,jobId,envId,queue,vmtaPool'.split(
    ',',
  );
const POWERMTA_ROW = /^(?:b|t|tq|rb|rs|d),(?:[\w-]{0,30},)?\d{4}-\d\d-\d\d \d\d:\d\d/;

/** Accounting files, with or without their header line. Null when it is none. */
export function readAccounting(lines: Line[], clock: Clock): { found: Said[]; rest: Line[] } | null {
  if (
    !lines.some(
      (line) => POWERMTA_ROW.test(line.text) || /(?:^|,)dsnDiag(?:,|$)/i.test(line.text.slice(0, 2000)),
    )
  )
    return null;
  let names = POWERMTA_COLUMNS;
  const found: Said[] = [];
  const rest: Line[] = [];
  for (const line of lines) {
    if (/(?:^|,)dsnDiag(?:,|$)/i.test(line.text.slice(0, 2000))) names = csvFields(line.text);
    else if (/^[a-z]{1,2},/.test(line.text)) {
      const fields = csvFields(line.text);
      found.push(
        ...readEvents(Object.fromEntries(names.map((name, at) => [name, fields[at] ?? ''])), line.n, clock),
      );
    } else rest.push(line);
  }
  return { found, rest };
}

const isProtocolHeader = (text: string): boolean =>
  text.startsWith('#Fields: ') && text.includes('session-id') && text.includes('local-endpoint');

/** Exchange's send connector log: one session is one dialogue. Null when it is none. */
export function readProtocolLog(lines: Line[]): Line[] | null {
  const header = lines.find((line) => isProtocolHeader(line.text));
  if (!header) return null;
  const names = header.text.replace(/^#Fields: /i, '').split(',');
  const at = (fields: string[], name: string): string => fields[names.indexOf(name)] ?? '';
  const recipients = new Map<string, string>();
  const out: Line[] = [];
  for (const line of lines) {
    if (line.text.startsWith('#')) continue;
    const fields = csvFields(line.text);
    const session = at(fields, 'session-id');
    const data = at(fields, 'data');
    const named = /^RCPT TO:\s?<([^>\s]{3,320})>/i.exec(data)?.[1];
    if (named !== undefined) recipients.set(session, named);
    if (at(fields, 'event') !== '<' || !/^[45]\d\d/.test(data)) continue;
    const endpoint = (name: string): string =>
      at(fields, name)
        .replace(/:\d+$/, '')
        .replace(/^\[|\]$/g, '');
    const recipient = recipients.get(session);
    const to = recipient === undefined ? '' : ` to=<${recipient}>`;
    out.push({
      n: line.n,
      text: `${at(fields, 'date-time')}${to} relay=${endpoint('remote-endpoint')}[${endpoint('remote-endpoint')}] source="${endpoint('local-endpoint')}" said: ${data}`,
    });
  }
  return out;
}
