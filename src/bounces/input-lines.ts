import { unzipped } from './unzipped.ts';

/** One line of what was pasted, with its number there, from 1. */
export type Line = { n: number; text: string };

/** Characters of an input that are read; the rest is left out with a note. */
export const LONGEST_INPUT = 2_000_000;

/** Characters of a line that are read: no reply is longer. */
const LONGEST_LINE = 20_000;

export type InputLines = { lines: Line[]; truncated: boolean };

/** By its byte order mark: what some shells write into files. */
function isUtf16(octets: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  if (octets[0] === 0xff && octets[1] === 0xfe) return 'utf-16le';
  return octets[0] === 0xfe && octets[1] === 0xff ? 'utf-16be' : null;
}

/** UTF-16 with its mark, UTF-8, or else Latin-1, in which every octet is a character. */
function decode(octets: Uint8Array): string {
  const bounded = octets.subarray(0, LONGEST_INPUT * 2);
  const wide = isUtf16(octets);
  if (wide) return new TextDecoder(wide).decode(bounded);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bounded, { stream: true });
  } catch {
    return new TextDecoder('latin1').decode(bounded);
  }
}

/** Colours of a terminal. */
const COLOUR = /\x1b\[[\d;]{0,12}m/g;

/** The input as text, and whether that is all of it. */
function textOf(given: string | Uint8Array): { text: string; whole: boolean } {
  if (typeof given === 'string') return { text: given, whole: true };
  const { octets, whole } = unzipped(given);
  return { text: decode(octets), whole };
}

/** Unzips, cuts to a bounded size, unifies line ends and drops NULs and other control characters. */
export function inputLines(given: string | Uint8Array): InputLines {
  const { text: input, whole } = textOf(given);
  const truncated = !whole || input.length > LONGEST_INPUT;
  const kept = (truncated ? input.slice(0, LONGEST_INPUT) : input).replace(/^\ufeff/, '');
  const lines = kept.split(/\r\n|\n|\r/).map((text, index) => ({
    n: index + 1,
    text: text
      .slice(0, LONGEST_LINE)
      .replace(COLOUR, '')
      .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/g, ''),
  }));
  return { lines, truncated };
}
