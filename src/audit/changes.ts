/** Pure: what differs between two states of a thing, for the audit log. */

export type Change = { what: string; from: string; to: string };

const LONGEST = 200;

/** A value as the log keeps it: short, and a list as its parts. */
export function asText(value: unknown): string {
  if (value === null || value === undefined || value === '') return '';
  if (value instanceof Date) return value.toISOString();
  const text = Array.isArray(value)
    ? value.map(asText).join(', ')
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1).toWellFormed()}…` : text;
}

/** Names of values that are never written down; that they changed is. */
const SECRET = /secret|password|token|key|sealed|hash|link$/i;

/** Names of columns are words, but for these. */
const ABBREVIATION = /\b(?:dkim|ip|jmrp|smtp|snds|tls|url)\b/g;
const wordsOf = (name: string): string =>
  name.replaceAll('_', ' ').replace(ABBREVIATION, (word) => word.toUpperCase());

const isSame = (one: unknown, other: unknown) =>
  Buffer.isBuffer(one) && Buffer.isBuffer(other)
    ? one.equals(other)
    : JSON.stringify(one ?? '') === JSON.stringify(other ?? '');

/** What changed, by the names of `after`. Secrets, and octets whatever their name, are only said to have changed. */
export function changesBetween(before: object, after: object): Change[] {
  const old = before as Record<string, unknown>;
  return Object.entries(after).flatMap(([name, to]) => {
    const from = old[name];
    if (isSame(from, to)) return [];
    const isHidden = SECRET.test(name) || Buffer.isBuffer(to) || Buffer.isBuffer(from);
    const what = wordsOf(name);
    return isHidden
      ? [{ what, from: from ? 'not shown' : '', to: to ? 'not shown' : '' }]
      : [{ what, from: asText(from), to: asText(to) }];
  });
}
