import { type Fields, readFields } from '../../complaints/fields.ts';

/** A header section longer than this is no correspondence's; what comes after it is not looked at. */
const MAX_HEADER = 256 * 1024;

function headerText(raw: Buffer): string {
  const head = raw
    .subarray(0, MAX_HEADER)
    .toString('latin1')
    .replace(/^[\r\n]+/, '');
  const withoutMbox = head.startsWith('From ') ? head.slice(head.indexOf('\n') + 1) : head;
  return withoutMbox.split(/\r?\n\r?\n/, 1)[0] ?? '';
}

/** The header fields of a raw mail in their order (RFC 5322 § 2.2), values unfolded and octet by octet. */
export const fieldsOf = (raw: Buffer): Fields =>
  readFields(
    headerText(raw)
      .split(/\r?\n/)
      .map((text, index) => ({ n: index + 1, text })),
    'empty line',
  );
