import type { Fact } from '../kind.ts';
import { list, shown } from '../wording.ts';
import { type Sample, valuesOf } from './fields.ts';

/**
 * One-click unsubscribe (RFC 8058): both fields, an https address in the first, and both under a DKIM signature.
 * `signed` are the fields of each signature that passes, in small letters.
 */
export function oneClick(sample: Sample, signed: string[][]): Fact {
  const row = { key: 'one-click', label: 'One-click unsubscribe' };
  const ways = valuesOf(sample, LIST);
  const post = valuesOf(sample, POST);
  if (ways.length === 0 && post.length === 0)
    return { ...row, outcome: 'note', words: 'no List-Unsubscribe field; mail to many needs one' };
  const covered = signed.some((names) => names.includes(LIST) && names.includes(POST));
  const lacking = [
    ways.length === 1 ? '' : `${ways.length} List-Unsubscribe fields, and one is needed`,
    ways.some((way) => /<\s*https:\/\/[^<>\s]+\s*>/i.test(way)) ? '' : 'no https address in List-Unsubscribe',
    post.length === 1 && /^List-Unsubscribe=One-Click$/i.test(post[0] ?? '')
      ? ''
      : 'no field “List-Unsubscribe-Post: List-Unsubscribe=One-Click”',
    covered ? '' : 'no valid DKIM signature covers both fields',
  ].filter(Boolean);
  return lacking.length === 0
    ? {
        ...row,
        outcome: 'good',
        words: 'both fields stand there, under a DKIM signature; the link was not tried',
      }
    : { ...row, outcome: 'bad', words: list(lacking) };
}

/** A way to unsubscribe in the header (RFC 2369 § 3.2): by the web or by mail. */
export function listUnsubscribe(sample: Sample): Fact {
  const row = { key: 'list-unsubscribe', label: 'List-Unsubscribe' };
  const [way] = valuesOf(sample, LIST);
  if (way === undefined) return { ...row, outcome: 'note', words: 'none; mail to many needs it' };
  return /<\s*(?:https?|mailto):[^<>\s]+\s*>/i.test(way)
    ? { ...row, outcome: 'good', words: shown(way) }
    : { ...row, outcome: 'bad', words: `${shown(way)}: no address to unsubscribe at` };
}

const LIST = 'list-unsubscribe';
const POST = 'list-unsubscribe-post';
