/** The header section of a sample message, octet by octet as it was sent (RFC 5322 § 2.2). */
export type Sample = {
  /** The whole message, its lines ended by CRLF as SMTP has them: what signatures are of. */
  message: Buffer;
  /** Every field in its order; names in small letters, values unfolded. */
  fields: { name: string; value: string }[];
};

export const MAX_SAMPLE = 10 * 1024 * 1024;
/** Header sections of real mail come to some 20 KB; checking signatures takes longer the more there is. */
const MAX_HEADER = 128 * 1024;
const MAX_LINES = 2000;
const MAX_FIELDS = 500;
const MAX_SIGNATURES = 10;
/** RFC 8617 § 4.2.1. */
const MAX_ARC_FIELDS = 3 * 50;

/** Reads a pasted or dropped message. A text says why it cannot be checked. */
export function openSample(raw: Buffer): Sample | string {
  if (raw.length > MAX_SAMPLE) return 'the message is larger than 10 MB';
  const text = withCrlf(raw.toString('latin1'));
  const end = text.indexOf('\r\n\r\n');
  const header = end < 0 ? text.replace(/\r\n$/, '') : text.slice(0, end);
  if (header.length > MAX_HEADER) return 'the header section is larger than 128 KB';
  const lines = header.split('\r\n');
  if (lines.length > MAX_LINES) return `the header section has more than ${MAX_LINES} lines`;
  const fields = fieldsOf(lines);
  if (fields === null) return 'this is not a whole message: it has to begin with the header fields';
  if (fields.length > MAX_FIELDS) return `the header section has more than ${MAX_FIELDS} fields`;
  const number = (start: string) => fields.filter(({ name }) => name.startsWith(start)).length;
  if (number('dkim-signature') > MAX_SIGNATURES)
    return `the message has more than ${MAX_SIGNATURES} DKIM signatures`;
  if (number('arc-') > MAX_ARC_FIELDS) return 'the message has more ARC fields than RFC 8617 allows';
  return { message: Buffer.from(text, 'latin1'), fields };
}

/** Without what mail programs put before a saved message: blank lines, and the “From ” line of a mailbox file. */
const withCrlf = (text: string): string =>
  text
    .replace(/^(?:\xef\xbb\xbf)?[\r\n]{0,100}/, '')
    .replace(/^From [^\r\n]{0,1000}\r?\n/, '')
    .replace(/\r?\n/g, '\r\n');

function fieldsOf(lines: string[]): Sample['fields'] | null {
  const fields: Sample['fields'] = [];
  for (const line of lines) {
    const last = fields.at(-1);
    const field = /^([!-9;-~]{1,200})[ \t]{0,20}:(.*)$/s.exec(line);
    if (/^[ \t]/.test(line) && last) last.value += ` ${line.trim()}`;
    else if (field?.[1] !== undefined)
      fields.push({ name: field[1].toLowerCase(), value: (field[2] ?? '').trim() });
    else return null;
  }
  return fields.length > 0 ? fields : null;
}

export const valuesOf = ({ fields }: Sample, name: string): string[] =>
  fields.filter((field) => field.name === name).map(({ value }) => value);

/** The envelope sender, as the receiver wrote it down; null where it did not, empty for `<>`. */
export function envelopeSender(sample: Sample): string | null {
  const [value] = valuesOf(sample, 'return-path');
  if (value === undefined) return null;
  return /^<?([^<>\s]{0,320})>?$/.exec(value)?.[1] ?? null;
}
