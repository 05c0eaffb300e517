/**
 * The drivers disagree on values: `bigint` is text with pg and a number with PGlite, `date` shifts with the
 * zone in pg, `bytea` is a Buffer or a Uint8Array. These parsers, by type OID, are given to both.
 */
function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`int8 out of the safe range: ${text}`);
  return value;
}

const asText = (text: string) => text;
const asBuffer = (text: string) => Buffer.from(text.slice(2), 'hex');

/**
 * A moment, to the millisecond, as V8 reads it: a list has hundreds of them, and pg's own parser takes four times as
 * long. V8 knows no seconds of a zone, which PostgreSQL writes of days before there were time zones. What never comes is
 * a number, as with pg.
 */
function asMoment(text: string): Date | number {
  const at = new Date(text);
  if (!Number.isNaN(at.getTime())) return at;
  if (text.endsWith('infinity'))
    return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return new Date(text.replace(/([+-]\d\d:\d\d):\d\d$/, '$1'));
}

export const PARSERS: Record<number, (text: string) => unknown> = {
  17: asBuffer,
  20: safeInteger,
  1082: asText,
  1184: asMoment,
  1186: asText,
};
