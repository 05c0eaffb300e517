import { signatureAt } from '../gate/running-words.ts';
import { type Language, letterList } from '../language.ts';
import { shortenRefusal } from './shorten-refusal.ts';

type Kind = 'greeting' | 'opening' | 'refusal' | 'fix' | 'checks' | 'other' | 'ask' | 'signature';
type Part = { kind: Kind; text: string };

export type Shortening = {
  limit: number;
  language: Language;
  addresses: string[];
  refusal: { text: string; codes: string } | null;
  /** The form asks for the refusal in a field of its own. */
  hasRefusalField: boolean;
  /** What was found or fixed, as the letter words it. */
  fixes: string[];
  /** How the form counts. */
  count: (text: string) => number;
};

const isBullet = (line: string) => /^\s{0,8}[–—•*-]\s/.test(line);
const isBullets = (text: string) => text.split('\n').every(isBullet);

/** The parts of a letter: a salutation, what is wrong, the refusal, what was done, what was checked, what is asked. */
export function partsOf(body: string, { refusal, fixes }: Pick<Shortening, 'refusal' | 'fixes'>): Part[] {
  const text = body.replace(/\r\n?/g, '\n').trim();
  const at = signatureAt(text);
  const paragraphs = text
    .slice(0, at)
    .trim()
    .split(/\n{2,}/);
  const quoted = refusal?.text.trim() ?? '';
  const [first = ''] = paragraphs;
  const greets = first.length <= 60 && /[,:]$/.test(first) && paragraphs.length > 1;
  const from = greets ? 1 : 0;
  const kindOf = (paragraph: string, index: number): Kind => {
    if (index < from) return 'greeting';
    if (quoted && paragraph.includes(quoted)) return 'refusal';
    if (fixes.some((fix) => fix && paragraph.includes(fix))) return 'fix';
    if (index === from) return 'opening';
    if (index === paragraphs.length - 1) return 'ask';
    const next = paragraphs[index + 1];
    if (isBullets(paragraph) || (paragraph.endsWith(':') && next && isBullets(next))) return 'checks';
    return 'other';
  };
  const parts = paragraphs.map((paragraph, index) => ({ kind: kindOf(paragraph, index), text: paragraph }));
  const signature = text.slice(at).trim();
  return signature ? [...parts, { kind: 'signature', text: signature }] : parts;
}

const written = (parts: Part[]) => parts.map((part) => part.text).join('\n\n');
const without = (parts: Part[], ...kinds: Kind[]) => parts.filter((part) => !kinds.includes(part.kind));
/** The first sentence, as far as one can be told. */
const sentence = (text: string) => /^[\s\S]{20,400}?[.?!](?=\s|$)/.exec(text)?.[0] ?? text.slice(0, 400);

/** Address, codes and request, in as few words as there are. */
function least(parts: Part[], { addresses, language, refusal, hasRefusalField }: Shortening): string {
  const ask = parts.find((part) => part.kind === 'ask');
  const codes = hasRefusalField ? '' : (refusal?.codes ?? '');
  return [`${letterList(addresses, language, 3)}${codes ? `: ${codes}` : ''}`, ask ? sentence(ask.text) : '']
    .filter(Boolean)
    .join('\n\n');
}

/**
 * A letter cut by whole parts until it fits: first what was checked goes, then what only explains, then salutation and
 * signature, then the refusal is cut between its words. Address, codes, fix and request stay. Null: nothing fits.
 */
export function shortenLetter(body: string, given: Shortening): string | null {
  const { limit, refusal, hasRefusalField, count } = given;
  const whole = partsOf(body, given);
  const fits = (text: string) => count(text) <= limit;
  const noChecks = without(whole, 'checks');
  const facts = without(noChecks, 'other');
  const bare = without(facts, 'greeting', 'signature');
  const noRefusal = hasRefusalField ? without(bare, 'refusal') : bare;
  for (const parts of [whole, noChecks, facts, bare, noRefusal]) {
    const text = written(parts);
    if (fits(text)) return text;
  }
  const rest = count(written(without(noRefusal, 'refusal'))) + 2;
  const room = limit - rest;
  if (refusal && !hasRefusalField && room >= 60) {
    const cut = shortenRefusal(refusal.text, { limit: room, lines: 3, codes: refusal.codes.split(' ') });
    const text = written(noRefusal.map((part) => (part.kind === 'refusal' ? { ...part, text: cut } : part)));
    if (fits(text) && refusal.codes.split(' ').every((code) => cut.includes(code))) return text;
  }
  const short = least(whole, given);
  return fits(short) ? short : null;
}
