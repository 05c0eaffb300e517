// Controls, directional marks, zero-width characters, private and unassigned ones: nothing that is read.
const UNREADABLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]+/gu;

/** Text of strangers inside words of ours: on one line, without what a screen would obey, and not long. */
export function shown(text: string, most = 200): string {
  const line = text
    .slice(0, most * 2)
    .replace(/\s+/g, ' ')
    .replace(UNREADABLE, '\u{fffd}')
    .trim();
  const cut = line.length > most || text.length > most * 2;
  return cut ? `${line.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…` : line;
}

/** `1 name`, `3 names`. */
export const count = (number: number, one: string, many = `${one}s`) =>
  `${number} ${number === 1 ? one : many}`;

/** `a`, `a and b`, `a, b and c`; past `most` the rest is only counted. */
export function list(items: string[], most = 6): string {
  const named = items.slice(0, most);
  const rest = items.length - named.length;
  const all = rest > 0 ? [...named, `${rest} more`] : named;
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
}
