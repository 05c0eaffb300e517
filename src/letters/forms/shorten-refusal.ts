/** The host and the time that many providers put at the end; without them they find nothing in their logs. */
const TAIL = /\s(\[[^[\]]{8,200}\])$/;

/** Characters that a list of codes takes, and the least of the beginning that is worth showing. */
const CODES_ROOM = 24;
const LEAST_START = 12;

/** Cut at the end of a word; a word as long as a link is cut in itself, but never one that holds a code. */
function head(text: string, room: number, codes: string[]): string {
  const cut = text.slice(0, room);
  if (room >= text.length) return text;
  const space = Math.max(cut.lastIndexOf(' '), cut.lastIndexOf('\n'), 0);
  const next = text.slice(space).search(/\S/) + space;
  const word = /^\S*/.exec(text.slice(next, next + 400))?.[0] ?? '';
  const holdsCode = codes.some((code) => word.includes(code));
  return cut.slice(0, holdsCode ? space : Math.max(space, Math.floor(room * 0.8)));
}

/**
 * The refusal, cut to what a field takes. What is left out is marked with `…`; its codes, and the host and time in
 * brackets at its end, stay where there is room for them. `codes` are those that were read from it.
 */
export function shortenRefusal(
  text: string,
  { limit, lines, codes }: { limit?: number | undefined; lines: number; codes: string[] },
): string {
  const kept = text.trim().split('\n').slice(0, lines).join('\n');
  if (!limit || kept.length <= limit) return kept;
  const tail = TAIL.exec(kept.slice(-220))?.[1] ?? '';
  const room = (end: string) => limit - end.length - 1;
  const cutBefore = (end: string) => `${head(kept, Math.max(0, room(end)), codes)}${end}`;
  for (const last of [tail, '']) {
    const closing = last ? ` … ${last}` : '…';
    const start = head(kept, Math.max(0, room(closing) - CODES_ROOM), codes);
    const lost = codes.filter((code) => !start.includes(code) && !last.includes(code));
    const end = lost.length > 0 ? ` … ${lost.join(' ')}${last ? closing : ' …'}` : closing;
    const text = cutBefore(end);
    if (room(end) >= LEAST_START && codes.every((code) => text.includes(code))) return text;
  }
  // No room for the codes besides: the beginning, with the end where it fits.
  const end = tail && limit >= tail.length + LEAST_START ? ` … ${tail}` : '…';
  if (limit > end.length) return cutBefore(end).slice(0, limit);
  return kept.slice(0, limit);
}
