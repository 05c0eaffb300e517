import { nearest } from '../nearest.ts';
import { isOperator, OPERATORS } from './operators.ts';

/** What could not be understood, and where: a character and a length. What is at that place was left out. */
export type Fault = { at: number; length: number; words: string };

/** A piece of a query: a word, a phrase or an operator with its value. */
export type Token = {
  at: number;
  /** As it was written. */
  text: string;
  not: boolean;
  or: boolean;
  /** What stands before the colon, in small letters. */
  operator?: string;
  value: string;
  quoted: boolean;
};

const QUOTES: Record<string, string> = { '"': '"', '“': '”', '„': '“', '«': '»' };

/** An operator's name with its colon. `https:` and `2001:db8::7` are words; `provdier:` is a slip. */
function operatorAt(text: string, at: number): string | undefined {
  const name = /^([a-z]{2,20}):(?!\/\/)/i.exec(text.slice(at, at + 24))?.[1]?.toLowerCase();
  if (name === undefined) return undefined;
  return isOperator(name) || nearest(name, Object.keys(OPERATORS)) ? name : undefined;
}

/** What stands from a place on: up to the closing mark, or up to the next blank. */
function valueAt(text: string, at: number): { value: string; end: number; quoted: boolean; open: boolean } {
  const close = QUOTES[text[at] ?? ''];
  if (close) {
    const found = text.slice(at + 1).search(close === '"' ? /"/ : new RegExp(`[${close}"]`));
    const end = found < 0 ? text.length : at + 1 + found;
    return {
      value: text.slice(at + 1, end),
      end: Math.min(text.length, end + 1),
      quoted: true,
      open: found < 0,
    };
  }
  let end = at;
  while (end < text.length && !/\s/.test(text[end] ?? '')) end++;
  return { value: text.slice(at, end), end, quoted: false, open: false };
}

export function tokensOf(text: string): { tokens: Token[]; faults: Fault[] } {
  const tokens: Token[] = [];
  const faults: Fault[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text[at] ?? '')) {
      at++;
      continue;
    }
    const not = text[at] === '-' && /\S/.test(text[at + 1] ?? '') && text[at + 1] !== '-';
    const start = at + (not ? 1 : 0);
    const operator = operatorAt(text, start);
    const { value, end, quoted, open } = valueAt(text, start + (operator ? operator.length + 1 : 0));
    const token = { at, text: text.slice(at, end), not, or: false, value: value.trim(), quoted };
    if (open)
      faults.push({
        at,
        length: end - at,
        words: 'the quotation mark is not closed: all that follows was taken with it',
      });
    tokens.push({
      ...token,
      ...(operator ? { operator } : {}),
      or: !not && !quoted && !operator && value.toLowerCase() === 'or',
    });
    at = Math.max(end, at + 1);
  }
  return { tokens, faults };
}
