import { allOf, type Fields } from '../../complaints/fields.ts';

/** One method of an Authentication-Results field (RFC 8601 § 2.2): `spf=pass smtp.mailfrom=example.com`. */
export type ReportedResult = { method: string; result: string; properties: Record<string, string> };

const MAX_LENGTH = 4000;
const MOST_RESULTS = 30;

/** Without comments, which nest; quoted strings keep their parentheses. */
function withoutComments(text: string): string {
  let depth = 0;
  let quoted = false;
  let kept = '';
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] as string;
    if (sign === '\\') {
      if (depth === 0) kept += text.slice(at, at + 2);
      at += 1;
    } else if (sign === '"' && depth === 0) {
      quoted = !quoted;
      kept += sign;
    } else if (sign === '(' && !quoted) depth += 1;
    else if (sign === ')' && !quoted && depth > 0) depth -= 1;
    else if (depth === 0) kept += sign;
  }
  return kept;
}

const unquoted = (text: string) => text.replace(/^"|"$/g, '').toLowerCase();

function resultIn(part: string): ReportedResult | undefined {
  const [first = '', ...rest] = part.trim().split(/\s+/);
  const [, method, result] = /^([a-z][a-z0-9-]{0,30})(?:\/\d{1,3})?=([a-z]{1,20})$/i.exec(first) ?? [];
  if (!method || !result) return undefined;
  const properties = rest.flatMap((word) => {
    const at = word.indexOf('=');
    return at > 0 ? [[word.slice(0, at).toLowerCase(), unquoted(word.slice(at + 1))]] : [];
  });
  return {
    method: method.toLowerCase(),
    result: result.toLowerCase(),
    properties: Object.fromEntries(properties),
  };
}

/**
 * What our own border server wrote down: the topmost field with its id. All others may be from anybody (RFC 8601 § 1.6),
 * and so nothing is believed where no id is configured.
 */
export function believedResults(fields: Fields, authservId: string): ReportedResult[] {
  const id = authservId.trim().toLowerCase();
  if (id === '') return [];
  for (const value of allOf(fields, 'authentication-results')) {
    const [head = '', ...parts] = withoutComments(value.slice(0, MAX_LENGTH)).split(';');
    if (unquoted(head.trim().split(/\s+/)[0] ?? '') !== id) continue;
    return parts.slice(0, MOST_RESULTS).flatMap((part) => resultIn(part) ?? []);
  }
  return [];
}

/** The domain whose SPF record the border server asked, with what it said. */
export function believedSpf(
  fields: Fields,
  authservId: string,
): { result: string; domain: string } | undefined {
  const spf = believedResults(fields, authservId).find(({ method }) => method === 'spf');
  if (!spf) return undefined;
  const identity = spf.properties['smtp.mailfrom'] || spf.properties['smtp.helo'] || '';
  return { result: spf.result, domain: identity.slice(identity.lastIndexOf('@') + 1) };
}
