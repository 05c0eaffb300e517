import type { Line } from '../bounces/input-lines.ts';

/** Header fields in their order; a name may come again and again. */
export type Fields = { name: string; value: string }[];

const MOST_FIELDS = 500;
const LONGEST_VALUE = 4000;

/** Reads unfolded fields, names in small letters. A header ends at the first empty line; a feedback report does not. */
export function readFields(lines: Line[], to: 'empty line' | 'end'): Fields {
  const fields: Fields = [];
  let isStart = true;
  for (const { text } of lines) {
    if (text.trim() === '') {
      if (to === 'empty line' && !isStart) break;
      continue;
    }
    isStart = false;
    const last = fields.at(-1);
    const [, name, value = ''] = /^([!-9;-~]{1,80}):\s?(.*)$/.exec(text) ?? [];
    if (/^[ \t]/.test(text) && last) last.value = `${last.value} ${text.trim()}`.slice(0, LONGEST_VALUE);
    else if (name !== undefined && fields.length < MOST_FIELDS)
      fields.push({ name: name.toLowerCase(), value: value.slice(0, LONGEST_VALUE) });
  }
  return fields;
}

/** All values of a field; the empty ones say nothing. */
export const allOf = (fields: Fields, ...names: string[]): string[] =>
  fields.flatMap(({ name, value }) => (names.includes(name) && value.trim() !== '' ? [value.trim()] : []));

export const firstOf = (fields: Fields, ...names: string[]): string => allOf(fields, ...names)[0] ?? '';
