import type { Line } from './input-lines.ts';

const bytesToText = (bytes: Uint8Array, charset: string): string => {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder('utf-8').decode(bytes);
  }
};

/** Octets that are escaped, one behind the other (RFC 2045 § 6.7). */
const ESCAPED = /((?:=[\dA-Fa-f]{2})+)/;

/** What is no octet escape stays as it is. */
const quotedOctets = (text: string): Uint8Array =>
  Buffer.concat(
    text
      .split(ESCAPED)
      .map((part, index) =>
        index % 2 === 1 ? Buffer.from(part.replaceAll('=', ''), 'hex') : Buffer.from(part),
      ),
  );

const decodeQuoted = (text: string, charset: string): string =>
  ESCAPED.test(text) ? bytesToText(quotedOctets(text), charset) : text;

/** Soft line breaks joined; every line keeps the number of its first source line. */
function quotedPrintable(lines: Line[], charset: string): Line[] {
  const joined: Line[] = [];
  let open: Line | null = null;
  for (const line of lines) {
    const text = line.text.trimEnd();
    const soft = text.endsWith('=');
    const part = soft ? text.slice(0, -1) : text;
    const current: Line = open ? { n: open.n, text: open.text + part } : { n: line.n, text: part };
    open = soft && current.text.length < 20_000 ? current : null;
    if (!open) joined.push(current);
  }
  if (open) joined.push(open);
  return joined.map(({ n, text }) => ({ n, text: decodeQuoted(text, charset) }));
}

function base64(lines: Line[], charset: string): Line[] {
  const clean = lines.map((line) => line.text.replace(/[^A-Za-z0-9+/=]/g, '')).join('');
  const bytes = Uint8Array.from(atob(padded(clean)), (char) => char.charCodeAt(0));
  const n = lines[0]?.n ?? 1;
  return bytesToText(bytes, charset)
    .split(/\r\n|\n|\r/)
    .map((text) => ({ n, text }));
}

/** Cut at the first padding and to whole groups, so that decoding cannot fail. */
function padded(text: string): string {
  const bare = text.replace(/=.*$/s, '');
  return bare.slice(0, bare.length - (bare.length % 4 === 1 ? 1 : 0));
}

/** The text of a part as lines; an unknown encoding leaves it as it is. */
export function decodeBody(lines: Line[], encoding: string, charset: string): Line[] {
  if (encoding === 'quoted-printable') return quotedPrintable(lines, charset);
  return encoding === 'base64' ? base64(lines, charset) : lines;
}
