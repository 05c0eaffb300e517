import type { Line } from './input-lines.ts';
import { decodeBody } from './transfer-encoding.ts';

/** Header fields by lower-case name; the first of each name counts. */
export type Headers = Map<string, string>;

/** One leaf of a MIME tree (RFC 2045, 2046), or a message inside the message. */
export type Part = {
  type: string;
  headers: Headers;
  lines: Line[];
  /** Messages around this part. */
  within: number;
};

/** Nesting and number of parts that a bounce can have; deeper or more are left out. */
const DEEPEST = 20;
const MOST_PARTS = 500;

const MOST_HEADER_LINES = 2000;

/** Reads unfolded header fields up to the first empty line; tells where the body starts. */
export function readHeaders(lines: Line[]): { headers: Headers; body: number } {
  const headers: Headers = new Map();
  let last: string | null = null;
  let at = 0;
  for (; at < lines.length && at < MOST_HEADER_LINES; at += 1) {
    const text = lines[at]?.text ?? '';
    if (text.trim() === '') break;
    const field = /^([!-9;-~]{1,80}):\s?(.*)$/.exec(text);
    if (/^[ \t]/.test(text) && last !== null)
      headers.set(last, `${headers.get(last) ?? ''} ${text.trim()}`.slice(0, 4000));
    else if (field === null && last !== null && /;\s*$/.test(headers.get(last) ?? ''))
      // The blank in front of the next line of a field is lost at times, and a parameter is to follow.
      headers.set(last, `${headers.get(last)} ${text.trim()}`.slice(0, 4000));
    else if (field?.[1] !== undefined) {
      last = field[1].toLowerCase();
      if (headers.has(last)) last = ' repeated';
      headers.set(last, field[2] ?? '');
    }
  }
  return { headers, body: Math.min(at + 1, lines.length) };
}

export function parameter(value: string, name: string): string | undefined {
  const found = new RegExp(
    `;\\s{0,20}${name}\\s{0,3}=\\s{0,3}(?:"([^"]{0,200})"|([^\\s;]{1,200}))`,
    'i',
  ).exec(value);
  return found?.[1] ?? found?.[2];
}

const mediaType = (headers: Headers): string =>
  (headers.get('content-type') ?? 'text/plain').split(';')[0]?.trim().toLowerCase() ?? 'text/plain';

/** A message as such (RFC 2046), or an internationalised one (RFC 6532). */
export const isMessage = (type: string): boolean => type === 'message/rfc822' || type === 'message/global';

/** Splits at the boundary lines (RFC 2046 § 5.1.1). */
function sections(lines: Line[], boundary: string): Line[][] {
  const found: Line[][] = [];
  let current: Line[] | null = null;
  for (const line of lines) {
    const text = line.text.startsWith('--') ? line.text.trimEnd() : '';
    if (text === `--${boundary}--`) break;
    if (text === `--${boundary}`) {
      if (found.length >= MOST_PARTS) break;
      current = [];
      found.push(current);
    } else current?.push(line);
  }
  return found;
}

/** The boundary really used, where forwarding changed the one that the header names. */
function guessedBoundary(lines: Line[]): string | undefined {
  const at = lines.findIndex(
    ({ text }, index) => /^--\S{4,200}\s*$/.test(text) && /^Content-/i.test(lines[index + 1]?.text ?? ''),
  );
  return at < 0 ? undefined : lines[at]?.text.slice(2).trimEnd();
}

function walk(lines: Line[], depth: number, within: number, found: Part[]): void {
  if (depth > DEEPEST || found.length >= MOST_PARTS) return;
  const { headers, body } = readHeaders(lines);
  const type = mediaType(headers);
  const content = lines.slice(body);
  const boundary = type.startsWith('multipart/')
    ? parameter(headers.get('content-type') ?? '', 'boundary')
    : undefined;
  if (boundary !== undefined && boundary !== '') {
    const named = sections(content, boundary);
    const used = named.length > 0 ? named : sections(content, guessedBoundary(content) ?? boundary);
    for (const section of used) walk(section, depth + 1, within, found);
    if (used.length > 0) return;
  }
  const encoding = (headers.get('content-transfer-encoding') ?? '').trim().toLowerCase();
  const charset = parameter(headers.get('content-type') ?? '', 'charset') ?? 'utf-8';
  const decoded = decodeBody(content, encoding, charset);
  // Without a boundary there is one part; who pastes a mail leaves them out at times.
  found.push({ type: type.startsWith('multipart/') ? 'text/plain' : type, headers, lines: decoded, within });
  if (isMessage(type)) walk(decoded, depth + 1, within + 1, found);
}

/** The parts of a message in their order, those of messages inside it after their `message/rfc822`. */
export function mimeParts(lines: Line[]): { headers: Headers; parts: Part[] } {
  const parts: Part[] = [];
  walk(lines, 0, 0, parts);
  return { headers: readHeaders(lines).headers, parts };
}

const KNOWN =
  /^(?:from|to|subject|date|received|return-path|message-id|mime-version|content-type|delivered-to|x-[\w-]{2,60}|auto-submitted):/i;

/** Whether the text begins with the header of a message. */
export function looksLikeMail(lines: Line[]): boolean {
  const first = lines.findIndex((line) => line.text.trim() !== '');
  if (first < 0 || first > 20) return false;
  const names = new Set<string>();
  for (const { text } of lines.slice(first, first + 60)) {
    if (text.trim() === '') break;
    if (/^From \S/.test(text) || /^[ \t]/.test(text)) continue;
    if (!/^[!-9;-~]{1,80}:/.test(text)) return false;
    const known = KNOWN.exec(text)?.[0];
    if (known !== undefined) names.add(known.toLowerCase());
  }
  return (
    names.size >= 2 &&
    (names.has('from:') || names.has('content-type:') || names.has('received:') || names.has('return-path:'))
  );
}
