/** The host and the time that many providers put at the end; without them they find nothing in their logs. */
const TAIL = /\s(\[[^[\]]{8,200}\])$/;

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
  const lost = (start: string) => codes.filter((code) => !start.includes(code) && !tail.includes(code));
  for (const parts of [
    [lost(head(kept, limit - 60, codes)).join(' '), tail],
    ['', tail],
    ['', ''],
  ]) {
    const end = ['', ...parts.filter(Boolean)].join(' … ').trim() || '…';
    const room = limit - end.length - 1;
    if (parts.some(Boolean) && room < 20) continue;
    return `${head(kept, Math.max(0, room), codes)}${end}`.slice(0, limit);
  }
  return kept.slice(0, limit);
}
